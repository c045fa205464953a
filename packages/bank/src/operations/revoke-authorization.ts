import { type AuthorizationId, LupaError } from '@lupa/protocol';
import { bundleStatus } from '../domain/bundle-status.ts';
import { revoked } from '../domain/payment-revocation.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentUnit } from '../ports/payment-store.ts';
import { callAudit } from './audit-event.ts';
import { type Call, requireReach, requireToken, type TokenJudge } from './authenticated-call.ts';
import type { FoundAuthorization } from './read-authorization.ts';
import { illegalState } from './refusals.ts';

/**
 * Revokes every payment of the bundle that was not yet submitted (contract §5). Of a revocation and a submission that
 * meet, the one that locks the authorization first wins.
 *
 * @throws LupaError what `requireToken` throws; NOT_FOUND; ILLEGAL_STATE when nothing is left to revoke, or the customer is at it
 */
export async function revokeAuthorization(
  bank: TokenJudge & { identifiers: Identifiers },
  call: Call,
  authorizationId: AuthorizationId,
): Promise<FoundAuthorization> {
  const found = await bank.payments.findAuthorization(call.tokenDigest, authorizationId);
  const token = await requireToken(bank, call, found.token, 'revoke an authorization');
  requireReach(token, found.authorization);
  return bank.payments.transaction((unit) => revokeLocked(bank, call, unit, authorizationId));
}

async function revokeLocked(
  bank: TokenJudge & { identifiers: Identifiers },
  call: Call,
  unit: PaymentUnit,
  authorizationId: AuthorizationId,
): Promise<FoundAuthorization> {
  const bundle = await unit.lockAuthorization(authorizationId);
  if (bundle === undefined) throw new LupaError('NOT_FOUND');
  const { authorization } = bundle;
  const modified = bank.clock.now();
  const payments = bundle.payments.map((payment) => {
    const status = revoked(payment);
    return status === undefined ? payment : { ...payment, status, modified };
  });
  const changed = payments.filter((payment, place) => payment !== bundle.payments[place]);
  if (authorization.status === 'Authorizing' || changed.length === 0) {
    throw illegalState(`the authorization is ${authorization.status}, and nothing of it can be revoked`);
  }
  const status = bundleStatus(payments.map((payment) => payment.status));
  const givenBack = await Promise.all(changed.map(({ paymentId }) => unit.giveBackExemption(paymentId, modified)));
  const exemptionsGivenBack = changed.filter((_payment, place) => givenBack[place]).map(({ paymentId }) => paymentId);
  await Promise.all([
    ...changed.map((payment) => unit.setPayment(payment.paymentId, { status: payment.status, modified })),
    unit.setAuthorization(authorizationId, { status, modified }),
    unit.audit(
      callAudit(bank.identifiers, call, modified, {
        event: 'authorization revoked',
        authorizationId,
        customerId: authorization.customerId,
        details: {
          revoked: changed.map((payment) => payment.paymentId),
          status,
          ...(exemptionsGivenBack.length > 0 && { exemptionsGivenBack }),
        },
      }),
    ),
  ]);
  return { authorization: { ...authorization, status, modified }, payments };
}
