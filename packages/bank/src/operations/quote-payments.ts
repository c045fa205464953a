import { quoteInEuros } from '../domain/euro-quote.ts';
import type { ExchangeRates } from '../ports/exchange-rates.ts';
import type { PaymentUnit } from '../ports/payment-store.ts';
import type { PaymentRecord } from '../ports/records.ts';

/**
 * Quotes the foreign ones of these payments anew, at the rate of this moment: done when a customer begins to look at them, so
 * that what is approved is neither days old nor moves while it is looked at. A currency the bank has stopped paying in keeps
 * its last quote.
 *
 * @returns the payments as they now stand
 */
export async function quotePayments(
  unit: Pick<PaymentUnit, 'setQuote'>,
  exchangeRates: ExchangeRates,
  payments: readonly PaymentRecord[],
): Promise<PaymentRecord[]> {
  return Promise.all(
    payments.map(async (payment) => {
      if (payment.paymentType !== 'ForeignPayment') return payment;
      const unitsPerEuro = exchangeRates.unitsPerEuro(payment.request.currency);
      if (unitsPerEuro === undefined || unitsPerEuro === payment.quote.unitsPerEuro) return payment;
      const quote = quoteInEuros(payment.request, unitsPerEuro);
      await unit.setQuote(payment.paymentId, quote);
      return { ...payment, quote };
    }),
  );
}
