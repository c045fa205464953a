import { type Effort, shapeOf } from './benchmark.ts';
import { startChild } from './child.ts';
import { type ContestOutcome, compete } from './contest.ts';
import { findPgbench, openPgbench } from './pgbench.ts';
import { openRawPostgres } from './raw-postgres.ts';
import { countRows } from './row-counts.ts';
import type { Stage } from './stage.ts';
import { roundOf } from './statistics.ts';
import type { StoreOrder, StoreRound } from './store-process.ts';

export interface StoreOutcome extends ContestOutcome {
  /** What the store was measured beside. */
  readonly rival: string;
  readonly concurrency: number;
}

const CONCURRENCY = 8;
const WARM_UP_CALLS = 4000;

/** The store's part of creating a payment alone, beside the fastest way to have PostgreSQL write the same rows. */
export async function storeContest(stage: Stage, effort: Effort): Promise<StoreOutcome> {
  const shape = shapeOf(effort, { rounds: 21, callsPerRound: 2400 }, { rounds: 9, callsPerRound: 1600 });
  const databaseUrl = await stage.newDatabase();
  const bank = await stage.startBank({ name: 'bank that makes the schema', databaseUrl });
  const accessToken = await stage.accessToken(bank);
  await stage.stopServers([bank]);
  const { clientId, certificateThumbprint } = stage.tpp;
  const place = { databaseUrl, clientId, concurrency: CONCURRENCY };
  const found = await findPgbench();
  const rival = found === undefined ? await openRawPostgres(place) : await openPgbench(found, place);
  const store = startChild(new URL('./store-process.ts', import.meta.url));
  try {
    const outcome = await compete({
      shape,
      warmUpCalls: WARM_UP_CALLS,
      limits: effort,
      stored: () => countRows(databaseUrl),
      round: async (who, count) => {
        if (who !== 'ours') return rival.round(count);
        const order = { ...place, certificateThumbprint, accessToken, count } satisfies StoreOrder;
        const { seconds, latenciesMs } = await store.ask<StoreRound>(order);
        return roundOf(latenciesMs, seconds, Number.NaN);
      },
    });
    return { ...outcome, rival: rival.name, concurrency: CONCURRENCY };
  } finally {
    await store.stop();
    await rival.close();
  }
}
