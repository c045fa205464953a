import { LupaError } from '@lupa/protocol';
import type pg from 'pg';
import type { Statement, Transaction } from './database.ts';
import { ConnectionLost, runCommand, runPrepared } from './pg-connection.ts';
import { NothingCommitted } from './run-anew.ts';

/** A migration may rewrite a large table, and whoever comes second waits for it. */
const NO_LIMITS = 'SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0';
const SCRIPT_LIMIT_MS = 3_600_000;

/**
 * One transaction on a connection of its own. BEGIN travels with the first statement, COMMIT behind whatever `work` sent
 * and did not wait for.
 *
 * @throws NothingCommitted when the connection was lost before COMMIT was sent
 * @throws LupaError OUTCOME_UNKNOWN when it was lost after that
 */
export async function runTransaction<T>(client: pg.ClientBase, work: (inside: Transaction) => Promise<T>): Promise<T> {
  const inside = new PgUnit(client);
  inside.command('BEGIN');
  let result: T;
  try {
    result = await work(inside);
  } catch (error) {
    const cause = inside.failure ?? error;
    if (cause instanceof ConnectionLost) throw new NothingCommitted('lost before COMMIT', { cause });
    // Not waited for: the next user of the connection queues behind it.
    inside.command('ROLLBACK');
    throw cause;
  }
  return await commit(inside, result);
}

async function commit<T>(inside: PgUnit, result: T): Promise<T> {
  // A statement that has failed by now has ended the transaction: then this COMMIT rolls back, and says so.
  const committed = await inside.command('COMMIT').catch((error: unknown) => error);
  await inside.settled();
  const failure = inside.failure;
  if (failure === undefined && committed === 'COMMIT') return result;
  if (failure instanceof ConnectionLost && failure.sent) throw new LupaError('OUTCOME_UNKNOWN', { cause: failure });
  if (failure instanceof ConnectionLost) throw new NothingCommitted('lost before COMMIT', { cause: failure });
  throw failure ?? new Error(`COMMIT was answered by ${String(committed)}`);
}

class PgUnit implements Transaction {
  readonly #client: pg.ClientBase;
  readonly #sent: Promise<unknown>[] = [];
  /** What failed first: everything after it fails for that reason only (25P02). */
  failure: unknown;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.#watched(runPrepared<Row>(this.#client, statement, values));
  }

  send(statement: Statement, values: readonly unknown[]): void {
    this.query(statement, values);
  }

  async script(text: string): Promise<void> {
    await this.command(`${NO_LIMITS}; ${text}`, SCRIPT_LIMIT_MS);
  }

  command(text: string, limitMs?: number): Promise<string> {
    return this.#watched(runCommand(this.#client, text, limitMs));
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#sent);
  }

  /** A failure nobody waits for must neither be lost nor end the process. */
  #watched<T>(answer: Promise<T>): Promise<T> {
    this.#sent.push(answer);
    answer.catch((error: unknown) => {
      this.failure ??= error;
    });
    return answer;
  }
}
