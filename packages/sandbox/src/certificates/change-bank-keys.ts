import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataDirectory } from '../files/data-directory.ts';
import { DirectoryInUse, type DirectoryLock, lockDirectory } from '../files/directory-lock.ts';
import { makePrivateDirectory, readPrivateFile, writePrivateFile } from '../files/private-file.ts';
import { type BankKeyFile, parseBankKeyFile, printBankKeyFile } from './bank-key-file.ts';

/** Somebody else is changing the keys, and does not come to an end. */
export class BankKeysBusy extends Error {
  override readonly name = 'BankKeysBusy';

  constructor(path: string) {
    super(`Another Lupa is changing ${path} at this moment. Try again when it is done.`);
  }
}

const PATIENCE_MS = 10_000;
const RETRY_MS = 20;

/**
 * Changes the bank's signing keys: one process at a time, and all of a change or nothing. The lock is another than the sandbox's, which a
 * running bank holds for as long as it runs.
 *
 * @param change what is to be there, given what is; the same object to leave it
 * @throws BankKeysBusy
 */
export async function changeBankKeys(
  { signingKeys: path, signingKeysLock }: DataDirectory,
  change: (file: BankKeyFile | undefined) => Promise<BankKeyFile>,
): Promise<BankKeyFile> {
  await makePrivateDirectory(dirname(path));
  const lock = await takeTurn(signingKeysLock, path);
  try {
    const text = await readPrivateFile(path);
    const old = text === undefined ? undefined : parseBankKeyFile(path, text);
    const changed = await change(old);
    if (changed !== old) await writePrivateFile(path, printBankKeyFile(changed));
    return changed;
  } finally {
    lock.release();
  }
}

async function takeTurn(lockPath: string, path: string): Promise<DirectoryLock> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return lockDirectory(lockPath);
    } catch (error) {
      if (!(error instanceof DirectoryInUse)) throw error;
      if (performance.now() > giveUpAt) throw new BankKeysBusy(path);
      await sleep(RETRY_MS);
    }
  }
}
