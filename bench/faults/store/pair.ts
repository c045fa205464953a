import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresPair } from '../../../test/support/postgres-pair.ts';
import type { Servers } from './store-under-fault.ts';

/** Two servers, the second of which has every commit on its disk before the first one answers; unless that is what is to be missed. */
export interface Pair extends Servers {
  /** One database: on the primary, and on the standby. */
  readonly urls: readonly [string, string];
}

/** How long the line between the two is broken before the primary is killed. */
const CUT_OFF_MS = 1_000;

export async function startPair(closing: (() => Promise<unknown>)[], isSynchronous = true): Promise<Pair> {
  const pair = await startPostgresPair({ isSynchronous });
  closing.unshift(() => pair.stop());
  const urls = await pair.createDatabase();
  let inCharge = pair.primary;
  return {
    urls,
    directUrl: () => (inCharge === pair.primary ? urls[0] : urls[1]),
    kill: () => inCharge.kill('SIGKILL'),
    restart: () => inCharge.restart(),
    failOver: async () => {
      if (inCharge === pair.standby) return;
      if (!isSynchronous) {
        await pair.cutOff();
        await sleep(CUT_OFF_MS);
      }
      pair.primary.kill('SIGKILL');
      inCharge = pair.standby;
      await pair.promote();
    },
  };
}
