import { setTimeout as sleep } from 'node:timers/promises';
import { LupaError } from '@lupa/protocol';
import { MAX_TRANSACTION_ATTEMPTS } from './database.ts';
import { isRetried } from './statement-error.ts';

/** The connection was lost while nothing could have been committed: the same may be done again. */
export class NothingCommitted extends Error {
  override readonly name = 'NothingCommitted';
}

/**
 * Runs `attempt` until it succeeds or fails for a reason that will not pass.
 *
 * @throws LupaError UNAVAILABLE when it was asked to run anew `MAX_TRANSACTION_ATTEMPTS` times
 */
export async function runAnew<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRetried(error) && !(error instanceof NothingCommitted)) throw error;
      if (attempts === MAX_TRANSACTION_ATTEMPTS) throw new LupaError('UNAVAILABLE', { cause: error });
      // Those who collided must not meet again at once, so the pause grows and is never the same for two of them.
      await sleep(Math.random() * 2 ** attempts);
    }
  }
}
