import { startBankAndBares } from './support/bank-and-bares.ts';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { Bulk } from './support/bulk.ts';
import type { Calls } from './support/calls.ts';
import { compete } from './support/contest.ts';
import { resultOf } from './support/result.ts';
import { countRows } from './support/row-counts.ts';
import type { Driven, Server, Stage } from './support/stage.ts';
import { type Round, roundOf } from './support/statistics.ts';

const WARM_UP_FLOWS = 600;

/**
 * Every call a TPP makes in the default flow: a token, a payment, the customer's tokens for a code, the submission, the status.
 * What happens in the browser between the second and the third is done by SQL, off the clock, for all alike.
 */
export const flow: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 24, callsPerRound: 150 }, { rounds: 9, callsPerRound: 80 });
  const { databaseUrl, servers, close } = await startBankAndBares(stage, { work: 'by nobody' });
  const bulk = await Bulk.open(databaseUrl, stage.tpp);
  try {
    const outcome = await compete({
      shape,
      warmUpCalls: WARM_UP_FLOWS,
      limits: effort,
      stored: async () => ({ ...(await countRows(databaseUrl)), ...(await bulk.states()) }),
      round: (who, count) => wholeFlows(stage, bulk, servers[who], count),
    });
    return resultOf(
      {
        name: 'flow',
        title: 'the whole default flow, without the browser',
        how: 'Client-credentials token, payment, code for tokens, submission, status: five calls a flow, 16 flows at once.',
        unit: 'flows/s',
        notes: ['The two calls of the token endpoint decide: they are one library’s, and take the most of a flow.'],
      },
      { section: 'Whole flows', ...outcome },
    );
  } finally {
    await bulk.close();
    await close();
  }
};

async function wholeFlows(stage: Stage, bulk: Bulk, server: Server, count: number): Promise<Round> {
  const steps: Driven[] = [];
  const drive = async <Answer>(calls: Calls): Promise<Answer[]> => {
    const driven = await stage.drive(server, calls, { wantBodies: true });
    steps.push(driven);
    return driven.bodies.map((body) => JSON.parse(body) as Answer);
  };
  const tokens = await drive<{ access_token: string }>({ kind: 'token', count });
  const accessTokens = tokens.map(({ access_token }) => access_token);
  const created = await drive<{ paymentId: string; authorizationId: string }>({ kind: 'create', count, accessTokens });
  const approved = await bulk.approve(created);
  const codes = approved.map(({ code }) => code);
  const customers = await drive<{ access_token: string }>({ kind: 'code', codes });
  const payments = approved.map(({ paymentId }, at) => ({
    paymentId,
    accessToken: customers[at]?.access_token ?? '',
  }));
  await drive({ kind: 'submission', payments });
  const paymentIds = created.map(({ paymentId }) => paymentId);
  await drive({ kind: 'status', accessToken: accessTokens[0] ?? '', paymentIds });
  return oneRoundOf(steps, count);
}

/** A flow takes as long as its steps together. */
function oneRoundOf(steps: readonly Driven[], count: number): Round {
  const sum = (of: (step: Driven) => number) => steps.reduce((all, step) => all + of(step), 0);
  const latencies = Array.from({ length: count }, (_, at) => sum(({ latenciesMs }) => latenciesMs[at] ?? 0));
  return roundOf(
    latencies,
    sum(({ seconds }) => seconds),
    sum(({ cpuMicroseconds }) => cpuMicroseconds * count),
  );
}
