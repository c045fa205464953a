import { timingSafeEqual } from 'node:crypto';
import { normaliseUsername } from '../domain/sca-username.ts';
import { shownDigest } from '../domain/shown-payments.ts';
import type { PhoneRequest, ScaUnit } from '../ports/sca-store.ts';
import { endSession, type LockedSession, lockScaSession } from './locked-sca-session.ts';
import { type ScaBank, scaAudit } from './sca-bank.ts';

export type PhoneAnswer =
  | 'approved'
  | 'declined'
  /** No such request of this customer waits: it was answered, replaced by another, or its session is over. */
  | 'gone';

/**
 * The customer answers on the phone. Approving counts for the digest of what the phone showed and for nothing else; the
 * browser's page then goes on. Declining refuses the payments, like the page's own button.
 *
 * @param id of the request, which is the challenge's
 */
export async function answerPhoneRequest(
  bank: ScaBank,
  username: string,
  id: string,
  action: 'approve' | 'decline',
  requestId: string | undefined = undefined,
): Promise<PhoneAnswer> {
  const customer = await bank.customers.byUsername(normaliseUsername(username));
  if (customer === undefined) return 'gone';
  const request = (await bank.store.phoneRequests(customer.customerId)).find(({ challengeId }) => challengeId === id);
  if (request === undefined) return 'gone';
  return bank.store.transaction(async (unit) => {
    const locked = await lockSessionOf(bank, unit, request, requestId);
    if (locked === undefined) return 'gone';
    return action === 'approve'
      ? approve(bank, unit, locked, request, requestId)
      : decline(bank, unit, locked, request, requestId);
  });
}

/** The authorization's lock comes before the session's, so the session is found by its challenge before either is taken. */
async function lockSessionOf(
  bank: ScaBank,
  unit: ScaUnit,
  { challengeId, shown }: PhoneRequest,
  requestId: string | undefined,
): Promise<LockedSession | undefined> {
  const { authorizationId } = shown;
  if ((await unit.lockAuthorization(authorizationId)) === undefined) return undefined;
  const session = await unit.lockSessionOfChallenge(challengeId);
  if (session === undefined) return undefined;
  return lockScaSession(bank, unit, { sessionId: session.sessionId, authorizationId, requestId });
}

/** Whether the session still asks the phone for exactly what the phone showed. */
function stillAsks({ session }: LockedSession, request: PhoneRequest): boolean {
  const { challenge } = session;
  if (session.step !== 'factor' || challenge?.challengeId !== request.challengeId) return false;
  return challenge.phone === 'waiting' && timingSafeEqual(challenge.shownDigest, shownDigest(request.shown));
}

async function approve(
  bank: ScaBank,
  unit: ScaUnit,
  locked: LockedSession,
  request: PhoneRequest,
  requestId: string | undefined,
): Promise<PhoneAnswer> {
  const { session, now } = locked;
  if (!stillAsks(locked, request) || session.challenge === undefined) return 'gone';
  await unit.saveSession({ ...session, challenge: { ...session.challenge, phone: 'approved' }, lastSeen: now });
  const details = { challengeId: request.challengeId, shown: request.shown };
  await unit.audit(scaAudit(bank, session, now, { event: 'sca phone approved', requestId, details }));
  return 'approved';
}

async function decline(
  bank: ScaBank,
  unit: ScaUnit,
  locked: LockedSession,
  request: PhoneRequest,
  requestId: string | undefined,
): Promise<PhoneAnswer> {
  if (!stillAsks(locked, request)) return 'gone';
  const details = { challengeId: request.challengeId };
  await unit.audit(scaAudit(bank, locked.session, locked.now, { event: 'sca phone declined', requestId, details }));
  await endSession(bank, unit, locked, { outcome: 'rejected', requestId });
  return 'declined';
}
