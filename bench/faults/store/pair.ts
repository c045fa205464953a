import { startPostgresPair } from '../../../test/support/postgres-pair.ts';
import type { Servers } from './store-under-fault.ts';

/** Two servers, the second of which has every commit on its disk before the first one answers. */
export interface Pair extends Servers {
  /** One database: on the primary, and on the standby. */
  readonly urls: readonly [string, string];
}

export async function startPair(closing: (() => Promise<unknown>)[]): Promise<Pair> {
  const pair = await startPostgresPair();
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
      pair.primary.kill('SIGKILL');
      inCharge = pair.standby;
      await pair.promote();
    },
  };
}
