import { LupaError, type PaymentId } from '@lupa/protocol';
import { bundleStatus } from '../domain/bundle-status.ts';
import { mayDelete } from '../domain/payment-revocation.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentUnit } from '../ports/payment-store.ts';
import type { PaymentRecord } from '../ports/records.ts';
import { callAudit } from './audit-event.ts';
import type { Call, TokenJudge } from './authenticated-call.ts';
import { readPayment } from './read-payment.ts';
import { illegalState } from './refusals.ts';

/**
 * Deletes a payment before its submission: it becomes `Revoked` (contract §5).
 *
 * @throws LupaError what `readPayment` throws; ILLEGAL_STATE when it was submitted, is revoked already, or the customer is at it
 */
export async function deletePayment(
  bank: TokenJudge & { identifiers: Identifiers },
  call: Call,
  paymentId: PaymentId,
): Promise<PaymentRecord> {
  const { payment } = await readPayment(bank, call, paymentId, 'delete a payment');
  return bank.payments.transaction((unit) => deleteLocked(bank, call, unit, payment));
}

async function deleteLocked(
  bank: TokenJudge & { identifiers: Identifiers },
  call: Call,
  unit: PaymentUnit,
  { paymentId, authorizationId }: PaymentRecord,
): Promise<PaymentRecord> {
  const bundle = await unit.lockAuthorization(authorizationId);
  const payment = bundle?.payments.find((candidate) => candidate.paymentId === paymentId);
  if (bundle === undefined || payment === undefined) throw new LupaError('NOT_FOUND');
  if (!mayDelete(payment, bundle.authorization.status)) {
    throw illegalState(`the payment is ${payment.status} and its authorization ${bundle.authorization.status}`);
  }
  const modified = bank.clock.now();
  const status = bundleStatus(
    bundle.payments.map((other) => (other.paymentId === paymentId ? 'Revoked' : other.status)),
  );
  const [exemptionGivenBack] = await Promise.all([
    unit.giveBackExemption(paymentId, modified),
    unit.setPayment(paymentId, { status: 'Revoked', modified }),
    unit.setAuthorization(authorizationId, { status, modified }),
  ]);
  await unit.audit(
    callAudit(bank.identifiers, call, modified, {
      event: 'payment deleted',
      authorizationId,
      customerId: bundle.authorization.customerId,
      details: { paymentId, was: payment.status, ...(exemptionGivenBack && { exemptionGivenBack }) },
    }),
  );
  return { ...payment, status: 'Revoked', modified };
}
