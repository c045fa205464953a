import { timingSafeEqual } from 'node:crypto';
import { waitingPayments } from '../domain/sca-end.ts';
import { blocksCustomer, decideAttempt } from '../domain/sca-limits.ts';
import { normaliseUsername } from '../domain/sca-username.ts';
import { type ShownPayments, shownDigest, showPayments } from '../domain/shown-payments.ts';
import type { Customer } from '../ports/customers.ts';
import type { ScaChallenge, ScaUnit } from '../ports/sca-store.ts';
import { blockCustomer } from './block-customer.ts';
import { ENDED, endSession, isUpToDate, type LockedSession, onSession, STALE } from './locked-sca-session.ts';
import { paymentsNamed, type ScaAnswer, type ScaBank, type ScaCall, scaAudit } from './sca-bank.ts';

/**
 * The second factor. Right, it approves exactly what the challenge showed: the payments, the authorization, the session and
 * the audit trail change together or not at all. The attempt is counted before the factor is looked at, in the same
 * transaction, so that guesses made at once are checked one after the other and never more than five of them.
 *
 * @param code what the customer typed; ignored for the mobile key, whose answer the phone has given
 */
export async function giveFactor(bank: ScaBank, call: ScaCall, code: string): Promise<ScaAnswer> {
  const found = await bank.store.findSession(call.sessionId);
  if (found?.customerId === undefined) return found?.step === 'ended' ? ENDED : STALE;
  const customer = await bank.customers.byId(found.customerId);
  if (customer === undefined) throw new Error('a session belongs to a customer who is stored');
  return onSession(bank, call, async (unit, locked) => {
    const { challenge, customerId } = locked.session;
    const isTheirs = customerId === customer.customerId;
    if (!isUpToDate(locked.session, call) || challenge === undefined || !isTheirs) return STALE;
    // A phone that has not answered is neither right nor wrong.
    if (challenge.factor === 'mobilekey' && challenge.phone === 'waiting') {
      await unit.saveSession({ ...locked.session, lastSeen: locked.now });
      return { kind: 'refused', why: 'phone-waiting' };
    }
    return decide(bank, unit, locked, { call, customer, challenge, code });
  });
}

interface Given {
  readonly call: ScaCall;
  readonly customer: Customer;
  readonly challenge: ScaChallenge;
  readonly code: string;
}

async function decide(bank: ScaBank, unit: ScaUnit, locked: LockedSession, given: Given): Promise<ScaAnswer> {
  const { call, customer, challenge } = given;
  const { session, now } = locked;
  const { requestId } = call;
  const shown = await shownAnew(unit, locked, challenge, call.tppName);
  if (shown === undefined) {
    await unit.saveSession({ ...session, step: 'review', challenge: undefined, lastSeen: now });
    await unit.audit(scaAudit(bank, session, now, { event: 'sca payments changed', requestId }));
    return { kind: 'refused', why: 'payments-changed' };
  }
  const username = normaliseUsername(customer.username);
  const attempts = await unit.countAttempt(username, now);
  const decision = decideAttempt(attempts, bank.limits);
  if (decision === 'check' && isRight(bank, customer, given)) {
    await unit.clearAttempts(username);
    await unit.restartExemptions(customer.customerId, now);
    await endSession(bank, unit, locked, { outcome: 'approved', requestId, approval: approvalOf(challenge, shown) });
    return ENDED;
  }
  const inARow = attempts === 'blocked' ? bank.limits.wrongFactors : attempts;
  const isBlocked = decision !== 'check' || blocksCustomer(inARow, bank.limits);
  if (isBlocked && decision !== 'blocked') {
    await blockCustomer(bank, unit, locked, { username, customerId: customer.customerId, requestId });
  }
  return refuse(bank, unit, locked, { given, inARow, isBlocked });
}

async function refuse(
  bank: ScaBank,
  unit: ScaUnit,
  locked: LockedSession,
  { given, inARow, isBlocked }: { given: Given; inARow: number; isBlocked: boolean },
): Promise<ScaAnswer> {
  const { session, now } = locked;
  const { requestId } = given.call;
  const details = { challengeId: given.challenge.challengeId, factor: given.challenge.factor, inARow };
  await unit.audit(scaAudit(bank, session, now, { event: 'sca attempt failed', requestId, details }));
  const tried = { ...session, failures: session.failures + 1, lastSeen: now };
  if (isBlocked || tried.failures >= bank.limits.wrongFactors) {
    await endSession(bank, unit, { ...locked, session: tried }, { outcome: 'blocked', requestId });
    return ENDED;
  }
  await unit.saveSession(tried);
  return { kind: 'refused', why: 'wrong-code' };
}

/** Digits as people copy them: `123 456` is `123456`. */
function isRight(bank: ScaBank, { customerId }: Customer, { challenge, code }: Given): boolean {
  if (challenge.factor === 'mobilekey') return challenge.phone === 'approved';
  if (challenge.key === undefined) return false;
  const expected = Buffer.from(bank.factorSecrets.keyCode(customerId, challenge.key.series, challenge.key.number));
  const typed = Buffer.from(code.replaceAll(/\s/g, ''));
  return typed.length === expected.length && timingSafeEqual(typed, expected);
}

function approvalOf({ challengeId, factor }: ScaChallenge, shown: ShownPayments) {
  const paymentIds = new Set(shown.payments.map(({ paymentId }) => paymentId));
  return { paymentIds, account: shown.account, details: { challengeId, factor, shown } };
}

/**
 * Puts together anew, from what the store holds now, what the challenge showed.
 *
 * @returns undefined when it is not the very same any more: a payment, an amount, a payee, the account or the TPP's name has
 * changed, and the code is worthless (RTS article 5(1)(d))
 */
export async function shownAnew(
  unit: ScaUnit,
  { session, bundle }: LockedSession,
  challenge: ScaChallenge,
  tppName: string,
): Promise<ShownPayments | undefined> {
  const waiting = waitingPayments(bundle.payments);
  const payments = paymentsNamed(
    waiting,
    challenge.shown.payments.map(({ paymentId }) => paymentId),
  );
  const account = await unit.account(challenge.shown.account.accountId);
  if (bundle.authorization.status !== 'Authorizing' || payments === undefined) return undefined;
  if (account === undefined || account.customerId !== session.customerId) return undefined;
  const { authorizationId } = session;
  const shown = showPayments({ authorizationId, tppName, account, payments });
  return timingSafeEqual(shownDigest(shown), challenge.shownDigest) ? shown : undefined;
}
