import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentUnit } from '../ports/payment-store.ts';
import type { AuthorizationRecord, PaymentRecord } from '../ports/records.ts';

/**
 * A submission was finally rejected and nothing debited (contract §9): what the payment's exemption took from the customer's
 * count is given back. With the exemption goes the permission it stood for, or another submission of the payment would be one
 * that nobody counts. Nothing happens to a payment that the customer approved.
 */
export async function withdrawExemption(
  identifiers: Identifiers,
  unit: PaymentUnit,
  { authorization, payment }: { authorization: AuthorizationRecord; payment: PaymentRecord },
  now: Date,
): Promise<void> {
  if (authorization.sourceGrantId === undefined || payment.submissionsMade > 0) return;
  const { paymentId, authorizationId } = payment;
  if (!(await unit.giveBackExemption(paymentId, now))) return;
  await Promise.all([
    unit.setPayment(paymentId, { status: 'Revoked', modified: now }),
    unit.setAuthorization(authorizationId, { status: 'Revoked', modified: now }),
    unit.audit({
      eventId: identifiers.uuid(),
      at: now,
      event: 'exemption withdrawn',
      authorizationId,
      clientId: authorization.clientId,
      customerId: authorization.customerId,
      requestId: undefined,
      details: { paymentId, status: 'Revoked' },
    }),
  ]);
}
