import { LupaError } from '@lupa/protocol';
import pg from 'pg';
import type { Database, DatabaseOccupancy, ServerChange, Statement, Transaction } from './database.ts';
import { ServerClient } from './pg-client.ts';
import { ConnectionLost, isRefusedAsReadOnly, POOL_CONFIG, poolError } from './pg-connection.ts';
import { Lane, mayBeSentAgain } from './pg-lane.ts';
import { PgServers } from './pg-servers.ts';
import { runTransaction } from './pg-transaction.ts';
import { NothingCommitted, runAnew } from './run-anew.ts';
import { serverAddresses } from './server-addresses.ts';

export interface PgDatabaseOptions {
  /** Of one server, or of several of which one takes writes: `postgres://a,b/bank`, or one URL each. */
  readonly url: string | readonly string[];
  /** Connections for single statements. Few pipelined ones beat many: measured best at 4. */
  readonly lanes?: number;
  /** Connections for transactions, which wait for their locks and their callers. */
  readonly transactions?: number;
  /** How long one statement may take; 10 s when absent. */
  readonly statementLimitMs?: number;
}

/** PostgreSQL over the network. Connections are made when first needed. */
export class PgDatabase implements Database {
  readonly #servers: PgServers;
  readonly #lanes: Lane[];
  readonly #pool: pg.Pool;
  #closed = false;

  constructor({ url, lanes = 4, transactions = 8, statementLimitMs }: PgDatabaseOptions) {
    const servers = new PgServers(serverAddresses(url));
    this.#servers = servers;
    this.#lanes = Array.from({ length: lanes }, () => new Lane(servers, statementLimitMs));
    this.#pool = new pg.Pool({
      ...POOL_CONFIG,
      max: transactions,
      Client: class extends ServerClient {
        constructor() {
          super(servers.inCharge, statementLimitMs);
        }
      },
      // The pool waits for it, and gives up the connection when it fails.
      onConnect: (client) => servers.admit(client as ServerClient) as unknown as undefined,
    });
    // A connection lost while idle is replaced by the pool; one lost at work fails the statements waiting on it.
    this.#pool.on('error', () => undefined);
  }

  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return runAnew(() => this.#querySingle<Row>(statement, values));
  }

  transaction<T>(work: (inside: Transaction) => Promise<T>): Promise<T> {
    return runAnew(async () => {
      this.#mustBeOpen();
      const client = await this.#servers.connected(() =>
        this.#pool.connect().catch((error: unknown) => {
          throw poolError(error);
        }),
      );
      let failure: unknown;
      try {
        return await runTransaction(client, work);
      } catch (error) {
        failure = this.#servers.areSeveral && isRefusedAsReadOnly(error) ? this.#leave(client, error) : error;
        throw failure;
      } finally {
        client.release(isUnusable(failure));
      }
    });
  }

  occupancy(): DatabaseOccupancy {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    const statements = this.#lanes.reduce((all, { waiting }) => all + waiting, 0);
    return { statements, transactions: totalCount - idleCount, waiting: waitingCount };
  }

  onServerChange(tell: (change: ServerChange) => void): void {
    this.#servers.onChange(tell);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#servers.close();
    await Promise.all([this.#pool.end(), ...this.#lanes.map((lane) => lane.close())]);
  }

  async #querySingle<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    this.#mustBeOpen();
    try {
      return await this.#shortestLane().query<Row>(statement, values);
    } catch (error) {
      if (mayBeSentAgain(statement, error)) throw new NothingCommitted('lost a statement', { cause: error });
      if (error instanceof ConnectionLost) throw new LupaError('OUTCOME_UNKNOWN', { cause: error });
      throw error;
    }
  }

  /** The server takes no writes any more: it did nothing, and another one does. */
  #leave(client: pg.ClientBase, cause: unknown): NothingCommitted {
    this.#servers.doubt((client as ServerClient).address);
    return new NothingCommitted('refused as read-only', { cause });
  }

  #shortestLane(): Lane {
    return this.#lanes.reduce((best, lane) => (lane.waiting < best.waiting ? lane : best));
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new LupaError('UNAVAILABLE', { description: 'the store is closed' });
  }
}

/** A connection on which something was lost is not given to anybody again. */
function isUnusable(failure: unknown): boolean {
  return (
    failure instanceof NothingCommitted ||
    failure instanceof ConnectionLost ||
    (failure instanceof LupaError && failure.code === 'OUTCOME_UNKNOWN')
  );
}
