import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookingOutcome } from '../../src/domain/booking-outcome.ts';

const elsewhere = { paymentOrder: 'SEPA', debitAccountId: 'a', payeeAccountId: undefined, bookedAs: undefined };
const inside = { ...elsewhere, payeeAccountId: 'b' };

test('an instant payment inside the bank is Credited, any other is Submitted', () => {
  assert.equal(bookingOutcome({ ...inside, paymentOrder: 'SEPA_INST' }), 'Credited');
  assert.equal(bookingOutcome(inside), 'Submitted');
  assert.equal(bookingOutcome({ ...elsewhere, paymentOrder: 'SEPA_INST' }), 'Submitted');
  assert.equal(bookingOutcome(elsewhere), 'Submitted');
});

test('a payment from an account to itself is Rejected, whatever a scenario asks for', () => {
  for (const bookedAs of [undefined, 'Submitted', 'Rejected'] as const) {
    assert.equal(bookingOutcome({ ...inside, payeeAccountId: 'a', bookedAs }), 'Rejected');
  }
});

test('a scenario decides over the rest', () => {
  assert.equal(bookingOutcome({ ...inside, bookedAs: 'Rejected' }), 'Rejected');
  assert.equal(bookingOutcome({ ...inside, paymentOrder: 'SEPA_INST', bookedAs: 'Submitted' }), 'Submitted');
});
