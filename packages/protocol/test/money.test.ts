import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asCents, formatCents, MAX_AMOUNT_CENTS, parseAmountEUR, readAmountEUR } from '../src/money.ts';

test('an amount has no decimals or exactly two', () => {
  assert.equal(parseAmountEUR('4.00'), 400);
  assert.equal(parseAmountEUR('4'), 400);
  assert.equal(parseAmountEUR('0.01'), 1);
  assert.equal(parseAmountEUR('100'), 10_000);
  assert.equal(parseAmountEUR('999'), 99_900);
  assert.equal(parseAmountEUR('29.99'), 2999);
});

test('an amount in a hostile spelling is no amount of euros and cents', () => {
  const hostile = [
    ...['', ' ', '.', '4.', '.50', '4.0', '4.000', '4,00', '4.00,', '1,000.00', '1 000.00', "1'000", '1_000'],
    ...[
      '+4.00',
      '-4.00',
      '−4.00',
      '4e2',
      '4E2',
      '4e-2',
      '0x10',
      '0b11',
      '4.00e1',
      'NaN',
      'Infinity',
      '1/2',
      '4.00 EUR',
      '€4',
    ],
    ...[
      ' 4.00',
      '4.00 ',
      '4.00\n',
      '\t4.00',
      '4.00\u0000',
      '\ufeff4.00',
      '4\u200b.00',
      '4．00',
      '٤.٠٠',
      '４.００',
      '४.००',
    ],
    ...['04.00', '00', '007', '00.01', '4..00', '4.00.00', '4.-1', '4.+1', '4. 0', '--4', '()', 'null', 'four'],
  ];
  for (const text of hostile) assert.deepEqual(readAmountEUR(text), { refusal: 'EuroCents' }, JSON.stringify(text));
});

test('an amount is a string, never anything else of JSON', () => {
  for (const value of [4, 4.5, true, null, undefined, ['4.00'], { amount: '4.00' }]) {
    assert.deepEqual(readAmountEUR(value), { refusal: 'TypeMismatch' });
  }
});

test('the largest amount is 999999999.99', () => {
  assert.equal(parseAmountEUR('999999999.99'), MAX_AMOUNT_CENTS);
  for (const text of ['1000000000', '1000000000.00', '9'.repeat(400), `${'9'.repeat(60_000)}.99`]) {
    assert.deepEqual(readAmountEUR(text), { refusal: 'Max' });
    assert.equal(parseAmountEUR(text), undefined);
  }
});

test('the smallest amount is one cent', () => {
  assert.equal(parseAmountEUR('0.01'), 1);
  for (const text of ['0', '0.00']) assert.deepEqual(readAmountEUR(text), { refusal: 'Min' });
});

test('every amount is printed as it is read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_AMOUNT_CENTS }), (cents) => {
      assert.equal(parseAmountEUR(formatCents(asCents(cents))), cents);
    }),
  );
});

test('whatever is read as an amount reads the same as a decimal number', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{1,10}(\.[0-9]{0,3})?$/), (text) => {
      const cents = parseAmountEUR(text);
      if (cents !== undefined) assert.equal(cents, Math.round(Number(text) * 100));
    }),
  );
});

test('cents are printed with two decimals, balances below zero too', () => {
  assert.equal(formatCents(asCents(0)), '0.00');
  assert.equal(formatCents(asCents(5)), '0.05');
  assert.equal(formatCents(asCents(400)), '4.00');
  assert.equal(formatCents(asCents(-5)), '-0.05');
  assert.equal(formatCents(asCents(-123_456)), '-1234.56');
});

test('cents that are no longer exact are refused', () => {
  assert.equal(asCents(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  for (const value of [Number.MAX_SAFE_INTEGER + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => asCents(value), RangeError);
  }
});
