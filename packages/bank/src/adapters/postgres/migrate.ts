import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LupaError } from '@lupa/protocol';
import type { Database, Transaction } from './database.ts';
import { StatementError } from './statement-error.ts';

/** One file of `migrations/`. */
export interface Migration {
  readonly name: string;
  readonly text: string;
}

const CREATE_TABLE = {
  name: 'create-schema-migrations',
  text: 'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, digest text NOT NULL, applied timestamptz NOT NULL DEFAULT now())',
};
const CLAIM = {
  name: 'claim-migration',
  text: 'INSERT INTO schema_migrations (name, digest) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING name',
};
const APPLIED = { name: 'applied-migrations', text: 'SELECT name, digest FROM schema_migrations' };

/**
 * Whatever waits for a lock on a table has everybody else who wants the table wait behind it, so that a migration lets go soon and
 * comes again: behind a transaction of an hour it waits an hour, and the calls in the meantime go on.
 */
const LOCK_LIMIT_MS = 200;
const SHORTEST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 1_000;
/** Whoever keeps a lock for so long has to be looked for by a person. */
const LIMIT_MS = 600_000;
const LOCK_NOT_TO_BE_HAD = '55P03';

/** Two processes that create one table at once: PostgreSQL tells the second so in one of these ways. */
const CREATED_MEANWHILE = new Set(['23505', '42P07', '42710']);

/**
 * Runs the migrations the database has not seen, in the order of their names. Safe when several processes start at once:
 * whoever records a migration first runs it, in the same transaction; the others wait for that and go on. Safe, too, while processes
 * of the release before serve; and what a later release has added is none of our business.
 *
 * @throws Error when a migration was changed after this database had run it, or when it cannot have its locks for ten minutes
 */
export async function migrate(database: Database, migrations?: readonly Migration[]): Promise<void> {
  await createTable(database);
  const applied = await readApplied(database);
  for (const migration of migrations ?? (await readMigrations())) {
    const digest = createHash('sha256').update(migration.text).digest('hex');
    const known = applied.get(migration.name);
    if (known === undefined) await runInTheEnd(database, migration, digest);
    else if (known !== digest) throw changedMeanwhile(migration.name);
  }
}

/** The migrations of this release, in order. */
export async function readMigrations(): Promise<Migration[]> {
  const directory = new URL('./migrations/', import.meta.url);
  const names = (await readdir(directory)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(new URL(name, directory), 'utf8') })));
}

async function createTable(database: Database): Promise<void> {
  try {
    await database.query(CREATE_TABLE, []);
  } catch (error) {
    if (!(error instanceof StatementError && CREATED_MEANWHILE.has(error.sqlState))) throw error;
  }
}

async function readApplied(database: Database): Promise<Map<string, string>> {
  const rows = await database.query<{ name: string; digest: string }>(APPLIED, []);
  return new Map(rows.map((row) => [row.name, row.digest]));
}

async function runInTheEnd(database: Database, migration: Migration, digest: string): Promise<void> {
  for (const deadline = performance.now() + LIMIT_MS; ; ) {
    try {
      return await database.transaction((inside) => run(inside, migration, digest));
    } catch (error) {
      if (!isLockNotToBeHad(error)) throw error;
      if (performance.now() > deadline) throw neverHadItsLocks(migration.name, error);
      await sleep(SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
    }
  }
}

async function run(inside: Transaction, { name, text }: Migration, digest: string): Promise<void> {
  // Lifts the limits on waiting: another process may be at this very migration.
  await inside.script('');
  const claimed = await inside.query(CLAIM, [name, digest]);
  if (claimed.length > 0) await inside.script(`SET LOCAL lock_timeout = ${LOCK_LIMIT_MS}; ${text}`);
}

function isLockNotToBeHad(error: unknown): boolean {
  const refused = error instanceof LupaError ? error.cause : error;
  return refused instanceof StatementError && refused.sqlState === LOCK_NOT_TO_BE_HAD;
}

function neverHadItsLocks(name: string, cause: unknown): Error {
  return new Error(
    `The migration ${name} could not have its locks for ten minutes: a transaction on the same tables does not end. ` +
      'Find it in pg_stat_activity (oldest xact_start), end it with pg_terminate_backend, and start again.',
    { cause },
  );
}

function changedMeanwhile(name: string): Error {
  return new Error(
    `The migration ${name} is not the one this database has run: the program and its data do not belong together. ` +
      'Start the release that made this store, or, for a sandbox, start with a new data directory.',
  );
}
