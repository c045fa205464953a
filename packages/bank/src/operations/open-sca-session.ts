import type { AuthorizationId, ClientId } from '@lupa/protocol';
import { waitingPayments } from '../domain/sca-end.ts';
import type { AccountRecord, PaymentRecord } from '../ports/records.ts';
import type { ScaSession, ScaUnit } from '../ports/sca-store.ts';
import { endSession, isLoggedIn, type LockedSession, lockScaSession } from './locked-sca-session.ts';
import { type Bundle, type ScaBank, scaAudit } from './sca-bank.ts';

/** What the pages need to show the present step. */
export interface ScaView {
  readonly session: ScaSession;
  /** False where the session is past its login but another browser did that: this one has to log in first. */
  readonly isLoggedIn: boolean;
  readonly bundle: Bundle;
  /** The payments the customer may still decide on. */
  readonly payments: readonly PaymentRecord[];
  /** The customer's own accounts, once logged in. */
  readonly accounts: readonly AccountRecord[];
}

export interface Opening {
  readonly sessionId: string;
  readonly clientId: ClientId;
  readonly authorizationId: AuthorizationId;
  readonly browserDigest: Uint8Array;
  readonly requestId: string;
  /** The language of a session that is opened now. */
  readonly language: ScaSession['language'];
  /** The language the customer has just asked for. */
  readonly switchTo: ScaSession['language'] | undefined;
}

/**
 * Opens the session of an interaction, or comes back to it, and reads what its present step shows. Being looked at counts
 * as use. A session whose payments were revoked or decided meanwhile, or are open in another session, ends.
 */
export async function openScaSession(bank: ScaBank, opening: Opening): Promise<ScaView> {
  return bank.store.transaction(async (unit) => {
    const locked = (await lockScaSession(bank, unit, opening)) ?? (await begin(bank, unit, opening));
    const loggedIn = isLoggedIn(locked.session, opening.browserDigest);
    const session = await lookAt(bank, unit, locked, opening, loggedIn);
    const customerId = loggedIn ? session.customerId : undefined;
    return {
      session,
      isLoggedIn: loggedIn,
      bundle: locked.bundle,
      payments: waitingPayments(locked.bundle.payments),
      accounts: customerId === undefined ? [] : await unit.accountsOf(customerId),
    };
  });
}

/** Whether a customer who logs in now could decide on anything (contract §3: still `Unauthorized`). */
export function isWaiting({ authorization, payments }: Bundle): boolean {
  return authorization.status === 'Unauthorized' && waitingPayments(payments).length > 0;
}

async function begin(bank: ScaBank, unit: ScaUnit, opening: Opening): Promise<LockedSession> {
  const now = bank.clock.now();
  const bundle = await unit.lockAuthorization(opening.authorizationId);
  if (bundle === undefined) throw new Error('an interaction is about an authorization that is stored');
  const session: ScaSession = {
    sessionId: opening.sessionId,
    clientId: opening.clientId,
    authorizationId: opening.authorizationId,
    browserDigest: opening.browserDigest,
    step: 'login',
    language: opening.language,
    customerId: undefined,
    failures: 0,
    challenge: undefined,
    outcome: undefined,
    created: now,
    lastSeen: now,
  };
  if (!(await unit.openSession(session))) {
    // The authorization's lock lets one request at a time begin, so the id can only belong to another authorization.
    throw new Error('the session id is taken by another authorization');
  }
  await unit.audit(scaAudit(bank, session, now, { event: 'sca opened', requestId: opening.requestId }));
  return { session, bundle, now };
}

async function lookAt(
  bank: ScaBank,
  unit: ScaUnit,
  locked: LockedSession,
  { switchTo, requestId }: Opening,
  loggedIn: boolean,
): Promise<ScaSession> {
  const { session, bundle, now } = locked;
  if (session.step === 'ended') return session;
  const isOpen = session.step === 'login' ? isWaiting(bundle) : bundle.authorization.status === 'Authorizing';
  if (!isOpen) {
    return endSession(bank, unit, locked, { outcome: 'unavailable', requestId });
  }
  // A browser that is not logged in cannot keep another one's session alive.
  const isInUse = loggedIn || session.step === 'login';
  const seen = { ...session, language: switchTo ?? session.language, ...(isInUse && { lastSeen: now }) };
  await unit.saveSession(seen);
  return seen;
}
