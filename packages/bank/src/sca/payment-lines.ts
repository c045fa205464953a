import { formatIbanInGroups } from '@lupa/protocol';
import { type ShownPayment, shownTotalCents } from '../domain/shown-payments.ts';
import type { Language } from './languages.ts';
import { type Markup, markup } from './markup.ts';
import { euros } from './money-text.ts';
import type { Texts } from './texts/texts.ts';

/** How a payment is put into words: the same on the review and the factor page, so that the two can be compared. */
export function paymentDetails(payment: ShownPayment, texts: Texts, language: Language): Markup {
  const { review } = texts;
  return markup`<dl class="details">
<div><dt>${review.iban}</dt><dd class="iban">${formatIbanInGroups(payment.payeeIban)}</dd></div>
${payment.text !== '' && markup`<div><dt>${review[payment.textKind]}</dt><dd>${payment.text}</dd></div>`}
</dl>
${payment.count > 1 && markup`<p class="recurring">${review.times(payment.count, euros(payment.amountCents, language))}</p>`}`;
}

/** What one payment can debit at most. */
export function amountOf(payment: ShownPayment, language: Language): string {
  return euros(shownTotalCents([payment]), language);
}

export function totalLabel(payments: readonly ShownPayment[], { review }: Texts): string {
  return payments.some(({ count }) => count > 1) ? review.totalAtMost : review.total;
}

export function totalOf(payments: readonly ShownPayment[], language: Language): string {
  return euros(shownTotalCents(payments), language);
}
