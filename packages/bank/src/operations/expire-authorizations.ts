import type { AuthorizationId } from '@lupa/protocol';
import { expiredBefore } from '../domain/authorization-expiry.ts';
import { bundleStatus } from '../domain/bundle-status.ts';
import { revoked } from '../domain/payment-revocation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentStore, PaymentUnit } from '../ports/payment-store.ts';

/** Authorizations expired in one round; the worker comes again soon. */
const ROUND = 100;

interface Expiring {
  readonly payments: PaymentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
}

/**
 * The worker's round: revokes authorizations, with their payments, that nobody has authorised in time (D). A customer who
 * is at it holds the bundle as `Authorizing`; it expires only when it has come back to `Unauthorized`.
 *
 * @returns how many expired
 */
export async function expireAuthorizations(bank: Expiring, unauthorizedSeconds: number): Promise<number> {
  const before = expiredBefore(bank.clock.now(), unauthorizedSeconds);
  let expired = 0;
  for (const authorizationId of await bank.payments.unauthorizedBefore(before, ROUND)) {
    if (await bank.payments.transaction((unit) => expireLocked(bank, unit, authorizationId))) expired += 1;
  }
  return expired;
}

async function expireLocked(bank: Expiring, unit: PaymentUnit, authorizationId: AuthorizationId): Promise<boolean> {
  const bundle = await unit.lockAuthorization(authorizationId);
  if (bundle?.authorization.status !== 'Unauthorized') return false;
  const { authorization } = bundle;
  const modified = bank.clock.now();
  const payments = bundle.payments.map((payment) => ({ payment, status: revoked(payment) }));
  const status = bundleStatus(payments.map((each) => each.status ?? each.payment.status));
  for (const { payment, status: after } of payments) {
    if (after !== undefined) await unit.setPayment(payment.paymentId, { status: after, modified });
  }
  await unit.setAuthorization(authorizationId, { status, modified });
  await unit.audit({
    eventId: bank.identifiers.uuid(),
    at: modified,
    event: 'authorization expired',
    authorizationId,
    clientId: authorization.clientId,
    customerId: authorization.customerId,
    requestId: undefined,
    details: { created: authorization.created.toISOString(), status },
  });
  return true;
}
