import { idleBefore } from '../domain/sca-limits.ts';
import { lockScaSession } from './locked-sca-session.ts';
import type { ScaBank } from './sca-bank.ts';

/** Sessions ended in one round; the worker comes again soon. */
const ROUND = 100;

/**
 * The worker's round: ends sessions that were left alone for five minutes, so that their bundles go back to `Unauthorized`
 * (contract §6). Each is looked at again under lock: one that was used meanwhile goes on.
 *
 * @returns how many it ended
 */
export async function endIdleSessions(bank: ScaBank): Promise<number> {
  const now = bank.clock.now();
  let ended = 0;
  for (const { sessionId, authorizationId } of await bank.store.idleSessions(idleBefore(now, bank.limits), ROUND)) {
    const at = { sessionId, authorizationId, requestId: undefined };
    const locked = await bank.store.transaction((unit) => lockScaSession(bank, unit, at));
    if (locked?.session.step === 'ended') ended += 1;
  }
  return ended;
}
