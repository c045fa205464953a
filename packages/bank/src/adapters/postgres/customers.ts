import { asCustomerId, type CustomerId } from '@lupa/protocol';
import type { Customer, Customers } from '../../ports/customers.ts';
import type { Database, Statement } from './database.ts';

const COLUMNS = 'customer_id, username, name, password_hash';
const BY_USERNAME = {
  name: 'customer-by-username',
  text: `SELECT ${COLUMNS} FROM customers WHERE username = $1`,
};
const BY_ID = {
  name: 'customer-by-id',
  text: `SELECT ${COLUMNS} FROM customers WHERE customer_id = $1`,
};
const ALL = {
  name: 'all-customers',
  text: `SELECT ${COLUMNS} FROM customers ORDER BY username`,
};
const ADD = {
  name: 'add-customer',
  text: `INSERT INTO customers (${COLUMNS}) VALUES ($1, $2, $3, $4) ON CONFLICT (username) DO NOTHING`,
};

interface CustomerRow {
  customer_id: string;
  username: string;
  name: string;
  password_hash: string;
}

/** Customers in PostgreSQL or PGlite. */
export class PostgresCustomers implements Customers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async byUsername(username: string): Promise<Customer | undefined> {
    return (await this.#find(BY_USERNAME, [username]))[0];
  }

  async byId(customerId: CustomerId): Promise<Customer | undefined> {
    return (await this.#find(BY_ID, [customerId]))[0];
  }

  async add({ customerId, username, name, passwordHash }: Customer): Promise<void> {
    await this.#database.query(ADD, [customerId, username, name, passwordHash]);
  }

  all(): Promise<Customer[]> {
    return this.#find(ALL, []);
  }

  async #find(statement: Statement, values: readonly unknown[]): Promise<Customer[]> {
    const rows = await this.#database.query<CustomerRow>(statement, values);
    return rows.map((row) => ({
      customerId: asCustomerId(row.customer_id),
      username: row.username,
      name: row.name,
      passwordHash: row.password_hash,
    }));
  }
}
