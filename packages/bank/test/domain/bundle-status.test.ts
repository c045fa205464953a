import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PaymentStatus } from '@lupa/protocol';
import { bundleStatus } from '../../src/domain/bundle-status.ts';

const CASES: readonly [sentence: string, statuses: PaymentStatus[], expected: PaymentStatus][] = [
  ['waits while a payment waits', ['Unauthorized', 'Revoked'], 'Unauthorized'],
  ['is being authorised while a payment is', ['Authorizing', 'Unauthorized'], 'Authorizing'],
  ['is authorised while something can be submitted', ['Authorized', 'Completed', 'Rejected'], 'Authorized'],
  ['is completed when all that was approved has been submitted', ['Completed', 'Rejected'], 'Completed'],
  ['is partially revoked when part was submitted and part revoked', ['Completed', 'Revoked'], 'PartiallyRevoked'],
  ['is partially revoked with its recurring payment', ['PartiallyRevoked', 'Rejected'], 'PartiallyRevoked'],
  ['is revoked when nothing was submitted', ['Revoked', 'Rejected'], 'Revoked'],
  ['is rejected when the customer refused all of it', ['Rejected', 'Rejected'], 'Rejected'],
];

for (const [sentence, statuses, expected] of CASES) {
  test(`a bundle ${sentence}`, () => {
    assert.equal(bundleStatus(statuses), expected);
    assert.equal(bundleStatus(statuses.toReversed()), expected);
  });
}
