import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CURRENCY_CODES, currencyDecimals } from '../src/currencies.ts';
import {
  formatCurrencyAmount,
  type MinorUnits,
  parseCurrencyAmount,
  readCurrencyAmount,
} from '../src/currency-amount.ts';

test('an amount has no decimals or exactly those of its currency', () => {
  assert.equal(parseCurrencyAmount('1000.50', 'USD'), 100_050);
  assert.equal(parseCurrencyAmount('1000', 'USD'), 100_000);
  assert.equal(parseCurrencyAmount('1000', 'JPY'), 1000);
  assert.equal(parseCurrencyAmount('1000.500', 'KWD'), 1_000_500);
  for (const [text, currency] of [
    ['1000.5', 'USD'],
    ['1000.500', 'USD'],
    ['1000.', 'USD'],
    ['1000.00', 'JPY'],
    ['1000.', 'JPY'],
    ['1000.50', 'KWD'],
    ['1000.5000', 'KWD'],
    ['1000.50', 'XXX'],
  ] as const) {
    assert.equal(parseCurrencyAmount(text, currency), undefined, `${text} ${currency}`);
  }
});

test('hostile spellings are no amount', () => {
  const wrong = [
    '',
    '.50',
    '00.50',
    '01',
    '-1.00',
    '+1.00',
    '1e3',
    '1,00',
    '1 000',
    ' 1',
    '1\n',
    '٤',
    '４.00',
    '1.0٠',
    '0x1',
  ];
  for (const text of wrong) assert.deepEqual(readCurrencyAmount(text, 2), { refusal: 'Spelling' }, text);
  for (const value of [4, null, true, ['4.00'], {}]) {
    assert.deepEqual(readCurrencyAmount(value, 2), { refusal: 'TypeMismatch' });
  }
});

test('the smallest and the largest amount, and their nearest refusals', () => {
  const edges = [
    [0, '1', '0', '999999999', '1000000000'],
    [2, '0.01', '0.00', '999999999.99', '1000000000.00'],
    [3, '0.001', '0.000', '999999999.990', '999999999.991'],
  ] as const;
  for (const [decimals, smallest, zero, largest, tooMuch] of edges) {
    assert.deepEqual(readCurrencyAmount(smallest, decimals), { minorUnits: 1 });
    assert.deepEqual(readCurrencyAmount(zero, decimals), { refusal: 'Min' });
    assert.ok('minorUnits' in readCurrencyAmount(largest, decimals), largest);
    assert.deepEqual(readCurrencyAmount(tooMuch, decimals), { refusal: 'Max' });
    assert.deepEqual(readCurrencyAmount('9'.repeat(400), decimals), { refusal: 'Max' });
  }
});

test('an amount that is printed reads as the same amount', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CURRENCY_CODES), fc.integer({ min: 1, max: 999_999_999 }), (currency, units) => {
      const text = formatCurrencyAmount(units as MinorUnits, currency);
      assert.equal(parseCurrencyAmount(text, currency), units);
      assert.equal(text.split('.')[1]?.length ?? 0, currencyDecimals(currency));
    }),
  );
  assert.throws(() => formatCurrencyAmount(1 as MinorUnits, 'XXX'), RangeError);
});
