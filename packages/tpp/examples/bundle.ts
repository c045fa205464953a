import type { SepaPaymentRequest, Tpp, UserTokens } from '@lupa/tpp';

/** Several payments that the customer approves in one go, in the language of choice. */
export async function leaveWithBundle(tpp: Tpp, invoices: readonly SepaPaymentRequest[], idempotencyKey: string) {
  const { authorizationId, payments } = await tpp.createBundle(invoices, { idempotencyKey });
  const { url, pending } = tpp.authorizationUrl({ authorizationId, uiLocales: ['sv', 'fi'] });
  return { url, pending, paymentIds: payments.map(({ paymentId }) => paymentId) };
}

/** Submits those the customer did approve; each may be rejected alone. */
export async function submitApproved(tpp: Tpp, authorizationId: string, tokens: UserTokens) {
  const payments = await tpp.readAuthorizationPayments(authorizationId, { tokens });
  const approved = payments.filter(({ status }) => status === 'Authorized');
  return Promise.all(
    approved.map(({ paymentId }) => tpp.submitPayment(paymentId, { tokens, submissionId: paymentId })),
  );
}
