import { followKeys } from './adapters/followed-keys.ts';
import type { Database } from './adapters/postgres/database.ts';
import { openDatabase } from './adapters/postgres/open-database.ts';
import { type BankAdministration, bankAdministration } from './administration.ts';
import { type BankFigures, bankFigures } from './bank-figures.ts';
import { bankLimits } from './bank-limits.ts';
import { openListeners } from './bank-listeners.ts';
import { assembleBank } from './bank-parts.ts';
import { startBankWork } from './bank-work.ts';
import type { DrainLimits } from './http/drain.ts';
import type { BankSettings } from './settings.ts';

/** An open bank. */
export interface Bank {
  readonly administration: BankAdministration;
  readonly figures: BankFigures;
  /**
   * Takes no new calls, finishes those under way and the background work, then closes the store.
   *
   * @param drain how long to wait for what; without it idle connections are ended at once and calls waited for as long as they take
   * @returns calls that were cut off
   */
  close(drain?: DrainLimits): Promise<{ readonly cutOff: number }>;
}

/**
 * Opens a bank: its store, its background work and its listeners.
 *
 * @throws StoreInUse when another process has the sandbox's directory; TypeError when the keys cannot be used; CertificateError
 * when the trust anchors cannot be read; RangeError for a setting out of its limits; an error with code EADDRINUSE when a port is taken
 */
export async function openBank(settings: BankSettings): Promise<Bank> {
  const keys = await followKeys(settings.keys);
  const database = await openDatabase(settings.store);
  const { parts, limits } = await assembleOrClose(settings, database);
  const work = startBankWork(parts, keys, settings);
  const listeners = await openListeners(settings, parts, limits, work, keys).catch(async (error) => {
    await work.stop();
    await database.close();
    throw error;
  });
  return {
    administration: bankAdministration(parts),
    figures: bankFigures(database, limits.load),
    close: async (drain) => {
      const cutOff = await Promise.all(listeners.map((listener) => listener.end(drain)));
      await work.stop();
      await database.close();
      return { cutOff: cutOff.reduce((all, each) => all + each, 0) };
    },
  };
}

/** @throws CertificateError when the trust anchors cannot be read; RangeError for a setting out of its limits */
async function assembleOrClose(settings: BankSettings, database: Database) {
  try {
    const parts = assembleBank(settings, database);
    return { parts, limits: bankLimits(settings, parts) };
  } catch (error) {
    await database.close();
    throw error;
  }
}
