import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedExchangeRates } from '@lupa/bank';
import { CURRENCY_CODES } from '@lupa/protocol';
import { SANDBOX_EXCHANGE_RATES } from '../src/exchange-rates.ts';

test('the sandbox pays in the euro at one, and in currencies that there are at a rate above nothing', () => {
  assert.equal(SANDBOX_EXCHANGE_RATES.unitsPerEuro('EUR'), '1');
  const rates = [...CURRENCY_CODES].flatMap((currency) => SANDBOX_EXCHANGE_RATES.unitsPerEuro(currency) ?? []);
  // 28 currencies of the table, and the euro: none of them is a misprint.
  assert.equal(rates.length, 29);
  for (const rate of rates) assert.ok(/^\d+(\.\d+)?$/.test(rate) && Number(rate) > 0, rate);
});

test('what is not in the table has no rate', () => {
  for (const text of ['XPF', 'XXX', 'usd', '', 'toString', '__proto__']) {
    assert.equal(SANDBOX_EXCHANGE_RATES.unitsPerEuro(text), undefined, text);
  }
});

test('a bank without a table pays in euros alone', () => {
  const rates = fixedExchangeRates();
  assert.deepEqual([rates.unitsPerEuro('EUR'), rates.unitsPerEuro('USD')], ['1', undefined]);
  assert.equal(fixedExchangeRates({ EUR: '2' }).unitsPerEuro('EUR'), '1');
});
