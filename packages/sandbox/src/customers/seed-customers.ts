import type { Bank } from '@lupa/bank';
import { type CustomerId, formatCents } from '@lupa/protocol';
import type { TestUser } from '../sandbox-facts.ts';
import { TEST_CUSTOMERS, type TestCustomer } from './test-customers.ts';

/** Nobody in the sandbox may overdraw an account. */
const LIMIT_CENTS = 0;

/** Reads the test users with the balances they have now. */
export type ReadTestUsers = () => Promise<TestUser[]>;

/** Takes in the test customers where they are missing; those who are there keep their money. */
export async function seedCustomers({ administration }: Bank): Promise<ReadTestUsers> {
  const seeded: { customer: TestCustomer; customerId: CustomerId }[] = [];
  for (const customer of TEST_CUSTOMERS) {
    const { username, password, name, accounts } = customer;
    const customerId = await administration.addCustomer({ username, password, name });
    for (const account of accounts) {
      await administration.openAccount({ ...account, customerId, limitCents: LIMIT_CENTS });
    }
    seeded.push({ customer, customerId });
  }
  return () =>
    Promise.all(seeded.map(({ customer, customerId }) => readTestUser(administration, customer, customerId)));
}

async function readTestUser(
  administration: Bank['administration'],
  { username, password, accounts }: TestCustomer,
  customerId: CustomerId,
): Promise<TestUser> {
  const records = await administration.accountsOf(customerId);
  // In the order of the table of test customers, whatever order the store has.
  const opened = accounts.flatMap(({ iban }) => records.filter((record) => record.iban === iban));
  return {
    username,
    password,
    accounts: opened.map(({ iban, balanceCents }) => ({ iban, balanceEUR: formatCents(balanceCents) })),
  };
}
