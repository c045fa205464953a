import pg from 'pg';
import type { Statement } from './database.ts';

/** The driver's connection, as far as it is spoken to here. */
interface Connection {
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: readonly unknown[]; valueMapper: (value: unknown) => unknown }): void;
  describe(message: { type: 'P'; name: '' }): void;
  execute(message: object): void;
  sync(): void;
  close(message: { type: 'S'; name: string }): void;
}

/** What the driver makes of the description of a statement's columns, and reads its rows with. */
interface Columns {
  fields: unknown;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

type Callback = (error: Error | null, result?: { readonly rows: unknown[] }) => void;

/** The driver's own query. Its pipelines take no others. */
interface DriversQuery {
  name: string;
  text: string;
  values: readonly unknown[];
  _result: Columns;
  _accumulateRows: boolean;
  handleRowDescription(message: unknown): void;
  handleError(error: unknown, connection: Connection): void;
}

const { Query, utils } = pg as unknown as {
  readonly Query: new (text: string, values: readonly unknown[], callback: Callback) => DriversQuery;
  readonly utils: { prepareValue(value: unknown): unknown };
};

/** The columns of each statement, once the connection has described them. */
const described = new WeakMap<Connection, Map<string, Columns>>();

/**
 * A prepared statement whose columns are described once for each connection, and not at every execution as the driver would: that, with
 * the copies it makes of every query, is a third of what a statement costs this process. PostgreSQL itself refuses to execute a
 * statement whose columns are no longer what they were when it was prepared.
 */
class PreparedQuery extends Query {
  #known: Map<string, Columns> | undefined;

  constructor({ name, text }: Statement, values: readonly unknown[], callback: Callback) {
    super(text, values, callback);
    this.name = name;
  }

  /** Called by the driver, whose version of it asks for the description every time. */
  prepare(connection: Connection): void {
    const { name, text, values } = this;
    if (connection.parsedStatements[name] === undefined && connection.submittedNamedStatements[name] === undefined) {
      connection.parse({ text, name });
      connection.submittedNamedStatements[name] = text;
    }
    try {
      connection.bind({ statement: name, values, valueMapper: toParameter });
    } catch (error) {
      connection.close({ type: 'S', name });
      connection.sync();
      this.handleError(error, connection);
      return;
    }
    this.#known = described.get(connection);
    if (this.#known === undefined) {
      this.#known = new Map();
      described.set(connection, this.#known);
    }
    const columns = this.#known.get(name);
    if (columns === undefined) connection.describe({ type: 'P', name: '' });
    else this.#expect(columns);
    connection.execute({});
    connection.sync();
  }

  override handleRowDescription(message: unknown): void {
    super.handleRowDescription(message);
    const { fields, _parsers, _prebuiltEmptyResultObject } = this._result;
    this.#known?.set(this.name, { fields, _parsers, _prebuiltEmptyResultObject });
  }

  #expect(columns: Columns): void {
    Object.assign(this._result, columns);
    this._accumulateRows = true;
  }
}

/** Sends one prepared statement. @returns its rows @throws what the driver does */
export function queryPrepared<Row>(
  client: pg.ClientBase,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const answered: Callback = (error, result) => (error ? reject(error) : resolve((result?.rows ?? []) as Row[]));
    client.query(new PreparedQuery(statement, values, answered) as unknown as pg.Submittable);
  });
}

/** ISO 8601 is read alike whatever time zone client and server have; `pg` would send local time. */
function toParameter(value: unknown): unknown {
  if (typeof value === 'string' || value === null) return value;
  return value instanceof Date ? value.toISOString() : utils.prepareValue(value);
}
