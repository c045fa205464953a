/** One SQL statement, prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Where statements run: on the database itself, each its own transaction, or inside one transaction. */
export interface Queryable {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/**
 * The one small interface behind which PostgreSQL and PGlite look alike. Values: strings, finite numbers, booleans,
 * null, `Date` (timestamptz), `Uint8Array` (bytea), and JSON given as text. Rows: `bigint` columns as safe integers
 * (a larger one throws), `timestamptz` as `Date`, `bytea` as `Uint8Array`, `jsonb` parsed.
 */
export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction: commits what it wrote, or nothing when it throws. Run anew from the start when the
   * database reports a serialization failure (40001) or a deadlock (40P01), at most `MAX_TRANSACTION_ATTEMPTS` times.
   * Statements sent without waiting for one another travel together and run in the order they were sent.
   */
  transaction<T>(work: (inside: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const MAX_TRANSACTION_ATTEMPTS = 8;
