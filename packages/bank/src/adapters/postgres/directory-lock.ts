import { DatabaseSync } from 'node:sqlite';

/** Another process has the store open. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';

  constructor(directory: string, cause: unknown) {
    super(
      `The store in ${directory} is open in another process, and two processes on one directory would lose each other's payments. ` +
        'End the other one, or start this one with another data directory, or set LUPA_DATABASE_URL to a PostgreSQL, which many processes can share.',
      { cause },
    );
  }
}

/** SQLITE_BUSY: https://sqlite.org/rescode.html#busy */
const BUSY = 5;

/**
 * Locks a directory for this process alone. The lock is one that the operating system holds on an open file, by way of
 * SQLite, for Node offers no file locks of its own: it ends with the process however that ends, so none is ever stale.
 *
 * @param directory need not exist; the lock file lies beside it, named `<directory>.lock`, and stays
 * @throws StoreInUse when the lock is held, by another process or by this one
 */
export function lockDirectory(directory: string): { release(): void } {
  const holder = new DatabaseSync(`${directory}.lock`);
  try {
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    holder.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) throw new StoreInUse(directory, error);
    throw error;
  }
  return {
    release() {
      if (holder.isOpen) holder.close();
    },
  };
}
