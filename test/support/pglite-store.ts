import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { openPGliteDatabase } from '../../packages/bank/src/adapters/postgres/pglite-database.ts';
import {
  dataDirectory,
  explainDataDirectory,
  openDataDirectory,
} from '../../packages/sandbox/src/files/data-directory.ts';

/** Makes the empty PGlite store that `npm test` has all test files copy, for making one takes seconds. */
export async function makeEmptyStore(directory: string): Promise<void> {
  await (await openPGliteDatabase(directory)).close();
}

/** Where `npm test` made a store, copies it. Elsewhere whoever opens the directory makes one, as in the tests of just that. */
export function copyEmptyStore(directory: string): void {
  const { LUPA_TEST_PGLITE_STORE: made } = process.env;
  // As it is: nobody but its owner may look into it.
  if (made !== undefined) execFileSync('cp', ['-a', made, directory]);
}

/** Leaves in the data directory of a sandbox what a first start leaves that is killed as soon as it has made its store. */
export async function placeEmptyStore(dataDir: string): Promise<void> {
  const files = dataDirectory(dataDir);
  if (process.env.LUPA_TEST_PGLITE_STORE === undefined || existsSync(files.store)) return;
  await openDataDirectory(files);
  await explainDataDirectory(files);
  copyEmptyStore(files.store);
}
