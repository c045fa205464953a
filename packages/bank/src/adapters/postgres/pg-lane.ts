import pg from 'pg';
import type { Statement } from './database.ts';
import { ConnectionLost, connectError, connectionConfig, runPrepared } from './pg-connection.ts';

/**
 * One connection on which single statements, each its own transaction, travel behind one another without waiting.
 * BEGIN must never be sent here: what others send in between would fall into the transaction.
 */
export class Lane {
  readonly #url: string;
  #client: Promise<pg.Client> | undefined;
  #ready: pg.Client | undefined;
  /** Statements sent and not yet answered. */
  waiting = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** @throws StatementError, LupaError UNAVAILABLE, or ConnectionLost */
  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    this.waiting += 1;
    try {
      return await runPrepared<Row>(this.#ready ?? (await this.#connected()), statement, values);
    } finally {
      this.waiting -= 1;
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(connectionConfig(this.#url));
    const forget = () => {
      this.#client = undefined;
      this.#ready = undefined;
    };
    // Each statement is told of a lost connection by its own promise; here the next one is given a new connection.
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
    } catch (error) {
      forget();
      throw connectError(error);
    }
    this.#ready = client;
    return client;
  }
}

/** Whether the statement may be sent again after `error`: it was never sent, or it only reads. */
export function mayBeSentAgain(statement: Statement, error: unknown): boolean {
  return error instanceof ConnectionLost && (!error.sent || statement.text.startsWith('SELECT'));
}
