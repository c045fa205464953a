import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asPaymentId, type PaymentStatus } from '@lupa/protocol';
import { type DecidablePayment, type Leaving, statusesAfter, waitingPayments } from '../../src/domain/sca-end.ts';

const first = asPaymentId('01930000-0000-7000-8000-000000000001');
const second = asPaymentId('01930000-0000-7000-8000-000000000002');
const third = asPaymentId('01930000-0000-7000-8000-000000000003');

const BUNDLE: readonly DecidablePayment[] = [
  { paymentId: first, status: 'Authorizing' },
  { paymentId: second, status: 'Authorizing' },
  { paymentId: third, status: 'Revoked' },
];

function after(leaving: Leaving) {
  const { authorization, payments } = statusesAfter(leaving, BUNDLE);
  return [authorization, payments.get(first), payments.get(second), payments.get(third)];
}

describe('when the customer leaves', () => {
  test('having approved, the ticked payments are Authorized, the others Rejected, a deleted one stays', () => {
    assert.deepEqual(after({ approved: new Set([first]) }), ['Authorized', 'Authorized', 'Rejected', undefined]);
  });

  test('an approval cannot bring a deleted payment back', () => {
    assert.equal(statusesAfter({ approved: new Set([first, third]) }, BUNDLE).payments.has(third), false);
  });

  test('having rejected, all are Rejected', () => {
    assert.deepEqual(after('rejected'), ['Rejected', 'Rejected', 'Rejected', undefined]);
  });

  test('having decided nothing, all wait again', () => {
    assert.deepEqual(after('undecided'), ['Unauthorized', 'Unauthorized', 'Unauthorized', undefined]);
  });
});

test('the payments that wait for the customer are those nobody decided on or deleted', () => {
  const all: PaymentStatus[] = [
    'Unauthorized',
    'Authorizing',
    'Authorized',
    'Rejected',
    'Completed',
    'PartiallyRevoked',
    'Revoked',
  ];
  const waiting = waitingPayments(all.map((status) => ({ paymentId: first, status })));
  assert.deepEqual(
    waiting.map(({ status }) => status),
    ['Unauthorized', 'Authorizing'],
  );
});
