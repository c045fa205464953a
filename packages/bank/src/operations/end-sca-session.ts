import { ENDED, endSession, isUpToDate, onSession, STALE } from './locked-sca-session.ts';
import type { ScaAnswer, ScaBank, ScaCall } from './sca-bank.ts';

/**
 * The customer goes away without deciding: the bundle waits again (`Unauthorized`), for a new request of the TPP. Whoever
 * has the interaction open may do that, logged in or not: it approves and refuses nothing.
 */
export async function cancelScaSession(
  bank: ScaBank,
  call: Pick<ScaCall, 'sessionId' | 'requestId'>,
): Promise<ScaAnswer> {
  return onSession(bank, call, async (unit, locked) => {
    await endSession(bank, unit, locked, { outcome: 'cancelled', requestId: call.requestId });
    return ENDED;
  });
}

/** The customer refuses every payment of the bundle, for good (`Rejected`). */
export async function rejectPayments(bank: ScaBank, call: ScaCall): Promise<ScaAnswer> {
  return onSession(bank, call, async (unit, locked) => {
    if (!isUpToDate(locked.session, call)) return STALE;
    await endSession(bank, unit, locked, { outcome: 'rejected', requestId: call.requestId });
    return ENDED;
  });
}
