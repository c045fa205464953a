import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MinorUnits } from '@lupa/protocol';
import fc from 'fast-check';
import { quoteInEuros } from '../../src/domain/euro-quote.ts';

const cents = (amountMinorUnits: number, currency: string, rate: string) =>
  quoteInEuros({ amountMinorUnits: amountMinorUnits as MinorUnits, currency }, rate).debitCents;

test('an amount is divided by the units of its currency for one euro', () => {
  assert.equal(cents(108_500, 'USD', '1.0850'), 100_000);
  assert.equal(cents(100_050, 'USD', '1.0850'), 92_212);
  assert.equal(cents(16_250, 'JPY', '162.50'), 10_000);
  assert.equal(cents(334, 'KWD', '0.3340'), 100);
  assert.equal(cents(400, 'EUR', '1'), 400);
});

test('a half cent is rounded upwards, less than that downwards', () => {
  assert.equal(cents(3, 'USD', '2'), 2);
  assert.equal(cents(5, 'USD', '2'), 3);
  assert.equal(cents(149, 'USD', '100'), 1);
  assert.equal(cents(150, 'USD', '100'), 2);
});

test('nothing is paid for nothing: the least is one cent', () => {
  assert.equal(cents(1, 'KRW', '1480.0'), 1);
  assert.equal(cents(1, 'HUF', '400.00'), 1);
});

test('the largest amount in the dearest currency stays exact', () => {
  assert.equal(cents(999_999_999_990, 'KWD', '0.3'), 333_333_333_330);
});

test('the quote carries the rate digit for digit', () => {
  const quote = quoteInEuros({ amountMinorUnits: 100 as MinorUnits, currency: 'USD' }, '1.0850');
  assert.equal(quote.unitsPerEuro, '1.0850');
});

test('what is no rate quotes nothing', () => {
  for (const rate of ['', '0', '0.00', '-1', '1,08', '1e3', 'NaN', ' 1', '.5']) {
    assert.throws(() => cents(100, 'USD', rate), RangeError, rate);
  }
  assert.throws(() => cents(100, 'XXX', '1'), RangeError);
});

test('a quote is never more than half a cent from the exact amount', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 999_999_999_99 }),
      fc.integer({ min: 1, max: 99_999_999 }),
      (amount, rate) => {
        const text = `${Math.floor(rate / 10_000)}.${String(rate % 10_000).padStart(4, '0')}`;
        const debit = BigInt(cents(amount, 'USD', text));
        const [exact, scale] = [BigInt(amount) * 10_000n, BigInt(rate)];
        const distance = debit * scale - exact;
        const halfCent = scale;
        assert.ok(debit === 1n || (2n * distance <= halfCent && 2n * distance > -halfCent));
      },
    ),
  );
});
