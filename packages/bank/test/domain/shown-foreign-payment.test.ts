import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asAuthorizationId, asPaymentId, type ForeignPaymentRequest } from '@lupa/protocol';
import { quoteInEuros } from '../../src/domain/euro-quote.ts';
import { type ShownPayments, shownDigest, showPayment, showPayments } from '../../src/domain/shown-payments.ts';
import { parsedForeign } from '../bank-parts.ts';

const PAYMENT = asPaymentId('01930000-0000-7000-8000-000000000011');

function toShow(wish: Partial<ForeignPaymentRequest> = {}, rate = '1.0850') {
  const request = parsedForeign(wish);
  return { paymentId: PAYMENT, paymentType: 'ForeignPayment', request, quote: quoteInEuros(request, rate) } as const;
}

function shown(wish: Partial<ForeignPaymentRequest> = {}, rate?: string): ShownPayments {
  return showPayments({
    authorizationId: asAuthorizationId('01930000-0000-7000-8000-000000000001'),
    tppName: 'Kahvipuoti',
    account: { accountId: 'account-1', iban: 'FI4054100020000314' },
    payments: [toShow(wish, rate)],
  });
}

test('of a foreign payment both amounts, the rate, the charges and where it goes are shown', () => {
  assert.deepEqual(showPayment(toShow({ exchangeRateReference: 'DEAL-7' })), {
    paymentId: PAYMENT,
    amountCents: 92_212,
    currency: 'EUR',
    payeeName: 'Ada Lovelace',
    payeeAccount: '000123456789',
    text: 'Invoice 7',
    textKind: 'message',
    count: 1,
    foreign: {
      amount: '1000.50',
      currency: 'USD',
      unitsPerEuro: '1.0850',
      rateReference: 'DEAL-7',
      charges: 'SHA',
      order: 'NORM',
      accountScheme: 'BBAN',
      accountIssuer: undefined,
      bank: ['CHASUS33', 'Chase'],
      payeeAddress: ['1 Main Street', 'New York NY 10001', 'US'],
    },
  });
});

describe('the digest of a foreign payment', () => {
  const { payee } = parsedForeign();
  const CHANGES: Readonly<Record<string, ShownPayments>> = {
    'another amount': shown({ amount: '1000.51' }),
    'another currency': shown({ currency: 'CAD' }),
    'another rate': shown({}, '1.0851'),
    'another reference of the rate': shown({ exchangeRateReference: 'DEAL-7' }),
    'other charges': shown({ detailsOfCharges: 'OUR' }),
    'another order': shown({ paymentOrder: 'HIGH' }),
    'another account': shown({ payee: { ...payee, bankAccount: { id: '000123456780', schemeName: 'BBAN' } } }),
    'another issuer': shown({ payee: { ...payee, bankAccount: { ...payee.bankAccount, issuer: 'Chase' } } }),
    'another bank': shown({ payee: { ...payee, financialInstitution: { bic: 'BOFAUS3N', name: 'Chase' } } }),
    'another address': shown({ payee: { ...payee, foreignAddress: { ...payee.foreignAddress, country: 'CA' } } }),
    'another message': shown({ message: 'Invoice 8' }),
  };
  for (const [which, changed] of Object.entries(CHANGES)) {
    test(`${which} makes another digest`, () => {
      assert.notDeepEqual(shownDigest(changed), shownDigest(shown()));
    });
  }

  test('is the same for what the store gives back as JSON', () => {
    const stored = JSON.parse(JSON.stringify(shown())) as ShownPayments;
    assert.deepEqual(shownDigest(stored), shownDigest(shown()));
  });
});
