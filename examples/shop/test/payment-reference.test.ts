import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPaymentReference } from '@lupa/tpp';
import { paymentReference } from '../src/payment-reference.ts';

test('every order number makes a reference number that the bank takes', () => {
  assert.equal(paymentReference(10_001), '100010');
  for (let orderNumber = 1000; orderNumber < 3000; orderNumber += 1) {
    assert.ok(isPaymentReference(paymentReference(orderNumber)), String(orderNumber));
  }
});
