import { startBankAndBares } from './support/bank-and-bares.ts';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { Bulk } from './support/bulk.ts';
import { compete } from './support/contest.ts';
import { resultOf } from './support/result.ts';
import { countRows } from './support/row-counts.ts';

const WARM_UP_CALLS = 2000;

/**
 * `PUT …/submissions/{submissionId}` of payments just approved. What is measured ends with the answer `Accepted`, which leaves
 * a row in the booking queue, with the bank and with the bare server alike. Booking it is work of its own, several transactions'
 * worth, that whichever process is free does later; done by the bank under measurement it would slow the bank's own rounds and
 * also the bare servers' rounds that follow, by how much hangs on chance. So nobody books while the clock runs.
 */
export const submission: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 45, callsPerRound: 500 }, { rounds: 15, callsPerRound: 300 });
  const { databaseUrl, servers, close } = await startBankAndBares(stage, { work: 'by nobody' });
  const bulk = await Bulk.open(databaseUrl, stage.tpp);
  try {
    const outcome = await compete({
      shape,
      warmUpCalls: WARM_UP_CALLS,
      limits: effort,
      stored: async () => ({ ...(await countRows(databaseUrl)), ...(await bulk.states()) }),
      round: async (who, count) =>
        stage.drive(servers[who], { kind: 'submission', payments: await bulk.approvedPayments(count) }),
    });
    const { ratio, p99Ratio } = outcome.comparison;
    return resultOf(
      {
        name: 'submission',
        title: 'submission of an approved payment',
        how: 'PUT /sepa-payments/{paymentId}/submissions/{submissionId}, each payment once, 1,000 accounts in turns, 16 connections. Booking is background work and happens after the clock, for both.',
        floors: [
          { what: 'submission: throughput to the bare server', value: ratio, bound: { atLeast: 0.7, goal: 0.8 } },
          { what: 'submission: p99 to the bare server', value: p99Ratio, bound: { atMost: 1.5 } },
        ],
      },
      { section: 'Submission', ...outcome },
    );
  } finally {
    await bulk.close();
    await close();
  }
};
