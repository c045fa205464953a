import { timingSafeEqual } from 'node:crypto';
import type { AuthorizationId, CustomerId, PaymentId } from '@lupa/protocol';
import { type Leaving, statusesAfter } from '../domain/sca-end.ts';
import { hasIdled } from '../domain/sca-limits.ts';
import type { ScaOutcome, ScaSession, ScaUnit } from '../ports/sca-store.ts';
import { type Bundle, type ScaAnswer, type ScaBank, type ScaCall, scaAudit } from './sca-bank.ts';

/** A session under lock, with the bundle it is about. */
export interface LockedSession {
  readonly session: ScaSession;
  readonly bundle: Bundle;
  readonly now: Date;
}

export const ENDED: ScaAnswer = { kind: 'ended' };
export const MOVED: ScaAnswer = { kind: 'moved' };
export const STALE: ScaAnswer = { kind: 'refused', why: 'stale' };

/**
 * Locks the authorization and then its session: every operation takes them in this order, so that none waits for another
 * that waits for it. A session found idle for too long is ended on the spot, whoever came to use it.
 *
 * @returns undefined when there is no such session
 */
export async function lockScaSession(
  bank: ScaBank,
  unit: ScaUnit,
  at: { sessionId: string; authorizationId: AuthorizationId; requestId: string | undefined },
): Promise<LockedSession | undefined> {
  const bundle = await unit.lockAuthorization(at.authorizationId);
  const session = await unit.lockSession(at.sessionId);
  if (bundle === undefined || session === undefined) return undefined;
  if (session.authorizationId !== at.authorizationId) throw new Error('the session belongs to another authorization');
  const locked = { session, bundle, now: bank.clock.now() };
  if (session.step === 'ended' || !hasIdled(session, locked.now, bank.limits)) return locked;
  return {
    ...locked,
    session: await endSession(bank, unit, locked, { outcome: 'timed-out', requestId: at.requestId }),
  };
}

/**
 * One transaction on the session of a call.
 *
 * @returns what `work` returns, or the refusal when the session is not there, or 'ended' when it is over
 */
export async function onSession(
  bank: ScaBank,
  call: Pick<ScaCall, 'sessionId' | 'requestId'>,
  work: (unit: ScaUnit, locked: LockedSession) => Promise<ScaAnswer>,
): Promise<ScaAnswer> {
  const found = await bank.store.findSession(call.sessionId);
  if (found === undefined) return STALE;
  const { authorizationId } = found;
  return bank.store.transaction(async (unit) => {
    const locked = await lockScaSession(bank, unit, { ...call, authorizationId });
    if (locked === undefined) return STALE;
    return locked.session.step === 'ended' ? ENDED : work(unit, locked);
  });
}

/** Whether this browser is the one that logged in to the session. */
export function isLoggedIn(session: ScaSession, browserDigest: Uint8Array): boolean {
  if (session.step !== 'review' && session.step !== 'factor') return false;
  return session.browserDigest.length === browserDigest.length && timingSafeEqual(session.browserDigest, browserDigest);
}

/** Whether the form was made for the session as it stands: the same step, the same challenge, the same browser. */
export function isUpToDate(session: ScaSession, call: ScaCall): boolean {
  return isLoggedIn(session, call.browserDigest) && session.challenge?.challengeId === call.challengeId;
}

const EVENTS: Readonly<Record<ScaOutcome, string>> = {
  approved: 'sca approved',
  rejected: 'sca rejected',
  cancelled: 'sca cancelled',
  'timed-out': 'sca timed out',
  blocked: 'sca blocked',
  unavailable: 'sca unavailable',
};

/**
 * Ends the session and, where the customer had logged in and so locked the bundle, sets the bundle's statuses accordingly:
 * all in the caller's transaction, with the line of the audit trail.
 */
export async function endSession(
  bank: ScaBank,
  unit: ScaUnit,
  { session, bundle, now }: LockedSession,
  end: { outcome: ScaOutcome; requestId: string | undefined; approval?: Approval },
): Promise<ScaSession> {
  const ended: ScaSession = { ...session, step: 'ended', outcome: end.outcome, challenge: undefined, lastSeen: now };
  const holdsLock = session.step !== 'login' && bundle.authorization.status === 'Authorizing';
  const leaving = leavingBy(end.outcome, end.approval);
  if (holdsLock) await settle(unit, bundle, leaving, { session, now, debit: end.approval?.account });
  await unit.saveSession(ended);
  const details = { ...end.approval?.details, ...(holdsLock && { statuses: statusesToTell(leaving, bundle) }) };
  await unit.audit(scaAudit(bank, session, now, { event: EVENTS[end.outcome], requestId: end.requestId, details }));
  return ended;
}

/** What was approved, and from which account it is debited. */
export interface Approval {
  readonly paymentIds: ReadonlySet<PaymentId>;
  readonly account: { readonly accountId: string; readonly iban: string };
  readonly details: Readonly<Record<string, unknown>>;
}

function leavingBy(outcome: ScaOutcome, approval: Approval | undefined): Leaving {
  if (outcome === 'approved') {
    if (approval === undefined || approval.paymentIds.size === 0) throw new Error('an approval names its payments');
    return { approved: approval.paymentIds };
  }
  return outcome === 'rejected' ? 'rejected' : 'undecided';
}

async function settle(
  unit: ScaUnit,
  bundle: Bundle,
  leaving: Leaving,
  by: { session: ScaSession; now: Date; debit: Approval['account'] | undefined },
): Promise<void> {
  const after = statusesAfter(leaving, bundle.payments);
  const customerId: CustomerId | undefined = leaving === 'undecided' ? undefined : by.session.customerId;
  await unit.setAuthorization(bundle.authorization.authorizationId, {
    status: after.authorization,
    modified: by.now,
    ...(customerId !== undefined && { customerId }),
    ...(after.authorization === 'Authorized' && { authorized: by.now }),
  });
  await Promise.all(
    [...after.payments].map(([paymentId, status]) => {
      const debit = status === 'Authorized' ? by.debit : undefined;
      return unit.setPayment(paymentId, {
        status,
        modified: by.now,
        ...(debit && { debitAccountId: debit.accountId, debitIban: debit.iban }),
      });
    }),
  );
}

function statusesToTell(leaving: Leaving, bundle: Bundle): Record<string, unknown> {
  const after = statusesAfter(leaving, bundle.payments);
  return { authorization: after.authorization, payments: Object.fromEntries(after.payments) };
}
