import { startBankAndBares } from './support/bank-and-bares.ts';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { Bulk } from './support/bulk.ts';
import { compete } from './support/contest.ts';
import { resultOf } from './support/result.ts';
import { countRows } from './support/row-counts.ts';

const WARM_UP_CALLS = 1000;

/** `POST /oauth/token` with refresh tokens, each of its own family and given in once. */
export const refresh: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 30, callsPerRound: 250 }, { rounds: 9, callsPerRound: 150 });
  const { databaseUrl, servers, close } = await startBankAndBares(stage);
  const bulk = await Bulk.open(databaseUrl, stage.tpp);
  try {
    const outcome = await compete({
      shape,
      warmUpCalls: WARM_UP_CALLS,
      limits: effort,
      stored: () => countRows(databaseUrl),
      round: async (who, count) => {
        const payments = await bulk.approvedPayments(count);
        const refreshTokens = payments.map(({ refreshToken }) => refreshToken);
        return stage.drive(servers[who], { kind: 'refresh', refreshTokens });
      },
    });
    return resultOf(
      {
        name: 'refresh',
        title: 'token endpoint, refresh',
        how: 'POST /oauth/token, grant_type=refresh_token: a renewed refresh token, an access token and an ID token signed with RS256, 16 connections.',
      },
      { section: 'Refresh', ...outcome },
    );
  } finally {
    await bulk.close();
    await close();
  }
};
