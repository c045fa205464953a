import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Round, roundOf } from './statistics.ts';

const run = promisify(execFile);

/** The limit of the store: the bare server's statement, prepared once and sent again and again by PostgreSQL's own program. */
export interface Pgbench {
  /** Which program it is. */
  readonly name: string;
  /** @param count of transactions, in all */
  round(count: number): Promise<Round>;
  close(): Promise<void>;
}

/** The inserts of the bare server, with values that PostgreSQL makes: pgbench knows numbers only. */
const scriptOf = (clientId: string) => `
  WITH made AS MATERIALIZED (
    SELECT uuidv7() AS authorization_id, uuidv7() AS payment_id, uuidv7() AS event_id, gen_random_uuid()::text AS key, now() AS at,
      '\\x${'5a'.repeat(32)}'::bytea AS hash
  ), new_authorization AS (
    INSERT INTO authorizations (authorization_id, client_id, payment_type, status, payment_count, audit_sequence, audit_hash, created, modified)
    SELECT authorization_id, '${clientId}', 'SepaPayment', 'Unauthorized', 1, 1, hash, at, at FROM made
  ), new_payment AS (
    INSERT INTO payments (payment_id, authorization_id, payment_type, status, request, amount_cents, payee_iban, count, payment_order, context, created, modified)
    SELECT payment_id, authorization_id, 'SepaPayment', 'Unauthorized', '{"payee": {"iban": "FI4950009420028730", "name": "Test Person"}, "payer": {"iban": "FI9259995020084225"}, "count": 1, "amountCents": 1250, "message": "Order 01a202f8-0d75-70c1-af27-86a0495e2356", "paymentOrder": "SEPA"}', 1250, 'FI4950009420028730', 1, 'SEPA', '{}', at, at FROM made
  ), new_audit_event AS (
    INSERT INTO audit_events (chain_id, sequence, hash, event_id, at, event, authorization_id, client_id, request_id, details)
    SELECT authorization_id, 1, hash, event_id, at, 'payment created', authorization_id, '${clientId}', key, '{"headers": {}, "amountCents": 1250, "paymentId": "01a202f8-0d75-70c1-af27-86a0495e2356"}' FROM made
  ), new_unsealed_event AS (
    INSERT INTO audit_unsealed (chain_id, sequence) SELECT authorization_id, 1 FROM made
  )
  INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
  SELECT '${clientId}', '', key, hash, payment_id, at FROM made;
`;

/** @returns undefined where there is no pgbench: the npm package of PostgreSQL carries none */
export async function findPgbench(): Promise<string | undefined> {
  try {
    return (await run('pgbench', ['--version'])).stdout.trim();
  } catch {
    return undefined;
  }
}

/** Debian's pgbench (package `postgresql` or `postgresql-contrib`) on this database. */
export async function openPgbench(
  name: string,
  { databaseUrl, clientId, concurrency }: { databaseUrl: string; clientId: string; concurrency: number },
): Promise<Pgbench> {
  const directory = await mkdtemp(join(tmpdir(), 'lupa-pgbench-'));
  const script = join(directory, 'create.sql');
  // pgbench takes a colon before a letter for a variable; a cast's two it leaves alone.
  await writeFile(script, scriptOf(clientId).replaceAll('\n', ' ').trim());
  return {
    name,
    round: async (count) => {
      const each = String(Math.ceil(count / concurrency));
      const prefix = join(directory, 'log');
      const load = ['-n', '-M', 'prepared', '-f', script, '-c', String(concurrency), '-j', '1', '-t', each];
      const { stdout } = await run('pgbench', [...load, '-l', `--log-prefix=${prefix}`, databaseUrl]);
      const latenciesMs = await takeLatencies(directory);
      const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
      if (!(perSecond > 0)) throw new Error(`pgbench told no transactions a second: ${stdout}`);
      return roundOf(latenciesMs, latenciesMs.length / perSecond, Number.NaN);
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Of each transaction, in the third column, in microseconds. */
async function takeLatencies(directory: string): Promise<number[]> {
  const latencies: number[] = [];
  for (const file of await readdir(directory)) {
    if (!file.startsWith('log.')) continue;
    const lines = (await readFile(join(directory, file), 'utf8')).trimEnd().split('\n');
    latencies.push(...lines.map((line) => Number(line.split(' ')[2]) / 1000));
    await rm(join(directory, file));
  }
  return latencies;
}
