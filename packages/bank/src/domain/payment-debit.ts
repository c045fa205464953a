import type { Cents, ParsedSepaPayment } from '@lupa/protocol';
import type { EuroQuote } from './euro-quote.ts';

/** What of a payment says how much it debits. */
export type DebitingPayment =
  | { readonly paymentType: 'SepaPayment'; readonly request: Pick<ParsedSepaPayment, 'amountCents'> }
  | { readonly paymentType: 'ForeignPayment'; readonly quote: EuroQuote };

/** What one submission of a payment debits, in euros: its amount, or what a foreign payment was quoted at. */
export function debitCentsOf(payment: DebitingPayment): Cents {
  return payment.paymentType === 'SepaPayment' ? payment.request.amountCents : payment.quote.debitCents;
}
