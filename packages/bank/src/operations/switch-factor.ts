import type { ScaChallenge } from '../ports/sca-store.ts';
import { shownAnew } from './give-factor.ts';
import { issueChallenge } from './issue-challenge.ts';
import { isUpToDate, MOVED, onSession, STALE } from './locked-sca-session.ts';
import { type ScaAnswer, type ScaBank, type ScaCall, scaAudit } from './sca-bank.ts';

/** Asks for the other second factor over the same payments. The challenge before is dead. */
export async function switchFactor(bank: ScaBank, call: ScaCall, factor: ScaChallenge['factor']): Promise<ScaAnswer> {
  return onSession(bank, call, async (unit, locked) => {
    const { challenge } = locked.session;
    if (!isUpToDate(locked.session, call) || challenge === undefined) return STALE;
    const shown = await shownAnew(unit, locked, challenge, call.tppName);
    if (shown === undefined) {
      await unit.saveSession({ ...locked.session, step: 'review', challenge: undefined, lastSeen: locked.now });
      const told = { event: 'sca payments changed', requestId: call.requestId };
      await unit.audit(scaAudit(bank, locked.session, locked.now, told));
      return { kind: 'refused', why: 'payments-changed' };
    }
    await issueChallenge(bank, unit, locked, { shown, factor, requestId: call.requestId });
    return MOVED;
  });
}
