import { existsSync } from 'node:fs';
import type { Database } from './database.ts';
import type { StoreSettings } from './open-database.ts';
import { PgDatabase } from './pg-database.ts';
import { openPGliteDatabase } from './pglite-database.ts';

/** There is no store, or none of a release that knows what is asked of it. The message says what to do. */
export class StoreNotFound extends Error {
  override readonly name = 'StoreNotFound';
}

const HAS_TABLE = {
  name: 'has-table',
  text: `SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1) AS found`,
};

/** Who looks at everything a bank has ever done may have to wait for it. */
const STATEMENT_LIMIT_MS = 3_600_000;

/**
 * Opens a store to look at it: makes none, and brings none up to date, for another release may be running on it.
 *
 * @param table must be there
 * @throws StoreNotFound
 * @throws StoreInUse when another process has the directory open
 * @throws LupaError UNAVAILABLE when the server cannot be reached
 */
export async function openExistingDatabase(store: StoreSettings, table: string): Promise<Database> {
  if (store.kind === 'pglite' && !existsSync(store.directory)) {
    throw new StoreNotFound(
      `There is no store at ${store.directory}. lupa up makes one; LUPA_DATABASE_URL names one in a PostgreSQL.`,
    );
  }
  const database =
    store.kind === 'pglite'
      ? await openPGliteDatabase(store.directory)
      : new PgDatabase({ url: store.url, statementLimitMs: STATEMENT_LIMIT_MS });
  try {
    const [row] = await database.query<{ found: boolean }>(HAS_TABLE, [table]);
    if (row?.found === true) return database;
    throw new StoreNotFound(
      'The store is of an earlier release, or its role may see nothing of it. Start the bank on it once with this release, which brings ' +
        'it up to date (lupa up, or lupa serve), or name a role that is a member of the bank’s.',
    );
  } catch (error) {
    await database.close();
    throw error;
  }
}
