import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { Bulk } from './support/bulk.ts';
import type { Calls } from './support/calls.ts';
import { type Contestant, type ContestOutcome, compete } from './support/contest.ts';
import { furthestControl } from './support/result.ts';
import type { Server } from './support/stage.ts';
import { isVoid } from './support/statistics.ts';

const FEW = 1_000;
const MANY = 1_000_000;
const MANY_IN_A_HURRY = 100_000;
const WARM_UP_CALLS = 400;
/** A payment among many is slower to find than among few by at most so much. */
const MOST = 1.3;

/** The bank on a store with a thousand payments and on one with a million, in turns. */
export const growth: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 21, callsPerRound: 400 }, { rounds: 9, callsPerRound: 100 });
  const many = effort.quick ? MANY_IN_A_HURRY : MANY;
  const [large, small] = [await stage.newDatabase(), await stage.newDatabase()];
  const bank = (name: string, databaseUrl: string) =>
    stage.startBank({ name, databaseUrl, backgroundWork: 'elsewhere' });
  const servers: Record<Contestant, Server> = {
    ours: await bank('bank with many payments', large),
    limit: await bank('bank with few payments', small),
    control: await bank('bank with few payments again', small),
  };
  const bulks = { [large]: await Bulk.open(large, stage.tpp), [small]: await Bulk.open(small, stage.tpp) };
  const bulkOf = ({ databaseUrl }: Server) => bulks[databaseUrl] as Bulk;
  try {
    const tokens = { [large]: await stage.accessToken(servers.ours), [small]: await stage.accessToken(servers.limit) };
    await bulkOf(servers.limit).createdPayments(FEW);
    await bulkOf(servers.ours).createdPayments(many);
    for (const bulk of Object.values(bulks)) {
      // A table that was empty when PostgreSQL last looked is read from end to end until it looks again.
      await bulk.approvedPayments(FEW);
      await bulk.analyse();
    }
    const known = {
      [large]: await bulkOf(servers.ours).somePayments(FEW),
      [small]: await bulkOf(servers.limit).somePayments(FEW),
    };
    const contest = (callsOf: (server: Server, count: number) => Calls | Promise<Calls>): Promise<ContestOutcome> =>
      compete({
        shape,
        warmUpCalls: WARM_UP_CALLS,
        limits: effort,
        round: async (who, count) => {
          const calls = await callsOf(servers[who], count);
          return stage.drive(servers[who], calls, { connections: 4 });
        },
      });
    const tokenOf = ({ databaseUrl }: Server) => tokens[databaseUrl] ?? '';
    const outcomes = {
      create: await contest((server, count) => ({ kind: 'create', count, accessTokens: [tokenOf(server)] })),
      read: await contest((server, count) => {
        const ids = known[server.databaseUrl] ?? [];
        const paymentIds = Array.from({ length: count }, () => ids[Math.floor(Math.random() * ids.length)] ?? '');
        return { kind: 'status', accessToken: tokenOf(server), paymentIds };
      }),
      submit: await contest(async (server, count) => ({
        kind: 'submission',
        payments: await bulkOf(server).approvedPayments(count),
      })),
    };
    const all = Object.entries(outcomes).map(([what, outcome]) => ({ what, ...outcome }));
    const slowest = all.toSorted((one, other) => other.comparison.p50Ratio - one.comparison.p50Ratio)[0];
    if (slowest === undefined) throw new Error('nothing was measured');
    const { comparison } = slowest;
    const names = [`${many.toLocaleString('en')} payments`, `${FEW.toLocaleString('en')} payments`] as const;
    return {
      name: 'growth',
      title: `${FEW.toLocaleString('en')} to ${many.toLocaleString('en')} stored payments`,
      how: `The bank beside itself: p50 of a create, a read and a submission with ${names[0]} stored, to the same with ${names[1]}; 4 connections.`,
      unit: 'ms (p50 of the slowest of the three)',
      isSlowness: true,
      ratio: comparison.p50Ratio,
      p99Ratio: comparison.p99Ratio,
      ours: comparison.ours.p50Ms,
      limit: (comparison.limit.p50Ms + comparison.control.p50Ms) / 2,
      attempts: Math.max(...all.map(({ attempts }) => attempts)),
      controlRatio: furthestControl(all.map((each) => each.comparison.controlRatio)),
      isVoid: all.some((each) => isVoid(each.comparison)),
      sections: all.map((each) => ({ title: `Growth: ${each.what}`, names, comparison: each.comparison })),
      floors: all.map((each) => ({
        what: `growth: p50 of ${each.what}, ${names[0]} to ${names[1]}`,
        value: each.comparison.p50Ratio,
        bound: { atMost: MOST },
      })),
      notes: effort.quick ? ['In a hurry the large store has 100,000 payments; without --quick a million.'] : [],
      plots: [
        {
          kind: 'bars',
          file: 'growth.svg',
          title: `p50 with ${names[0]} stored to p50 with ${names[1]}`,
          axis: 'times as slow.',
          bars: all.map((each) => ({ label: each.what, value: each.comparison.p50Ratio, floor: MOST })),
        },
      ],
    };
  } finally {
    for (const bulk of Object.values(bulks)) await bulk.close();
    await stage.stopServers(Object.values(servers));
  }
};
