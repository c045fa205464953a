import { createHash } from 'node:crypto';
import { LupaError } from '@lupa/protocol';
import { waitingPayments } from '../domain/sca-end.ts';
import { blocksCustomer, decideAttempt } from '../domain/sca-limits.ts';
import { normaliseUsername, type Username } from '../domain/sca-username.ts';
import { showPayment } from '../domain/shown-payments.ts';
import type { Customer } from '../ports/customers.ts';
import type { ScaUnit } from '../ports/sca-store.ts';
import { blockCustomer } from './block-customer.ts';
import { ENDED, endSession, type LockedSession, MOVED, onSession } from './locked-sca-session.ts';
import { isWaiting } from './open-sca-session.ts';
import { quotePayments } from './quote-payments.ts';
import { type ScaAnswer, type ScaBank, type ScaCall, scaAudit } from './sca-bank.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
  /** SHA-256 of the new session cookie: the one from before login is worth nothing afterwards (session fixation). */
  readonly newBrowserDigest: Uint8Array;
}

/**
 * The first factor: username and password. The attempt is counted before the password is looked at; hashing it takes long,
 * so no transaction is held meanwhile. Right, it locks the bundle (`Authorizing`). Unknown and known usernames are treated
 * alike in every respect: counted, blocked, and as slow.
 */
export async function logIn(bank: ScaBank, call: Omit<ScaCall, 'browserDigest'>, login: Login): Promise<ScaAnswer> {
  const username = normaliseUsername(login.username);
  if (await isTooOften(bank, username)) return { kind: 'refused', why: 'too-often' };
  const customer = await bank.customers.byUsername(username);
  const who = { username, customerId: customer?.customerId, requestId: call.requestId };
  let counted = 0;
  const admitted = await onSession(bank, call, async (unit, locked) => {
    const attempts = await unit.countAttempt(username, locked.now);
    const decision = decideAttempt(attempts, bank.limits);
    if (decision === 'block-now') await blockCustomer(bank, unit, locked, who);
    if (decision !== 'check') {
      const { customerId, requestId } = who;
      const details = { factor: 'password', why: 'blocked' };
      const told = { event: 'sca attempt refused', customerId, requestId, details };
      await unit.audit(scaAudit(bank, locked.session, locked.now, told));
      return failedForGood(bank, unit, locked, call);
    }
    counted = attempts === 'blocked' ? 0 : attempts;
    return MOVED;
  });
  if (admitted.kind !== 'moved') return admitted;
  const isRight = await bank.passwords.verify(login.password, customer?.passwordHash);
  return onSession(bank, call, (unit, locked) =>
    isRight && customer !== undefined
      ? enter(bank, unit, locked, { call, customer, username, login })
      : refuse(bank, unit, locked, { call, customer, username, counted }),
  );
}

/** Counted by a digest: what was typed as a username may be a password in the wrong field. */
async function isTooOften({ logins }: ScaBank, username: Username): Promise<boolean> {
  try {
    await logins?.take(createHash('sha256').update(username).digest('base64url'));
    return false;
  } catch (error) {
    if (error instanceof LupaError && error.code === 'TOO_MANY_REQUESTS') return true;
    throw error;
  }
}

async function enter(
  bank: ScaBank,
  unit: ScaUnit,
  locked: LockedSession,
  {
    call,
    customer,
    username,
    login,
  }: { call: Pick<ScaCall, 'requestId' | 'tppName'>; customer: Customer; username: Username; login: Login },
): Promise<ScaAnswer> {
  const { session, bundle, now } = locked;
  await unit.forgiveAttempt(username);
  const { customerId } = customer;
  const { requestId } = call;
  const entered = { ...session, customerId, browserDigest: login.newBrowserDigest, lastSeen: now };
  if (session.step !== 'login') {
    // A second click on "log in", or a browser that lost the new cookie: the same customer proves it anew and goes on.
    if (session.customerId !== customerId) {
      const details = { factor: 'password', why: 'in other hands' };
      await unit.audit(scaAudit(bank, entered, now, { event: 'sca attempt refused', requestId, details }));
      return { kind: 'refused', why: 'in-other-hands' };
    }
    await unit.saveSession(entered);
    await unit.audit(scaAudit(bank, entered, now, { event: 'sca logged in again', requestId }));
    return MOVED;
  }
  const { customerId: madeFor } = bundle.authorization;
  if (madeFor !== undefined && madeFor !== customerId) {
    const details = { factor: 'password', why: 'made for another customer' };
    await unit.audit(scaAudit(bank, entered, now, { event: 'sca attempt refused', requestId, details }));
    return { kind: 'refused', why: 'made-for-another' };
  }
  if (!isWaiting(bundle)) {
    await endSession(bank, unit, locked, { outcome: 'unavailable', requestId });
    return ENDED;
  }
  const waiting = await quotePayments(unit, bank.exchangeRates, waitingPayments(bundle.payments));
  await unit.setAuthorization(session.authorizationId, { status: 'Authorizing', modified: now });
  await Promise.all(
    waiting.map(({ paymentId }) => unit.setPayment(paymentId, { status: 'Authorizing', modified: now })),
  );
  await unit.saveSession({ ...entered, step: 'review' });
  await unit.audit(scaAudit(bank, entered, now, { event: 'sca logged in', requestId }));
  const details = { tppName: call.tppName, payments: waiting.map(showPayment) };
  await unit.audit(scaAudit(bank, entered, now, { event: 'sca payments shown', requestId, details }));
  return MOVED;
}

async function refuse(
  bank: ScaBank,
  unit: ScaUnit,
  locked: LockedSession,
  {
    call,
    customer,
    username,
    counted,
  }: { call: Pick<ScaCall, 'requestId'>; customer: Customer | undefined; username: Username; counted: number },
): Promise<ScaAnswer> {
  const { session, now } = locked;
  const isBlocked = blocksCustomer(counted, bank.limits);
  const failures = session.failures + 1;
  // What was typed as a username is not written down: it may well be a password in the wrong field.
  const details = { factor: 'password', inARow: counted };
  await unit.audit(
    scaAudit(bank, session, now, {
      event: 'sca attempt failed',
      requestId: call.requestId,
      customerId: customer?.customerId,
      details,
    }),
  );
  if (isBlocked) {
    const { requestId } = call;
    await blockCustomer(bank, unit, locked, { username, customerId: customer?.customerId, requestId });
  }
  const tried: LockedSession = { ...locked, session: { ...session, failures } };
  if (isBlocked || failures >= bank.limits.wrongFactors) return failedForGood(bank, unit, tried, call);
  await unit.saveSession({ ...tried.session, lastSeen: session.step === 'login' ? now : session.lastSeen });
  return { kind: 'refused', why: 'wrong-credentials' };
}

/** Too many failures end a session that nobody has logged in to. Whoever has logged in is not thrown out by a stranger's guesses. */
async function failedForGood(
  bank: ScaBank,
  unit: ScaUnit,
  locked: LockedSession,
  { requestId }: Pick<ScaCall, 'requestId'>,
): Promise<ScaAnswer> {
  if (locked.session.step !== 'login') return { kind: 'refused', why: 'wrong-credentials' };
  await endSession(bank, unit, locked, { outcome: 'blocked', requestId });
  return ENDED;
}
