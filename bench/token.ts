import { startBankAndBares } from './support/bank-and-bares.ts';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { compete } from './support/contest.ts';
import { resultOf } from './support/result.ts';
import { countRows } from './support/row-counts.ts';

const WARM_UP_CALLS = 1500;

/** `POST /oauth/token` with client credentials. A TPP asks for one a day, so there is no floor. */
export const token: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 30, callsPerRound: 300 }, { rounds: 9, callsPerRound: 200 });
  const { databaseUrl, servers, close } = await startBankAndBares(stage);
  try {
    const outcome = await compete({
      shape,
      warmUpCalls: WARM_UP_CALLS,
      limits: effort,
      stored: () => countRows(databaseUrl),
      round: (who, count) => stage.drive(servers[who], { kind: 'token', count }),
    });
    return resultOf(
      {
        name: 'token',
        title: 'token endpoint, client credentials',
        how: 'POST /oauth/token, grant_type=client_credentials, 16 connections. A token lives a day, so this is not the hot path.',
      },
      { section: 'Client credentials', ...outcome },
    );
  } finally {
    await close();
  }
};
