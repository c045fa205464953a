import { type ShownPayments, shownDigest } from '../domain/shown-payments.ts';
import type { ScaChallenge, ScaUnit } from '../ports/sca-store.ts';
import type { LockedSession } from './locked-sca-session.ts';
import { type ScaBank, scaAudit } from './sca-bank.ts';

/**
 * Asks for the second factor over exactly what is shown. The session holds one challenge at a time, so the one before, with
 * its code or its request on the phone, is dead from here on.
 */
export async function issueChallenge(
  bank: ScaBank,
  unit: ScaUnit,
  { session, now }: LockedSession,
  issue: { shown: ShownPayments; factor: ScaChallenge['factor']; requestId: string },
): Promise<void> {
  const { customerId } = session;
  if (customerId === undefined) throw new Error('a second factor is asked of a customer who has logged in');
  const { shown, factor } = issue;
  const challenge: ScaChallenge = {
    challengeId: bank.identifiers.uuid(),
    factor,
    key: factor === 'keycode' ? await unit.takeKey(customerId) : undefined,
    shown,
    shownDigest: shownDigest(shown),
    phone: 'waiting',
  };
  await unit.saveSession({ ...session, step: 'factor', challenge, lastSeen: now });
  const details = { challengeId: challenge.challengeId, factor, key: challenge.key, shown };
  await unit.audit(
    scaAudit(bank, session, now, { event: 'sca challenge issued', requestId: issue.requestId, details }),
  );
}
