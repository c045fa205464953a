import type { BankAdministration } from '@lupa/bank';
import type { ImportedCustomer } from './parse-customers.ts';

/** What there is now that was asked for, and what of it was not there before. */
export interface ImportReport {
  readonly customers: number;
  readonly accounts: number;
  readonly openedAccounts: number;
  /** Accounts that somebody else has: nothing was done about them. */
  readonly foreignAccounts: readonly string[];
}

/**
 * Takes in customers and opens their accounts. Whoever and whatever is there already stays as it is, balances and passwords
 * included, so that the same file may be imported again after it was interrupted or extended.
 */
export async function importCustomers(
  administration: BankAdministration,
  customers: readonly ImportedCustomer[],
): Promise<ImportReport> {
  let openedAccounts = 0;
  const foreignAccounts: string[] = [];
  for (const { username, name, passwordHash, accounts } of customers) {
    const customerId = await administration.addCustomer({ username, name, passwordHash });
    const before = await ibansOf(administration, customerId);
    for (const account of accounts) await administration.openAccount({ ...account, customerId });
    const after = await ibansOf(administration, customerId);
    openedAccounts += after.size - before.size;
    foreignAccounts.push(...accounts.map(({ iban }) => iban).filter((iban) => !after.has(iban)));
  }
  const wanted = customers.reduce((all, { accounts }) => all + accounts.length, 0);
  return { customers: customers.length, accounts: wanted - foreignAccounts.length, openedAccounts, foreignAccounts };
}

async function ibansOf(
  administration: BankAdministration,
  customerId: Parameters<BankAdministration['accountsOf']>[0],
): Promise<Set<string>> {
  return new Set((await administration.accountsOf(customerId)).map(({ iban }) => iban));
}
