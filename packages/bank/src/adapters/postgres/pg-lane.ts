import { AnswerWatch } from './answer-watch.ts';
import type { Statement } from './database.ts';
import { ServerClient } from './pg-client.ts';
import { answerLimitMs, ConnectionLost, isRefusedAsReadOnly, runPrepared } from './pg-connection.ts';
import type { PgServers } from './pg-servers.ts';

/**
 * One connection on which single statements, each its own transaction, travel behind one another without waiting.
 * BEGIN must never be sent here: what others send in between would fall into the transaction.
 */
export class Lane {
  readonly #servers: PgServers;
  readonly #statementLimitMs: number | undefined;
  #client: Promise<ServerClient> | undefined;
  #ready: ServerClient | undefined;
  #watch: AnswerWatch | undefined;
  /** Statements sent and not yet answered. */
  waiting = 0;

  constructor(servers: PgServers, statementLimitMs?: number) {
    this.#servers = servers;
    this.#statementLimitMs = statementLimitMs;
  }

  /** @throws StatementError, LupaError UNAVAILABLE, or ConnectionLost */
  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    this.waiting += 1;
    let client: ServerClient | undefined;
    let watch: AnswerWatch | undefined;
    try {
      client = this.#ready ?? (await this.#connected());
      watch = this.#watch;
      watch?.asked();
      client.gather();
      return await runPrepared<Row>(client, statement, values);
    } catch (error) {
      if (client !== undefined && this.#servers.areSeveral && isRefusedAsReadOnly(error)) {
        throw this.#leave(client, error);
      }
      throw error;
    } finally {
      watch?.answered();
      this.waiting -= 1;
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connected(): Promise<ServerClient> {
    this.#client ??= this.#servers
      .connected(() => this.#connect())
      .catch((error: unknown) => {
        this.#client = undefined;
        throw error;
      });
    return this.#client;
  }

  async #connect(): Promise<ServerClient> {
    const client = new ServerClient(this.#servers.inCharge, this.#statementLimitMs, true);
    // Each statement is told of a lost connection by its own promise; here the next one is given a new connection.
    client.on('error', () => this.#forget(client));
    client.on('end', () => this.#forget(client));
    try {
      await client.connect();
      await this.#servers.admit(client);
    } catch (error) {
      client.cut();
      throw error;
    }
    this.#ready = client;
    // Whoever waits is told by the end of the connection.
    this.#watch = new AnswerWatch(answerLimitMs(this.#statementLimitMs), () => client.cut());
    return client;
  }

  #forget(client: ServerClient): void {
    if (this.#ready !== client) return;
    this.#client = undefined;
    this.#ready = undefined;
    this.#watch = undefined;
  }

  /** The server takes no writes any more: it did nothing, and another one does. */
  #leave(client: ServerClient, cause: unknown): ConnectionLost {
    this.#servers.doubt(client.address);
    this.#forget(client);
    // Ends when what was sent before is answered.
    client.end().catch(() => undefined);
    return new ConnectionLost(false, cause);
  }
}

/** Whether the statement may be sent again after `error`: it was never sent, or it only reads. */
export function mayBeSentAgain(statement: Statement, error: unknown): boolean {
  return error instanceof ConnectionLost && (!error.sent || statement.text.startsWith('SELECT'));
}
