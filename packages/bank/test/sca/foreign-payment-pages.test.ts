import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ForeignPaymentRequest } from '@lupa/protocol';
import { answerPhoneRequest } from '../../src/operations/answer-phone-request.ts';
import { readPhoneRequests } from '../../src/operations/read-phone-requests.ts';
import type { Language } from '../../src/sca/languages.ts';
import { textsIn } from '../../src/sca/texts/texts-in.ts';
import { parsedForeign } from '../bank-parts.ts';
import { openSite, type Site } from './pages-site.ts';
import { PlainCustomer, textOf } from './plain-customer.ts';
import { LIISA } from './sca-parts.ts';

let site: Site;
before(async () => {
  site = await openSite();
});
after(() => site.close());
beforeEach(() => {
  site.parts.rates.USD = '1.0850';
});

/** A customer at the review of one foreign payment. */
async function atReview(wish: Partial<ForeignPaymentRequest> = {}, language: Language = 'en') {
  const payment = await site.parts.createdForeign(wish);
  const uid = site.sendAgain(payment, [language]);
  const customer = await new PlainCustomer(site.app).open(`/sca/${uid}`);
  await customer.press('continue', LIISA);
  return { payment, uid, customer };
}

function assertShows(html: string, texts: readonly string[]): void {
  // What keeps an amount on one line is invisible here.
  const page = textOf(html).replaceAll('\u00a0', ' ');
  for (const text of texts)
    assert.ok(page.includes(text.replaceAll('\u00a0', ' ')), `the page shows ${text}:\n${page}`);
}

const PAGES = {
  en: { sent: '1,000.50 USD', debited: '922.12 €', rate: '1 € = 1.0850 USD' },
  fi: { sent: '1 000,50 USD', debited: '922,12 €', rate: '1 € = 1,0850 USD' },
  sv: { sent: '1 000,50 USD', debited: '922,12 €', rate: '1 € = 1,0850 USD' },
} as const;

for (const [language, { sent, debited, rate }] of Object.entries(PAGES) as [Language, (typeof PAGES)['en']][]) {
  test(`in ${language} the customer sees both amounts, the rate, the charges and where the money goes, twice`, async () => {
    const { review } = textsIn(language);
    const { foreign } = review;
    const { customer, uid, payment } = await atReview({ detailsOfCharges: 'OUR', paymentOrder: 'HIGH' }, language);
    const shown = [
      ...['Ada Lovelace', sent, `${foreign.debited} ${debited}`, `${foreign.rate} ${rate}`],
      ...[`${review.iban} 000123456789`, `${foreign.bank} CHASUS33, Chase`],
      `${foreign.address} 1 Main Street, New York NY 10001, US`,
      ...[`${foreign.charges} ${foreign.chargesOf.OUR}`, `${foreign.order} ${foreign.orderOf.HIGH}`],
      ...[`${review.total} ${debited}`, `${review.message} Invoice 7`],
    ];
    assertShows(customer.html, shown);
    await customer.press('continue');
    assertShows(customer.html, shown);
    await customer.press('approve', { code: await site.codeFor(uid) });
    assert.equal((await site.parts.statuses(payment.authorizationId)).authorization, 'Authorized');
  });
}

test('a payment in euros has no rate, an agreed one its reference, an account its issuer', async () => {
  const { foreign } = textsIn('en').review;
  const payee = {
    ...parsedForeign().payee,
    bankAccount: { id: 'GB82WEST12345698765432', schemeName: 'IBAN', issuer: 'Westminster' },
    financialInstitution: { clearingSystemId: 'GBDSC500000' },
  } as const;
  const { customer } = await atReview({ amount: '12.00', currency: 'EUR', exchangeRateReference: 'DEAL-7', payee });
  assertShows(customer.html, [
    ...['12.00 EUR', `${foreign.debited} 12.00 €`, `${foreign.rateReference} DEAL-7`],
    ...['GB82 WEST 1234 5698 7654 32', `${foreign.issuer} Westminster`, `${foreign.bank} GBDSC500000`],
    foreign.chargesOf.SHA,
  ]);
  assert.ok(!textOf(customer.html).includes(foreign.rate));
});

test('the phone is asked for what the page shows', async () => {
  const { customer, payment } = await atReview();
  await customer.press('continue', { factor: 'mobilekey' });
  const phone = await readPhoneRequests(site.parts.sca, LIISA.username);
  const request = phone?.requests.find(({ shown }) => shown.authorizationId === payment.authorizationId);
  assert.equal(request?.amount, '922.12');
  assert.equal(request.shown.payments[0]?.foreign?.amount, '1000.50');
  await answerPhoneRequest(site.parts.sca, LIISA.username, request.id, 'approve');
  await customer.press('approve');
  assert.equal((await site.parts.statuses(payment.authorizationId)).authorization, 'Authorized');
});

describe('the rate', () => {
  test('is that of the moment the customer logs in, and what was approved is what is kept', async () => {
    const payment = await site.parts.createdForeign();
    site.parts.rates.USD = '1.2000';
    const uid = site.sendAgain(payment, ['en']);
    const customer = await new PlainCustomer(site.app).open(`/sca/${uid}`);
    await customer.press('continue', LIISA);
    assertShows(customer.html, ['833.75 €', '1 € = 1.2000 USD']);
    // It may move as it will: the customer goes on with what was shown.
    site.parts.rates.USD = '1.0000';
    await customer.press('continue');
    assertShows(customer.html, ['833.75 €', '1 € = 1.2000 USD']);
    await customer.press('approve', { code: await site.codeFor(uid) });
    const found = await site.parts.payments.transaction((unit) => unit.lockAuthorization(payment.authorizationId));
    const [kept] = found?.payments ?? [];
    assert.equal(kept?.status, 'Authorized');
    assert.deepEqual(kept.paymentType === 'ForeignPayment' && kept.quote, {
      debitCents: 83_375,
      unitsPerEuro: '1.2000',
    });
  });

  test('of a currency the bank has stopped paying in stays the last one', async () => {
    const payment = await site.parts.createdForeign();
    delete site.parts.rates.USD;
    const uid = site.sendAgain(payment, ['en']);
    const customer = await new PlainCustomer(site.app).open(`/sca/${uid}`);
    await customer.press('continue', LIISA);
    assertShows(customer.html, ['922.12 €', '1 € = 1.0850 USD']);
  });

  test('that changed under an open challenge makes its code worthless', async () => {
    const { customer, uid, payment } = await atReview();
    await customer.press('continue');
    const code = await site.codeFor(uid);
    const dearer = { debitCents: payment.paymentType === 'ForeignPayment' ? payment.quote.debitCents : 0 };
    await site.parts.payments.transaction((unit) =>
      unit.setQuote(payment.paymentId, { ...dearer, unitsPerEuro: '1.0851' } as Parameters<typeof unit.setQuote>[1]),
    );
    await customer.press('approve', { code });
    assertShows(customer.html, [textsIn('en').notices['payments-changed']]);
    assert.equal((await site.parts.statuses(payment.authorizationId)).authorization, 'Authorizing');
  });
});
