import { asCents, asCustomerId, type CustomerId } from '@lupa/protocol';
import type { Clients, NewClient } from './ports/clients.ts';
import type { Clock } from './ports/clock.ts';
import type { Customers } from './ports/customers.ts';
import type { Identifiers } from './ports/identifiers.ts';
import type { Ledger, LedgerFaults } from './ports/ledger.ts';
import type { Passwords } from './ports/passwords.ts';
import type { AccountRecord } from './ports/records.ts';

/** What the bank's own people do: register clients, take in customers, open accounts, check the books. */
export interface BankAdministration {
  /** Adds the client, or replaces the one with the same `clientId`. */
  registerClient(client: Omit<NewClient, 'created'>): Promise<void>;
  /**
   * Adds a customer; one with that username already is left as it is.
   *
   * @param customer with a password, or its hash as `hashPassword` makes it
   * @returns the customer's id
   */
  addCustomer(
    customer: { username: string; name: string } & ({ password: string } | { passwordHash: string }),
  ): Promise<CustomerId>;
  /** Opens an account; one with that IBAN already is left as it is, its balance too. */
  openAccount(account: {
    iban: string;
    customerId: CustomerId;
    name: string;
    openingBalanceCents: number;
    /** The balance never falls below it; 0 or less. */
    limitCents: number;
  }): Promise<void>;
  accountsOf(customerId: CustomerId): Promise<AccountRecord[]>;
  /** Every number is 0 in a sound ledger. */
  trialBalance(): Promise<LedgerFaults>;
}

/** The bank's own people at work on its ports. */
export function bankAdministration(bank: {
  clients: Clients;
  customers: Customers;
  ledger: Ledger;
  passwords: Passwords;
  clock: Clock;
  identifiers: Identifiers;
}): BankAdministration {
  const { clients, customers, ledger, passwords, clock, identifiers } = bank;
  return {
    registerClient: (client) => clients.save({ ...client, created: clock.now() }),
    addCustomer: async ({ username, name, ...proof }) => {
      const known = await customers.byUsername(username);
      if (known !== undefined) return known.customerId;
      const customerId = asCustomerId(identifiers.uuid());
      const passwordHash = 'password' in proof ? await passwords.hash(proof.password) : proof.passwordHash;
      await customers.add({ customerId, username, name, passwordHash });
      // Another process may have added the same customer meanwhile; the one that is stored counts.
      return (await customers.byUsername(username))?.customerId ?? customerId;
    },
    openAccount: ({ openingBalanceCents, limitCents, ...account }) =>
      ledger.openAccount({
        ...account,
        accountId: identifiers.uuid(),
        openingBalanceCents: asCents(openingBalanceCents),
        limitCents: asCents(limitCents),
        bookingId: identifiers.uuid(),
        archiveId: identifiers.archiveId(),
        at: clock.now(),
      }),
    accountsOf: (customerId) => ledger.accountsOf(customerId),
    trialBalance: () => ledger.trialBalance(),
  };
}
