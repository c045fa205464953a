import type { ForeignPaymentRequest, Submission, Tpp, UserTokens } from '@lupa/tpp';

const INVOICE: ForeignPaymentRequest = {
  amount: '1000.50',
  currency: 'USD',
  message: 'Invoice 7',
  payee: {
    name: 'Ada Lovelace',
    bankAccount: { id: '000123456789', schemeName: 'BBAN' },
    financialInstitution: { bic: 'CHASUS33' },
    foreignAddress: { addressLine1: '1 Main Street', addressLine2: 'New York NY 10001', country: 'US' },
  },
};

/** Money to another currency area. The bank shows the customer what it costs in euros. */
export async function leaveWithInvoice(tpp: Tpp, idempotencyKey: string) {
  const { paymentId, authorizationId } = await tpp.createForeignPayment(INVOICE, { idempotencyKey });
  return { paymentId, ...tpp.authorizationUrl({ authorizationId }) };
}

/** From here on `paymentType` says where the payment is to be found. */
export async function payInvoice(tpp: Tpp, paymentId: string, tokens: UserTokens): Promise<Submission> {
  const { submissionId } = await tpp.submitPayment(paymentId, { paymentType: 'ForeignPayment', tokens });
  return tpp.waitForStatus(paymentId, submissionId, { paymentType: 'ForeignPayment', tokens });
}
