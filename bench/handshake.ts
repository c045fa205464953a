import { startBankAndBares } from './support/bank-and-bares.ts';
import { type Benchmark, shapeOf } from './support/benchmark.ts';
import { compete } from './support/contest.ts';
import { resultOf } from './support/result.ts';

const WARM_UP_CALLS = 200;

/**
 * A connection for each call: a handshake with both certificates, then one status. The bank gives out no tickets by design, for
 * Node shows the earlier certificate on a session resumed without one: an attempt to resume costs a whole handshake again.
 */
export const handshake: Benchmark = async (stage, effort) => {
  const shape = shapeOf(effort, { rounds: 24, callsPerRound: 150 }, { rounds: 9, callsPerRound: 80 });
  const { servers, databaseUrl, accessToken, close } = await startBankAndBares(stage);
  const tickets = [
    await stage.startBare({ name: 'bare with tickets', databaseUrl, tickets: true }),
    await stage.startBare({ name: 'control with tickets', databaseUrl, tickets: true }),
  ] as const;
  const resumable = { ours: servers.ours, limit: tickets[0], control: tickets[1] };
  try {
    const { bodies } = await stage.drive(
      servers.ours,
      { kind: 'create', count: 16, accessTokens: [accessToken] },
      { wantBodies: true },
    );
    const { paymentId } = JSON.parse(bodies[0] ?? '') as { paymentId: string };
    const calls = (count: number) =>
      ({ kind: 'status', accessToken, paymentIds: Array.from({ length: count }, () => paymentId) }) as const;
    const resumed = { ours: 0, limit: 0, control: 0 };
    const common = { shape, warmUpCalls: WARM_UP_CALLS, limits: effort };
    const full = await compete({
      ...common,
      round: (who, count) => stage.drive(servers[who], calls(count), { connectEach: 'full' }),
    });
    const resuming = await compete({
      ...common,
      round: async (who, count) => {
        const round = await stage.drive(resumable[who], calls(count), { connectEach: 'resuming' });
        resumed[who] += round.resumed;
        return round;
      },
    });
    if (resumed.ours > 0) throw new Error(`The bank resumed ${resumed.ours} sessions, and must resume none.`);
    if (resumed.limit === 0) throw new Error('The bare server resumed no session, so nothing was measured.');
    return resultOf(
      {
        name: 'handshake',
        title: 'TLS handshakes, full and resumed',
        how: 'A new connection with both certificates for every status call, 16 at a time.',
        notes: [
          `The API gives out no session tickets by design, so an offer to resume gets a full handshake: ${resuming.comparison.ratio.toFixed(2)} of the connections a second that a bare server with tickets reaches. TPPs keep their connections open instead.`,
        ],
      },
      { section: 'Full handshake and a status', ...full },
      {
        section: 'Resumption offered, and a status',
        names: ['bank (resumes none)', 'bare with tickets'],
        ...resuming,
      },
    );
  } finally {
    await stage.stopServers(tickets);
    await close();
  }
};
