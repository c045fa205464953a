import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUBMISSION_STATUSES } from '@lupa/protocol';
import { lapse, pendingUntil } from '../../src/domain/pending-submission.ts';

const midnight = new Date('2026-11-22T22:00:00.000Z');
const justBefore = new Date(midnight.getTime() - 1);

test('a pending submission may be tried again until midnight in Helsinki', () => {
  assert.deepEqual(pendingUntil(new Date('2026-11-22T10:00:00.000Z')), midnight);
  assert.deepEqual(pendingUntil(justBefore), midnight);
  assert.deepEqual(pendingUntil(midnight), new Date('2026-11-23T22:00:00.000Z'));
});

test('a pending submission is Rejected at its midnight, and not a millisecond before', () => {
  const pending = { status: 'Pending', pendingUntil: midnight } as const;
  assert.equal(lapse(pending, justBefore), undefined);
  const rejected = { status: 'Rejected', modified: midnight, pendingUntil: undefined };
  assert.deepEqual(lapse(pending, midnight), rejected);
  assert.deepEqual(lapse(pending, new Date('2027-01-01T00:00:00.000Z')), rejected, 'however late one looks');
});

test('no other submission is changed by time alone', () => {
  for (const status of SUBMISSION_STATUSES.filter((each) => each !== 'Pending')) {
    assert.equal(lapse({ status, pendingUntil: undefined }, midnight), undefined, status);
  }
});
