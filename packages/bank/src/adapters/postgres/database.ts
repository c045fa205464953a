/** One SQL statement, prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  /** A text that begins with SELECT writes nothing, so that it may be sent again when a connection is lost. */
  readonly text: string;
}

/** Where statements run: on the database itself, each its own transaction, or inside one transaction. */
export interface Queryable {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** One transaction. Statements run in the order they were sent, whether or not anybody waits for them. */
export interface Transaction extends Queryable {
  /**
   * Sends a write whose answer nobody needs, without waiting for it: it travels with the next statement or with the
   * COMMIT, and so costs no round trip. If it fails the transaction fails, and with it the call of `transaction`.
   */
  send(statement: Statement, values: readonly unknown[]): void;
  /** Runs several statements of a migration. */
  script(text: string): Promise<void>;
}

/**
 * The one small interface behind which PostgreSQL and PGlite look alike. Values: strings, finite numbers, booleans,
 * null, `Date` (timestamptz), `Uint8Array` (bytea), and JSON given as text. Rows: `bigint` columns as safe integers
 * (a larger one throws), `timestamptz` as `Date`, `bytea` as `Uint8Array`, `jsonb` parsed.
 *
 * Every method throws `StatementError` when the database refuses a statement, and `LupaError` with UNAVAILABLE when the
 * database cannot be reached (nothing was done) or OUTCOME_UNKNOWN when it was lost before it answered a write.
 */
export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction: commits what it wrote, or nothing when it throws. Run anew from the start when the
   * database reports a serialization failure (40001) or a deadlock (40P01), or is lost before the COMMIT was sent; at
   * most `MAX_TRANSACTION_ATTEMPTS` times. Statements sent without waiting for one another travel together and run in
   * the order they were sent.
   */
  transaction<T>(work: (inside: Transaction) => Promise<T>): Promise<T>;
  /** What is being asked of it at this moment, where it has connections to be busy. */
  occupancy?(): DatabaseOccupancy;
  /** Has somebody told whenever another server has all connections, where there are several. */
  onServerChange?(tell: (change: ServerChange) => void): void;
  close(): Promise<void>;
}

/** Servers by host, port and database; nothing secret. */
export interface ServerChange {
  readonly from: string;
  readonly to: string;
}

export interface DatabaseOccupancy {
  /** Single statements sent and not yet answered. */
  readonly statements: number;
  /** Transactions under way. */
  readonly transactions: number;
  /** Transactions waiting for a connection. */
  readonly waiting: number;
}

export const MAX_TRANSACTION_ATTEMPTS = 8;
