import type { Bank } from '@lupa/bank';
import { formatCents } from '@lupa/protocol';
import type { TestUser } from '../sandbox-facts.ts';
import { TEST_CUSTOMERS } from './test-customers.ts';

/** Nobody in the sandbox may overdraw an account. */
const LIMIT_CENTS = 0;

/** Takes in the test customers where they are missing. @returns them with the balances they have now */
export async function seedCustomers({ administration }: Bank): Promise<TestUser[]> {
  const users: TestUser[] = [];
  for (const { username, password, name, accounts } of TEST_CUSTOMERS) {
    const customerId = await administration.addCustomer({ username, password, name });
    for (const account of accounts) {
      await administration.openAccount({ ...account, customerId, limitCents: LIMIT_CENTS });
    }
    const records = await administration.accountsOf(customerId);
    // In the order of the table above, whatever order the store has.
    const opened = accounts.flatMap(({ iban }) => records.filter((record) => record.iban === iban));
    users.push({
      username,
      password,
      accounts: opened.map(({ iban, balanceCents }) => ({ iban, balanceEUR: formatCents(balanceCents) })),
    });
  }
  return users;
}
