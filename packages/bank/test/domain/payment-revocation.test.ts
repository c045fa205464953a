import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAYMENT_STATUSES } from '@lupa/protocol';
import { mayDelete, revoked } from '../../src/domain/payment-revocation.ts';

test('a payment may be deleted before its submission, and not after', () => {
  assert.equal(mayDelete({ status: 'Unauthorized', submissionsMade: 0 }, 'Unauthorized'), true);
  assert.equal(mayDelete({ status: 'Authorized', submissionsMade: 0 }, 'Authorized'), true);
  assert.equal(mayDelete({ status: 'Authorized', submissionsMade: 1 }, 'Authorized'), false);
  assert.equal(mayDelete({ status: 'Completed', submissionsMade: 1 }, 'Completed'), false);
});

test('no payment leaves a bundle while the customer is at it', () => {
  assert.equal(mayDelete({ status: 'Unauthorized', submissionsMade: 0 }, 'Authorizing'), false);
});

test('a payment refused or revoked already cannot be deleted', () => {
  assert.equal(mayDelete({ status: 'Rejected', submissionsMade: 0 }, 'Authorized'), false);
  assert.equal(mayDelete({ status: 'Revoked', submissionsMade: 0 }, 'Unauthorized'), false);
});

test('revoking an authorization revokes what was not submitted, partially where some was, and leaves the rest', () => {
  assert.equal(revoked({ status: 'Unauthorized', submissionsMade: 0 }), 'Revoked');
  assert.equal(revoked({ status: 'Authorized', submissionsMade: 0 }), 'Revoked');
  assert.equal(revoked({ status: 'Authorized', submissionsMade: 3 }), 'PartiallyRevoked');
  for (const status of PAYMENT_STATUSES.filter((each) => each !== 'Unauthorized' && each !== 'Authorized')) {
    assert.equal(revoked({ status, submissionsMade: 1 }), undefined, status);
  }
});
