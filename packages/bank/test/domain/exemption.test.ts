import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decideExemption, type ExemptionCase } from '../../src/domain/exemption.ts';

const SMALL: ExemptionCase = {
  amountCents: 500,
  scaValid: true,
  payerOwned: true,
  payeeOwned: false,
  since: { count: 0, sumCents: 0 },
};

const GRANTED = { kind: 'granted', counted: true };

function refusal(change: Partial<ExemptionCase>): string | undefined {
  const decision = decideExemption({ ...SMALL, ...change });
  return decision.kind === 'refused' ? decision.why : undefined;
}

function assertGranted(change: Partial<ExemptionCase>): void {
  assert.deepEqual(decideExemption({ ...SMALL, ...change }), GRANTED);
}

describe('an exemption', () => {
  test('is granted for 29.99 EUR, and refused for 30.00', () => {
    assertGranted({ amountCents: 2999 });
    assert.equal(refusal({ amountCents: 3000 }), 'amount');
  });

  test('is granted for the fourth and the fifth payment since the latest authentication, and refused for the sixth', () => {
    assertGranted({ since: { count: 3, sumCents: 3 } });
    assertGranted({ since: { count: 4, sumCents: 4 } });
    assert.equal(refusal({ since: { count: 5, sumCents: 5 } }), 'count');
  });

  test('is granted up to a sum of 99.99 EUR, this payment included, and refused for 100.00', () => {
    assertGranted({ amountCents: 1000, since: { count: 4, sumCents: 8999 } });
    assert.equal(refusal({ amountCents: 1000, since: { count: 4, sumCents: 9000 } }), 'sum');
  });

  test('is granted for a transfer of any size between accounts of the customer, and does not count', () => {
    for (const amountCents of [1, 2999, 3000, 99_999_999_999]) {
      const decision = decideExemption({
        ...SMALL,
        amountCents,
        payeeOwned: true,
        since: { count: 5, sumCents: 9999 },
      });
      assert.deepEqual(decision, { kind: 'granted', counted: false });
    }
  });

  test('is refused for the account of another person, however small, to the customer’s own account too', () => {
    assert.equal(refusal({ payerOwned: false, amountCents: 1 }), 'payer-not-owned');
    assert.equal(refusal({ payerOwned: false, payeeOwned: true }), 'payer-not-owned');
  });

  test('is refused when the earlier authentication is worth nothing any more, between own accounts too', () => {
    assert.equal(refusal({ scaValid: false }), 'sca-not-valid');
    assert.equal(refusal({ scaValid: false, payeeOwned: true }), 'sca-not-valid');
  });

  test('names the first condition in the order of the contract', () => {
    const everything = { amountCents: 3000, since: { count: 5, sumCents: 9999 } };
    assert.equal(refusal({ ...everything, payerOwned: false, scaValid: false }), 'sca-not-valid');
    assert.equal(refusal({ ...everything, payerOwned: false }), 'payer-not-owned');
    assert.equal(refusal(everything), 'amount');
    assert.equal(refusal({ ...everything, amountCents: 2999 }), 'count');
    assert.equal(refusal({ since: { count: 4, sumCents: 9999 } }), 'sum');
  });
});

/** The document's list, taken down word by word over the whole history, in euros and with nothing shared with the rules. */
function allowsNaively(history: readonly number[], euros: number, own: boolean): boolean {
  if (own) return true;
  const sum = history.reduce((total, each) => total + each, 0) + euros;
  return euros < 30 && history.length < 5 && Math.round(sum * 100) / 100 < 100;
}

const payment = fc.record({
  cents: fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.constantFrom(1999, 2000, 2499, 2500, 2999, 3000)),
  own: fc.boolean(),
  authenticates: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
});

test('over any history of payments and authentications the rules agree with the document taken down naively', () => {
  fc.assert(
    fc.property(fc.array(payment, { maxLength: 40 }), (payments) => {
      let counted: number[] = [];
      for (const { cents, own, authenticates } of payments) {
        if (authenticates) counted = [];
        const since = { count: counted.length, sumCents: counted.reduce((total, each) => total + each, 0) };
        const decision = decideExemption({ ...SMALL, amountCents: cents, payeeOwned: own, since });
        const inEuros = counted.map((each) => each / 100);
        assert.equal(decision.kind === 'granted', allowsNaively(inEuros, cents / 100, own));
        if (decision.kind !== 'granted') continue;
        assert.equal(decision.counted, !own);
        if (decision.counted) counted.push(cents);
        assert.ok(counted.length <= 5 && counted.reduce((total, each) => total + each, 0) <= 9999);
      }
    }),
    { numRuns: 500 },
  );
});
