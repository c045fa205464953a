import { type AuthorizationId, type CustomerId, LupaError } from '@lupa/protocol';
import { type Leaving, statusesAfter, waitingPayments } from '../domain/sca-end.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentUnit, SandboxDecision } from '../ports/payment-store.ts';
import type { AccountRecord, AuthorizationRecord, PaymentRecord } from '../ports/records.ts';
import { callAudit } from './audit-event.ts';
import { type Call, requireReach, requireToken, type TokenJudge } from './authenticated-call.ts';
import { preselectedAccount } from './choose-payments.ts';
import type { FoundAuthorization } from './read-authorization.ts';
import { illegalState } from './refusals.ts';

export interface SandboxDeciding extends TokenJudge {
  readonly identifiers: Identifiers;
  /** Who decides where the payments name no account of this bank: the first test customer. */
  readonly firstTestCustomer: () => Promise<CustomerId | undefined>;
}

/**
 * Decides an authorization in the customer's place (contract §5, `sandbox-authorize` and `sandbox-reject`; the sandbox only):
 * all its payments, from the account that SCA would have preselected. The same decision once more gives the same answer.
 *
 * @throws LupaError what `requireToken` throws; NOT_FOUND; ILLEGAL_STATE when it is not `Unauthorized` any more
 */
export async function decideInSandbox(
  bank: SandboxDeciding,
  call: Call,
  authorizationId: AuthorizationId,
  decision: SandboxDecision,
): Promise<FoundAuthorization> {
  const found = await bank.payments.findAuthorization(call.tokenDigest, authorizationId);
  const token = await requireToken(bank, call, found.token, 'decide in the sandbox');
  requireReach(token, found.authorization);
  const firstTestCustomer = await bank.firstTestCustomer();
  return bank.payments.transaction(async (unit) => {
    const bundle = await unit.lockAuthorization(authorizationId);
    if (bundle === undefined) throw new LupaError('NOT_FOUND');
    if ((await unit.sandboxDecision(authorizationId)) === decision) return bundle;
    if (bundle.authorization.status !== 'Unauthorized') {
      throw illegalState(
        `the authorization is ${bundle.authorization.status}, and only an Unauthorized one is decided`,
      );
    }
    const account = decision === 'authorized' ? await debitAccount(unit, bundle, firstTestCustomer) : undefined;
    return settle(bank, call, unit, bundle, account);
  });
}

/**
 * Ends the call unless `sandbox-authorize` approved this very authorization (contract §8, `SandboxAuthorized`).
 *
 * @param named the authorization the scenario names
 * @throws LupaError ILLEGAL_STATE
 */
export async function requireSandboxAuthorized(
  unit: PaymentUnit,
  authorizationId: AuthorizationId,
  named: AuthorizationId,
): Promise<void> {
  if (named !== authorizationId)
    throw illegalState('the payment belongs to another authorization than the scenario names');
  if ((await unit.sandboxDecision(authorizationId)) !== 'authorized') {
    throw illegalState('the authorization was not approved by sandbox-authorize');
  }
}

/**
 * The account that would be preselected for the customer the authorization was made for (contract §9), else for the owner of
 * the first account of this bank that its payments name, else for the first test customer.
 */
async function debitAccount(
  unit: PaymentUnit,
  { authorization, payments }: FoundAuthorization,
  firstTestCustomer: CustomerId | undefined,
): Promise<AccountRecord> {
  const waiting = waitingPayments(payments);
  const named = waiting.flatMap(({ request }) => (request.payer === undefined ? [] : [request.payer.iban]));
  const owners = await Promise.all(named.map((iban) => unit.ownerOf(iban)));
  const owner = owners.find((found) => found !== undefined);
  const customerId = authorization.customerId ?? owner ?? firstTestCustomer;
  const accounts = customerId === undefined ? [] : await unit.accountsOf(customerId);
  const account = preselectedAccount(accounts, waiting);
  if (account === undefined) throw illegalState('no test customer has an account to debit');
  return account;
}

async function settle(
  bank: SandboxDeciding,
  call: Call,
  unit: PaymentUnit,
  bundle: { authorization: AuthorizationRecord; payments: readonly PaymentRecord[] },
  debit: AccountRecord | undefined,
): Promise<FoundAuthorization> {
  const { authorization } = bundle;
  const { authorizationId } = authorization;
  const modified = bank.clock.now();
  const decision: SandboxDecision = debit === undefined ? 'rejected' : 'authorized';
  const paymentIds = new Set(bundle.payments.map(({ paymentId }) => paymentId));
  const leaving: Leaving = debit === undefined ? 'rejected' : { approved: paymentIds };
  const after = statusesAfter(leaving, bundle.payments);
  const decided = debit && { customerId: debit.customerId, authorized: modified };
  const debited = debit && { debitAccountId: debit.accountId, debitIban: debit.iban };
  const payments = bundle.payments.map((payment) => {
    const status = after.payments.get(payment.paymentId);
    return status === undefined ? payment : { ...payment, ...debited, status, modified };
  });
  const changed = payments.filter((payment, place) => payment !== bundle.payments[place]);
  await Promise.all([
    unit.setAuthorization(authorizationId, { status: after.authorization, modified, ...decided }),
    ...changed.map(({ paymentId, status }) => unit.setPayment(paymentId, { status, modified, ...debited })),
    unit.saveSandboxDecision(authorizationId, decision, modified),
    unit.audit(
      callAudit(bank.identifiers, call, modified, {
        event: `sandbox ${decision}`,
        authorizationId,
        customerId: debit?.customerId ?? authorization.customerId,
        details: { payments: changed.map(({ paymentId }) => paymentId), status: after.authorization },
      }),
    ),
  ]);
  return { authorization: { ...authorization, ...decided, status: after.authorization, modified }, payments };
}
