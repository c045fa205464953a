import { cpus } from 'node:os';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { compete } from './support/contest.ts';
import { resultOf } from './support/result.ts';

const WARM_UP_CALLS = 3000;

/** Creating payments with one process and with two that share the port, beside what two bare processes gain over one. */
export const workers: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 30, callsPerRound: 600 }, { rounds: 9, callsPerRound: 400 });
  const databaseUrl = await stage.newDatabase();
  const bank = (name: string, count: number) => stage.startBank({ name, databaseUrl, workers: count });
  const bare = (name: string, count: number) => stage.startBare({ name, databaseUrl, workers: count });
  const banks = {
    ours: await bank('bank with two workers', 2),
    limit: await bank('bank with one', 1),
    control: await bank('bank with one again', 1),
  };
  const bares = {
    ours: await bare('bare with two workers', 2),
    limit: await bare('bare with one', 1),
    control: await bare('bare with one again', 1),
  };
  try {
    const accessTokens = [await stage.accessToken(banks.ours)];
    const scalingOf = (servers: typeof banks) =>
      compete({
        shape,
        warmUpCalls: WARM_UP_CALLS,
        limits: effort,
        round: (who, count) => stage.drive(servers[who], { kind: 'create', count, accessTokens }),
      });
    const [ours, limit] = [await scalingOf(banks), await scalingOf(bares)];
    const names = ['two workers', 'one worker'] as const;
    return resultOf(
      {
        name: 'workers',
        title: 'one worker to two',
        how: `Creating payments with two processes instead of one, on ${cpus().length} cores that PostgreSQL and the load generator need too: ours is what two of the bank reach to one, the limit what two bare servers reach to one.`,
        unit: 'times one worker',
        ratio: ours.comparison.ratio / limit.comparison.ratio,
        p99Ratio: ours.comparison.p99Ratio / limit.comparison.p99Ratio,
        ours: ours.comparison.ratio,
        limit: limit.comparison.ratio,
      },
      { section: 'The bank', names, ...ours },
      { section: 'The bare server', names, ...limit },
    );
  } finally {
    await stage.stopServers([...Object.values(bares), ...Object.values(banks)]);
  }
};
