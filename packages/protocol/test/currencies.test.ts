import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURRENCY_CODES, currencyDecimals } from '../src/currencies.ts';

/** Where ISO 4217 counts smaller units than Unicode, which follows everyday use. */
const UNICODE_ROUNDS = new Set(
  'AFN ALL COP HUF IDR IQD IRR JOD KPW LAK LBP MGA MMK PKR RSD SLE SOS SYP TWD TZS UZS YER'.split(' '),
);

test('every currency is one that Unicode knows by name, each once', () => {
  const names = new Intl.DisplayNames('en', { type: 'currency', fallback: 'none' });
  const unknown = [...CURRENCY_CODES].filter((code) => names.of(code) === undefined);
  assert.deepEqual(
    unknown.filter((code) => code !== 'XCG'),
    [],
  );
  assert.ok(CURRENCY_CODES.size > 150);
});

test('decimals are those of ISO 4217', () => {
  for (const code of CURRENCY_CODES) {
    if (UNICODE_ROUNDS.has(code)) continue;
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: code });
    assert.equal(currencyDecimals(code), format.resolvedOptions().maximumFractionDigits, code);
  }
  assert.deepEqual(['USD', 'JPY', 'ISK', 'KWD', 'HUF'].map(currencyDecimals), [2, 0, 0, 3, 2]);
});

test('what nobody can be paid in is no currency: metals, units of account, tests, the withdrawn, other spellings', () => {
  for (const code of [
    'XAU',
    'XDR',
    'XXX',
    'XTS',
    'CLF',
    'USN',
    'BGN',
    'HRK',
    'DEM',
    'usd',
    'US',
    'USD ',
    '',
    'toString',
  ]) {
    assert.equal(currencyDecimals(code), undefined, code);
  }
});
