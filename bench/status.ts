import { startBankAndBares } from './support/bank-and-bares.ts';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { compete } from './support/contest.ts';
import { resultOf } from './support/result.ts';

const WARM_UP_CALLS = 3000;
const PAYMENTS = 2_000;

/** `GET /sepa-payments/{paymentId}`. */
export const status: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 45, callsPerRound: 800 }, { rounds: 15, callsPerRound: 500 });
  const { servers, accessToken, close } = await startBankAndBares(stage);
  try {
    const creation = { kind: 'create', count: PAYMENTS, accessTokens: [accessToken] } as const;
    const { bodies } = await stage.drive(servers.ours, creation, { wantBodies: true });
    const created = bodies.map((body) => (JSON.parse(body) as { paymentId: string }).paymentId);
    const idsFor = (count: number) => Array.from({ length: count }, (_, at) => created[at % created.length] ?? '');
    const outcome = await compete({
      shape,
      warmUpCalls: WARM_UP_CALLS,
      limits: effort,
      round: (who, count) => stage.drive(servers[who], { kind: 'status', accessToken, paymentIds: idsFor(count) }),
    });
    const { ratio, p99Ratio } = outcome.comparison;
    return resultOf(
      {
        name: 'status',
        title: "a payment's status",
        how: `GET /sepa-payments/{paymentId} of ${PAYMENTS} payments, 16 connections. The bank looks up token, payment and authorization in one statement; the bare server reads the payment alone.`,
        floors: [
          { what: 'status: throughput to the bare server', value: ratio, bound: { atLeast: 0.7, goal: 0.8 } },
          { what: 'status: p99 to the bare server', value: p99Ratio, bound: { atMost: 1.5 } },
        ],
      },
      { section: 'Status', ...outcome },
    );
  } finally {
    await close();
  }
};
