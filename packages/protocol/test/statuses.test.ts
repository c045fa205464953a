import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFinalSubmissionStatus, PAYMENT_STATUSES, SUBMISSION_STATUSES } from '../src/statuses.ts';

test('the statuses are those of the contract', () => {
  assert.equal(PAYMENT_STATUSES.length, 7);
  assert.equal(SUBMISSION_STATUSES.length, 6);
});

test('a submission is final once the money has moved or never will', () => {
  assert.deepEqual(SUBMISSION_STATUSES.filter(isFinalSubmissionStatus), ['Submitted', 'Credited', 'Rejected']);
});
