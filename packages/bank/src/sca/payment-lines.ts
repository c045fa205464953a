import { formatIbanInGroups } from '@lupa/protocol';
import type { ShownForeignPayment } from '../domain/shown-foreign-payment.ts';
import { type ShownPayment, shownTotalCents } from '../domain/shown-payments.ts';
import type { Language } from './languages.ts';
import { type Fragment, type Markup, markup } from './markup.ts';
import { amountIn, euros, rateText } from './money-text.ts';
import type { ForeignTexts, Texts } from './texts/texts.ts';

/** How a payment is put into words: the same on the review and the factor page, so that the two can be compared. */
export function paymentDetails(payment: ShownPayment, texts: Texts, language: Language): Markup {
  const { review } = texts;
  return markup`<dl class="details">
<div><dt>${review.iban}</dt><dd class="iban">${accountText(payment)}</dd></div>
${payment.foreign && whereItGoes(payment.foreign, review.foreign)}
${payment.text !== '' && markup`<div><dt>${review[payment.textKind]}</dt><dd>${payment.text}</dd></div>`}
${payment.foreign && whatItCosts(payment, payment.foreign, review.foreign, language)}
</dl>
${payment.count > 1 && markup`<p class="recurring">${review.times(payment.count, euros(payment.amountCents, language))}</p>`}`;
}

/** What one payment can move at most: of a foreign payment what the payee is sent, in its own currency. */
export function amountOf(payment: ShownPayment, language: Language): string {
  const { foreign } = payment;
  return foreign === undefined
    ? euros(shownTotalCents([payment]), language)
    : amountIn(foreign.amount, foreign.currency, language);
}

/** A BBAN is grouped nowhere in the same way, so it stays as it is. */
export function accountText({ payeeAccount, foreign }: ShownPayment): string {
  return foreign?.accountScheme === 'BBAN' ? payeeAccount : formatIbanInGroups(payeeAccount);
}

function whereItGoes({ accountIssuer, bank, payeeAddress }: ShownForeignPayment, texts: ForeignTexts): Fragment {
  return [
    accountIssuer !== undefined && detail(texts.issuer, accountIssuer),
    detail(texts.bank, bank.join(', ')),
    detail(texts.address, payeeAddress.join(', ')),
  ];
}

function whatItCosts(
  { amountCents }: ShownPayment,
  foreign: ShownForeignPayment,
  texts: ForeignTexts,
  language: Language,
): Fragment {
  const { currency, unitsPerEuro, rateReference, charges, order } = foreign;
  return [
    detail(texts.debited, euros(amountCents, language)),
    currency !== 'EUR' && detail(texts.rate, rateText(unitsPerEuro, currency, language)),
    rateReference !== undefined && detail(texts.rateReference, rateReference),
    detail(texts.charges, texts.chargesOf[charges]),
    detail(texts.order, texts.orderOf[order]),
  ];
}

function detail(label: string, text: string): Markup {
  return markup`<div><dt>${label}</dt><dd>${text}</dd></div>`;
}

export function totalLabel(payments: readonly ShownPayment[], { review }: Texts): string {
  return payments.some(({ count }) => count > 1) ? review.totalAtMost : review.total;
}

export function totalOf(payments: readonly ShownPayment[], language: Language): string {
  return euros(shownTotalCents(payments), language);
}
