import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hasCode } from './private-file.ts';

/** Another living process holds the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';

  /** @param holder who has it, where that is known */
  constructor(path: string, holder?: { readonly pid: number; readonly authorize: string }) {
    const who = holder === undefined ? '' : ` (process ${holder.pid}, at ${holder.authorize})`;
    super(`Another Lupa${who} is using ${dirname(path)}. Use that one, end it, or name another directory with --data.`);
  }
}

export interface DirectoryLock {
  release(): void;
}

/** SQLITE_BUSY: https://sqlite.org/rescode.html#busy */
const BUSY = 5;

/**
 * Takes the data directory for this process. The lock is the operating system's, on an open file, by way of SQLite because
 * Node itself offers none: it ends with its process however that ends, so none is ever stale. It is taken before the first
 * file is written, for two first starts at once would mix their keys.
 *
 * @throws DirectoryInUse when another process, or this one, has it
 */
export function lockDirectory(path: string): DirectoryLock {
  makePrivately(path);
  const holder = new DatabaseSync(path);
  try {
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    holder.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) throw new DirectoryInUse(path);
    throw error;
  }
  return {
    release() {
      if (holder.isOpen) holder.close();
    },
  };
}

/**
 * SQLite would let everybody read the file it makes. A file that is there stays unopened: closing any descriptor of it
 * would drop the lock this process may hold (POSIX, fcntl).
 */
function makePrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
