import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { PgDatabase } from './pg-database.ts';
import { openPGliteDatabase } from './pglite-database.ts';

/** Where a bank keeps everything: PGlite for a sandbox, PostgreSQL for all else. */
export type StoreSettings =
  | { readonly kind: 'pglite'; readonly directory: string }
  | {
      readonly kind: 'postgres';
      /** Of one server, or of several of which one takes writes: `postgres://a,b/bank`, or one URL each. */
      readonly url: string | readonly string[];
      /** Connections of this process for single statements, and for transactions; 4 and 8 when absent. */
      readonly lanes?: number;
      readonly transactions?: number;
    };

/**
 * Opens the store and brings its schema up to date.
 *
 * @throws StoreInUse when another process has the directory open
 * @throws LupaError UNAVAILABLE when the server cannot be reached
 */
export async function openDatabase(store: StoreSettings): Promise<Database> {
  const database = store.kind === 'pglite' ? await openPGliteDatabase(store.directory) : new PgDatabase(store);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}
