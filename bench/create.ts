import { startBankAndBares } from './support/bank-and-bares.ts';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { checkServer } from './support/checked-payment.ts';
import { compete } from './support/contest.ts';
import { figuresOf, furthestControl } from './support/result.ts';
import { countRows, grownTables } from './support/row-counts.ts';
import { isVoid } from './support/statistics.ts';
import { type StoreOutcome, storeContest } from './support/store-contest.ts';

const WARM_UP_CALLS = 3000;

/** `POST /sepa-payments`, and below it the store's part of it alone, beside pgbench. */
export const create: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 45, callsPerRound: 600 }, { rounds: 15, callsPerRound: 400 });
  const { databaseUrl, servers, accessToken, close } = await startBankAndBares(stage);
  try {
    const { tpp, certificates, responseKey } = stage;
    for (const { port } of Object.values(servers)) {
      await checkServer({ port, accessToken, tpp, certificates, responseKey });
    }
    const before = await countRows(databaseUrl);
    let acknowledged = 0;
    const { comparison, attempts } = await compete({
      shape,
      warmUpCalls: WARM_UP_CALLS,
      limits: effort,
      stored: () => countRows(databaseUrl),
      round: async (who, count) => {
        const round = await stage.drive(servers[who], { kind: 'create', count, accessTokens: [accessToken] });
        acknowledged += count;
        return round;
      },
    });
    const { payments } = grownTables(before, await countRows(databaseUrl));
    if (payments !== acknowledged) throw new Error(`${acknowledged} payments acknowledged, ${payments} stored`);
    const store = await storeContest(stage, effort);
    return {
      name: 'create',
      title: 'create payment',
      how: 'POST /sepa-payments over keep-alive mutual TLS, ES256 both ways, PostgreSQL with fsync on, 16 connections.',
      ...figuresOf(comparison, attempts),
      isVoid: isVoid(comparison) || isVoid(store.comparison),
      controlRatio: furthestControl([comparison.controlRatio, store.comparison.controlRatio]),
      sections: [
        { title: 'Create payment', names: ['bank', 'bare node:https'], comparison },
        {
          title: `The store's create, ${store.concurrency} at a time`,
          names: ["the bank's store", store.rival],
          comparison: store.comparison,
        },
      ],
      floors: [
        {
          what: 'create: throughput to the bare server',
          value: comparison.ratio,
          bound: { atLeast: 0.75, goal: 0.85 },
        },
        { what: 'create: p99 to the bare server', value: comparison.p99Ratio, bound: { atMost: 1.5 } },
        { what: `create: the store to ${store.rival}`, value: store.comparison.ratio, bound: { atLeast: 0.65 } },
      ],
      notes: [rivalNote(store)],
      plots: [
        {
          kind: 'lines',
          file: 'create-rounds.svg',
          title: 'Create payment, round by round: the bank to the bare server, and the bare server to itself',
          axis: 'ratio of calls/s; the medians count',
          across: 'rounds',
          lines: [
            { label: 'bank to bare', points: comparison.series.map(({ ratio }, at) => [at + 1, ratio] as const) },
            {
              label: 'bare to itself (control)',
              points: comparison.series.map((each, at) => [at + 1, each.controlRatio] as const),
            },
          ],
          level: { label: 'floor 0.75', value: 0.75 },
        },
      ],
    };
  } finally {
    await close();
  }
};

function rivalNote({ rival }: StoreOutcome): string {
  return rival.startsWith('pgbench')
    ? `The store is measured beside ${rival}, with the bare server's one prepared statement.`
    : `No pgbench is on this machine's PATH: the store is measured beside a ${rival}, with the bare server's one prepared statement.`;
}
