import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asAuthorizationId, asCents, asPaymentId } from '@lupa/protocol';
import {
  availableCents,
  type ShownPayments,
  shownDigest,
  shownTotalCents,
  showPayments,
} from '../../src/domain/shown-payments.ts';
import { parsed } from '../bank-parts.ts';

const AUTHORIZATION = asAuthorizationId('01930000-0000-7000-8000-000000000001');
const ONE = asPaymentId('01930000-0000-7000-8000-000000000011');
const TWO = asPaymentId('01930000-0000-7000-8000-000000000012');

function shown(): ShownPayments {
  return showPayments({
    authorizationId: AUTHORIZATION,
    tppName: 'Kahvipuoti',
    account: { accountId: 'account-1', iban: 'FI4054100020000314' },
    payments: [
      { paymentId: ONE, paymentType: 'SepaPayment', request: parsed({ amountEUR: '4.00' }) },
      { paymentId: TWO, paymentType: 'SepaPayment', request: parsed({ amountEUR: '5.00', count: 3 }) },
    ],
  });
}

describe('what is shown', () => {
  test('is the amount, the payee, the account and the message or reference of each payment', () => {
    const { payments } = shown();
    assert.deepEqual(payments[0], {
      paymentId: ONE,
      amountCents: 400,
      currency: 'EUR',
      payeeName: 'Test_Person',
      payeeAccount: 'FI2112345600000785',
      text: 'test_payment',
      textKind: 'message',
      count: 1,
    });
  });

  test('names a reference as one', () => {
    const { message: _message, ...request } = parsed();
    const [payment] = showPayments({
      ...shown(),
      payments: [
        { paymentId: ONE, paymentType: 'SepaPayment', request: { ...request, reference: 'RF18539007547034' } },
      ],
    }).payments;
    assert.deepEqual([payment?.text, payment?.textKind], ['RF18539007547034', 'reference']);
  });
});

describe('the digest of what is shown', () => {
  const change = (payment: Partial<ShownPayments['payments'][number]>): ShownPayments => {
    const [first, ...rest] = shown().payments;
    assert.ok(first);
    return { ...shown(), payments: [{ ...first, ...payment }, ...rest] };
  };
  const CHANGES: Readonly<Record<string, ShownPayments>> = {
    'one cent more': change({ amountCents: asCents(401) }),
    'another payee': change({ payeeName: 'Test_Persom' }),
    'another payee account': change({ payeeAccount: 'FI2112345600000786' }),
    'another message': change({ text: 'test_payment ' }),
    'a reference instead of a message': change({ textKind: 'reference' }),
    'once more': change({ count: 2 }),
    'another payment': change({ paymentId: TWO }),
    'one payment fewer': { ...shown(), payments: shown().payments.slice(1) },
    'the payments the other way round': { ...shown(), payments: shown().payments.toReversed() },
    'another account': { ...shown(), account: { accountId: 'account-2', iban: 'FI4054100020000314' } },
    'another account number': { ...shown(), account: { accountId: 'account-1', iban: 'FI7354100020000496' } },
    'another TPP': { ...shown(), tppName: 'Teepuoti' },
    'another authorization': { ...shown(), authorizationId: asAuthorizationId('01930000-0000-7000-8000-000000000002') },
  };
  for (const [what, changed] of Object.entries(CHANGES)) {
    test(`changes with ${what}`, () => {
      assert.notDeepEqual(shownDigest(changed), shownDigest(shown()));
    });
  }

  test('is the same for the same, whatever order a store gives the members back in', () => {
    const turned = {
      ...shown(),
      payments: shown().payments.map((payment) => Object.fromEntries(Object.entries(payment).toReversed())),
    } as unknown as ShownPayments;
    assert.deepEqual(shownDigest(turned), shownDigest(shown()));
    assert.equal(shownDigest(shown()).length, 32);
  });
});

describe('sums', () => {
  test('a recurring payment counts as often as it may be submitted', () => {
    assert.equal(shownTotalCents(shown().payments), 1900n);
  });

  test('the largest bundle there can be is summed to the cent', () => {
    const largest = Array.from({ length: 100 }, () => ({ amountCents: asCents(99_999_999_999), count: 1000 }));
    assert.equal(shownTotalCents(largest), 9_999_999_999_900_000n);
  });

  test('an account can be debited by what is neither set aside nor below its limit', () => {
    assert.equal(availableCents({ balanceCents: 10_000, reservedCents: 2_500, limitCents: 0 }), 7_500);
    assert.equal(availableCents({ balanceCents: 10_000, reservedCents: 2_500, limitCents: -5_000 }), 12_500);
  });
});
