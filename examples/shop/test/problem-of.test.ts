import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCents, TppError } from '@lupa/tpp';
import { canPayAnew, type OrderPayment } from '../src/orders.ts';
import { problemBeforeSubmission, problemOfSubmission } from '../src/problem-of.ts';

const lost = new TppError('CONNECTION_LOST', { outcomeUnknown: true, requestId: 'r-1' });
const unreachable = new TppError('CONNECTION_FAILED');

describe('what an error means for the customer’s money', () => {
  test('before the submission none has moved, whatever got lost', () => {
    const problem = problemBeforeSubmission(lost);
    assert.equal(problem.isMoneySafe, true);
    assert.match(problem.explanation, /Nothing was charged/);
    assert.equal(problem.requestId, 'r-1');
  });

  test('a lost answer to the submission promises nothing, and the same submission may be sent again', () => {
    const problem = problemOfSubmission(lost, false);
    assert.equal(problem.isMoneySafe, false);
    assert.equal(problem.canSubmitAgain, true);
    assert.doesNotMatch(problem.explanation, /Nothing was charged/);
  });

  test('a submission that never left is safe, but not when an earlier one may have arrived', () => {
    assert.equal(problemOfSubmission(unreachable, false).isMoneySafe, true);
    assert.equal(problemOfSubmission(unreachable, true).isMoneySafe, false);
    assert.equal(problemOfSubmission(new TppError('ACCESS_TOKEN_REFUSED'), true).isMoneySafe, false);
  });

  test('the bank’s own refusal settles it', () => {
    for (const code of ['INSUFFICIENT_FUNDS', 'PAYMENT_FAIL'] as const) {
      assert.equal(problemOfSubmission(new TppError(code), true).isMoneySafe, true, code);
    }
    assert.equal(problemOfSubmission(new TppError('INSUFFICIENT_FUNDS'), false).canSubmitAgain, true);
    assert.equal(problemOfSubmission(new TppError('PAYMENT_FAIL'), false).canSubmitAgain, false);
  });

  test('anything but an error of the SDK is a mistake of the shop and is thrown on', () => {
    assert.throws(() => problemBeforeSubmission(new RangeError('ours')), RangeError);
  });
});

test('a payment may be made anew only when the money of the earlier one cannot have moved', () => {
  const payment: OrderPayment = {
    seller: 'shop',
    payee: { iban: 'FI1750009400123451', name: 'Tuohi' },
    amount: asCents(400),
    remittance: { reference: '100010' },
  };
  const submission = { submissionId: 's', created: '', modified: '' };
  assert.equal(canPayAnew(payment), true);
  assert.equal(canPayAnew({ ...payment, submissionId: 's' }), false);
  assert.equal(canPayAnew({ ...payment, submissionId: 's', submission: { ...submission, status: 'Accepted' } }), false);
  assert.equal(canPayAnew({ ...payment, submissionId: 's', submission: { ...submission, status: 'Pending' } }), false);
  assert.equal(
    canPayAnew({ ...payment, submissionId: 's', submission: { ...submission, status: 'Submitted' } }),
    false,
  );
  assert.equal(canPayAnew({ ...payment, submissionId: 's', problem: problemOfSubmission(lost, false) }), false);
  assert.equal(canPayAnew({ ...payment, submissionId: 's', problem: problemOfSubmission(unreachable, false) }), true);
});
