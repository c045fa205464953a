import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountIn, euros, rateText } from '../../src/sca/money-text.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('amounts are written as each language writes them', () => {
  assert.equal(plain(euros(123_450, 'fi')), '1 234,50 €');
  assert.equal(plain(euros(123_450, 'sv')), '1 234,50 €');
  assert.equal(plain(euros(123_450, 'en')), '1,234.50 €');
});

test('cents, round sums and the largest sum are written to the cent', () => {
  assert.equal(plain(euros(5, 'fi')), '0,05 €');
  assert.equal(plain(euros(0, 'fi')), '0,00 €');
  assert.equal(plain(euros(100_000, 'en')), '1,000.00 €');
  assert.equal(plain(euros(9_999_999_999_900_000n, 'fi')), '99 999 999 999 000,00 €');
});

test('a negative balance has a minus sign, not a hyphen', () => {
  assert.equal(plain(euros(-123, 'sv')), '\u22121,23 €');
});

test('no space in an amount breaks', () => {
  assert.doesNotMatch(euros(123_456_789, 'fi'), / /);
});

test('an amount of another currency keeps its decimals and is named by its code', () => {
  assert.equal(amountIn('1000.50', 'USD', 'fi'), '1\u00a0000,50\u00a0USD');
  assert.equal(amountIn('1000.50', 'USD', 'en'), '1,000.50\u00a0USD');
  assert.equal(amountIn('1234567', 'JPY', 'sv'), '1\u00a0234\u00a0567\u00a0JPY');
  assert.equal(amountIn('0.500', 'KWD', 'en'), '0.500\u00a0KWD');
});

test('a rate is shown digit for digit', () => {
  assert.equal(rateText('1.0850', 'USD', 'fi'), '1\u00a0€ = 1,0850\u00a0USD');
  assert.equal(rateText('1480.0', 'KRW', 'en'), '1\u00a0€ = 1,480.0\u00a0KRW');
});
