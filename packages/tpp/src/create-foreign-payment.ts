import { type ForeignPayment, type ForeignPaymentRequest, parseCurrencyAmount } from '@lupa/protocol';
import type { Connection } from './connection.ts';
import { type CreateOptions, checkAnswered, idempotencyKeyOf, postPayment } from './create-payment.ts';
import { parseForeignPayment } from './parse-answers.ts';

export async function createForeignPayment(
  connection: Connection,
  request: ForeignPaymentRequest,
  options: CreateOptions,
): Promise<ForeignPayment> {
  const idempotencyKey = idempotencyKeyOf(connection, options);
  const read = (json: unknown) => matchRequest(parseForeignPayment(json), request);
  const post = { path: '/foreign-payments', request, read, idempotencyKey, retryWith: { idempotencyKey } };
  return postPayment(connection, post, options);
}

/** The bank repeats what it was asked for (contract §5); an answer about other money is not ours, however well signed. */
function matchRequest(payment: ForeignPayment, request: ForeignPaymentRequest): ForeignPayment {
  const { currency, payee, payer, detailsOfCharges = 'SHA', paymentOrder = 'NORM' } = request;
  const { bankAccount, financialInstitution } = payee;
  checkAnswered({
    amount: [parseCurrencyAmount(payment.amount, currency), parseCurrencyAmount(request.amount, currency)],
    currency: [payment.currency, currency],
    message: [payment.message, request.message],
    'payee.name': [payment.payee.name, payee.name],
    'payee.bankAccount.id': [payment.payee.bankAccount.id, bankAccount.id],
    'payee.bankAccount.schemeName': [payment.payee.bankAccount.schemeName, bankAccount.schemeName],
    'payee.financialInstitution.bic': [payment.payee.financialInstitution.bic, financialInstitution.bic],
    'payee.financialInstitution.clearingSystemId': [
      payment.payee.financialInstitution.clearingSystemId,
      financialInstitution.clearingSystemId,
    ],
    'payer.iban': [payment.payer?.iban, payer?.iban ?? payment.payer?.iban],
    detailsOfCharges: [payment.detailsOfCharges, detailsOfCharges],
    paymentOrder: [payment.paymentOrder, paymentOrder],
  });
  return payment;
}
