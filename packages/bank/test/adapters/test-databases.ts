import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { copyEmptyStore } from '../../../../test/support/pglite-store.ts';
import { startPostgres } from '../../../../test/support/postgres.ts';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { openDatabase } from '../../src/adapters/postgres/open-database.ts';
import { PgDatabase } from '../../src/adapters/postgres/pg-database.ts';

/** A database of the file's tests, open while they run. */
export type OpenDatabase = () => Database;

/** A database of its own on the PostgreSQL of the tests. */
export function postgresForTests(): { database: OpenDatabase; url: () => string } {
  let database: Database | undefined;
  let url = '';
  let stop: (() => Promise<void>) | undefined;
  before(async () => {
    const server = await startPostgres();
    stop = () => server.stop();
    url = await server.createDatabase();
    await (await openDatabase({ kind: 'postgres', url })).close();
    // Enough connections for what a test does at once to happen at once.
    database = new PgDatabase({ url, lanes: 16, transactions: 16 });
  });
  after(async () => {
    await database?.close();
    await stop?.();
  });
  return { database: () => opened(database), url: () => url };
}

/** A fresh PGlite directory takes seconds to make, so that a file's tests share one. */
export function pgliteForTests(): { database: OpenDatabase } {
  const parent = mkdtempSync(join(tmpdir(), 'lupa-pglite-'));
  let database: Database | undefined;
  before(async () => {
    const directory = join(parent, 'store');
    copyEmptyStore(directory);
    database = await openDatabase({ kind: 'pglite', directory });
  });
  after(async () => {
    await database?.close();
    rmSync(parent, { recursive: true, force: true });
  });
  return { database: () => opened(database) };
}

function opened(database: Database | undefined): Database {
  if (database === undefined) throw new Error('the database is open only while tests run');
  return database;
}
