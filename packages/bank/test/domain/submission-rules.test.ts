import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAYMENT_STATUSES, type SubmissionStatus } from '@lupa/protocol';
import { decideSubmission, statusAfterSubmission } from '../../src/domain/submission-rules.ts';

const authorized = { status: 'Authorized', submissionsMade: 0, count: 1 } as const;
const completed = { status: 'Completed', submissionsMade: 1, count: 1 } as const;

test('an authorised payment may be submitted, and one in any other status may not', () => {
  assert.equal(decideSubmission(authorized, undefined), 'try');
  for (const status of PAYMENT_STATUSES.filter((each) => each !== 'Authorized')) {
    assert.equal(decideSubmission({ ...authorized, status }, undefined), 'illegal-state', status);
  }
});

test('the same submissionId gives the same result once it was taken, booked or finally refused', () => {
  for (const earlier of ['Accepted', 'Submitted', 'Credited', 'Rejected'] satisfies SubmissionStatus[]) {
    assert.equal(decideSubmission(completed, earlier), 'same-result', earlier);
    assert.equal(decideSubmission({ ...authorized, count: 2, submissionsMade: 1 }, earlier), 'same-result', earlier);
  }
});

test('the same submissionId is tried again while nothing was debited', () => {
  for (const earlier of ['Error', 'Pending'] satisfies SubmissionStatus[]) {
    assert.equal(decideSubmission(authorized, earlier), 'try', earlier);
  }
});

test('a failed submission is not tried again when another one has used the payment up', () => {
  assert.equal(decideSubmission(completed, 'Error'), 'illegal-state');
});

test('a failed submission is not tried again after the payment was revoked', () => {
  assert.equal(decideSubmission({ ...authorized, status: 'Revoked' }, 'Error'), 'illegal-state');
});

test('a recurring payment may be submitted as often as its count says, and not once more', () => {
  assert.equal(decideSubmission({ status: 'Authorized', submissionsMade: 11, count: 12 }, undefined), 'try');
  assert.equal(decideSubmission({ status: 'Authorized', submissionsMade: 12, count: 12 }, undefined), 'illegal-state');
});

test('a payment is completed by its last submission, not before', () => {
  assert.equal(statusAfterSubmission(authorized), 'Completed');
  assert.equal(statusAfterSubmission({ status: 'Authorized', submissionsMade: 0, count: 2 }), 'Authorized');
  assert.equal(statusAfterSubmission({ status: 'Authorized', submissionsMade: 1, count: 2 }), 'Completed');
});
