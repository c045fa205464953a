import { derivedFactorSecrets } from './adapters/factor-secrets.ts';
import { iso20022Messages } from './adapters/iso20022/credit-transfer-message.ts';
import { scryptPasswords } from './adapters/passwords.ts';
import {
  PostgresClients,
  PostgresCustomers,
  PostgresLedger,
  PostgresScaStore,
  type StoreSettings,
} from './adapters/postgres/index.ts';
import { openDatabase } from './adapters/postgres/open-database.ts';
import { randomIdentifiers } from './adapters/random-identifiers.ts';
import { systemClock } from './adapters/system-clock.ts';
import { type BankAdministration, bankAdministration } from './administration.ts';
import { type KeyCard, readKeyCard } from './operations/read-key-card.ts';

/** The office of a bank whose listeners run elsewhere, or not yet. */
export interface BankOffice {
  readonly administration: BankAdministration;
  /**
   * The key list whose codes a customer is asked for, to be printed and handed over.
   *
   * @returns undefined for a username that belongs to nobody
   */
  keyListOf(username: string, factorSecret: string): Promise<KeyCard | undefined>;
  close(): Promise<void>;
}

/**
 * Opens a bank's store for its own people, bringing its schema up to date, beside any number of processes that serve it.
 *
 * @throws StoreInUse when another process has the sandbox's directory
 * @throws LupaError UNAVAILABLE when the server cannot be reached
 */
export async function openAdministration(store: StoreSettings): Promise<BankOffice> {
  const database = await openDatabase(store);
  const customers = new PostgresCustomers(database);
  const administration = bankAdministration({
    clients: new PostgresClients(database),
    customers,
    // Nothing is booked for another bank here, so no message names this one.
    ledger: new PostgresLedger(database, iso20022Messages({ bic: undefined })),
    passwords: scryptPasswords(),
    clock: systemClock,
    identifiers: randomIdentifiers(systemClock),
  });
  return {
    administration,
    keyListOf: (username, factorSecret) => {
      const factorSecrets = derivedFactorSecrets(factorSecret);
      return readKeyCard({ customers, store: new PostgresScaStore(database), factorSecrets }, username);
    },
    close: () => database.close(),
  };
}
