import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres.ts';
import { fetchAccessToken } from './support/access-token.ts';
import { makeTpp } from './support/bench-tpp.ts';
import { makeCertificates, makeKey, privatePem } from './support/certificates.ts';
import { checkServer } from './support/checked-payment.ts';
import { startChild, stopChildren } from './support/child.ts';
import type { RoundOrder, RoundOutcome } from './support/load-generator.ts';
import { describeRun, jsonLine, type RunShape, voidNotice } from './support/report.ts';
import { countRows, grownTables } from './support/row-counts.ts';
import { type MeasuredServers, startServers } from './support/servers.ts';
import { type Comparison, compareRounds, type Interleaved, isVoid } from './support/statistics.ts';

const USAGE = `Measures how fast the bank creates payments, beside a bare node:https server doing the least that can be done.

  node bench/create-payment.ts [--quick] [--json] [--rounds N] [--requests N] [--profile DIR]

  --quick      fewer and shorter rounds: a first look
  --json       one line: {"name","ratio","p99Ratio","ours","limit"}, the last two in requests per second
  --rounds     interleaved rounds of each server
  --requests   requests of each server in a round
  --profile    write CPU profiles of all three servers there

Exit code: 0; 1 when any answer was not the one expected; 2 when the bare server differed from itself by more than 5 %,
so that the run says nothing.
`;

/** Connections of the load generator, each with one request under way. */
const CONNECTIONS = 16;

/** Enough for the compiler of V8, the statements of every connection and the caches of PostgreSQL. */
const WARM_UP_REQUESTS = 3000;

/** Many short rounds rather than few long ones: what disturbs the machine for a second then falls on all three alike. */
const FULL: RunShape = { rounds: 45, requestsPerRound: 600, connections: CONNECTIONS };
const QUICK: RunShape = { rounds: 15, requestsPerRound: 400, connections: CONNECTIONS };

type ServerName = keyof MeasuredServers;

/** Each server comes first, second and last equally often: nobody always follows the same one. */
const ORDERS: readonly (readonly ServerName[])[] = [
  ['bare', 'bank', 'control'],
  ['control', 'bare', 'bank'],
  ['bank', 'control', 'bare'],
];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      requests: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const usual = values.quick ? QUICK : FULL;
  const shape: RunShape = {
    rounds: Number(values.rounds ?? usual.rounds),
    requestsPerRound: Number(values.requests ?? usual.requestsPerRound),
    connections: CONNECTIONS,
  };
  const comparison = await measure(shape, values.profile);
  process.stdout.write(values.json ? `${jsonLine(comparison)}\n` : describeRun(comparison, shape));
  if (!isVoid(comparison)) return 0;
  if (values.json) process.stderr.write(`${voidNotice(comparison.controlRatio)}\n`);
  return 2;
}

async function measure(shape: RunShape, profileDirectory: string | undefined): Promise<Comparison> {
  const certificates = await makeCertificates();
  const tpp = makeTpp(certificates);
  const responseKey = privatePem(makeKey());
  const { authority, revocationList, server } = certificates;
  const postgres = await startPostgres({ own: true });
  const load = startChild(new URL('./support/load-generator.ts', import.meta.url));
  try {
    const databaseUrl = await postgres.createDatabase();
    const servers = await startServers(
      { databaseUrl, tpp, authority, revocationList, server, responseKey },
      profileDirectory,
    );
    const accessToken = await fetchAccessToken(servers.bank, tpp, certificates);
    const drive = async (name: ServerName, requests: number): Promise<RoundOutcome> => {
      const { connections } = shape;
      const order = {
        port: servers[name],
        requests,
        connections,
        accessToken,
        tpp,
        authority,
        identity: certificates.client,
      };
      const outcome = await load.ask<RoundOutcome>(order satisfies RoundOrder);
      refuseRefusals(name, outcome);
      return outcome;
    };

    const growth: Record<string, string> = {};
    for (const name of ['bank', 'bare', 'control'] as const) {
      await checkServer({ port: servers[name], accessToken, tpp, certificates, responseKey });
      const before = await countRows(databaseUrl);
      await drive(name, WARM_UP_REQUESTS);
      growth[name] = JSON.stringify(grownTables(before, await countRows(databaseUrl)));
    }
    refuseUnequalWork(growth);

    const before = await countRows(databaseUrl);
    const rounds: Interleaved[] = [];
    for (let index = 0; index < shape.rounds; index += 1) {
      const round: Partial<Record<ServerName, RoundOutcome>> = {};
      for (const name of ORDERS[index % ORDERS.length] ?? []) round[name] = await drive(name, shape.requestsPerRound);
      rounds.push(round as Interleaved);
    }
    const { payments } = grownTables(before, await countRows(databaseUrl));
    const acknowledged = shape.rounds * shape.requestsPerRound * 3;
    if (payments !== acknowledged) throw new Error(`${acknowledged} payments acknowledged, ${payments} stored`);
    return compareRounds(rounds);
  } finally {
    await stopChildren();
    await postgres.stop();
  }
}

/** A server that answers anything but 201 is not doing the work, and its speed means nothing. */
function refuseRefusals(name: string, { refusals }: RoundOutcome): void {
  const kinds = Object.entries(refusals).map(([status, { count, first }]) => `${count} times ${status} ${first}`);
  if (kinds.length > 0) throw new Error(`The ${name} server answered other than 201: ${kinds.join('; ')}`);
}

/** Whatever the bank writes for a payment the bare server must write too, or it is no limit for the bank. */
function refuseUnequalWork({ bank, bare, control }: Record<string, string>): void {
  if (bank === bare && bank === control) return;
  throw new Error(`For ${WARM_UP_REQUESTS} payments the bank wrote ${bank}, the bare servers ${bare} and ${control}.`);
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  return 1;
});
