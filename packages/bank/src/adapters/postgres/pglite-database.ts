import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PGlite, type Transaction as PGliteTransaction } from '@electric-sql/pglite';
import { LupaError } from '@lupa/protocol';
import type { Database, Statement, Transaction } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { VALUE_PARSERS } from './row-values.ts';
import { runAnew } from './run-anew.ts';
import { statementError } from './statement-error.ts';

/**
 * PostgreSQL inside our own process: the sandbox's store. It has one connection and queues what comes at once; it never
 * calls fsync, so a power cut may lose what was acknowledged (a killed process loses nothing). Hence sandbox only.
 *
 * @param directory where the data are; made when it is not there
 * @throws StoreInUse when another process has the directory open
 */
export async function openPGliteDatabase(directory: string): Promise<Database> {
  const path = resolve(directory);
  mkdirSync(dirname(path), { recursive: true });
  const lock = lockDirectory(path);
  try {
    if (!existsSync(path)) await initialise(path);
    const pglite = await PGlite.create({ dataDir: path, parsers: VALUE_PARSERS });
    return new PGliteDatabase(pglite, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * A fresh database takes seconds to make. It is made beside its place and moved there when it is whole, so that a process
 * killed meanwhile leaves nothing that looks like a database.
 */
async function initialise(path: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const pglite = await PGlite.create({ dataDir: unfinished });
  await pglite.close();
  renameSync(unfinished, path);
}

class PGliteDatabase implements Database {
  readonly #pglite: PGlite;
  readonly #closed: () => void;

  constructor(pglite: PGlite, closed: () => void) {
    this.#pglite = pglite;
    this.#closed = closed;
  }

  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    this.#mustBeOpen();
    return run<Row>(this.#pglite, statement, values);
  }

  /** PGlite lets one transaction in at a time, and nothing else meanwhile. */
  transaction<T>(work: (inside: Transaction) => Promise<T>): Promise<T> {
    return runAnew(() => {
      this.#mustBeOpen();
      return this.#pglite.transaction(async (connection) => {
        const inside = new PGliteUnit(connection);
        try {
          const result = await work(inside);
          await inside.settled();
          return result;
        } catch (error) {
          await inside.settled().catch(() => undefined);
          throw inside.failure ?? error;
        }
      });
    });
  }

  async close(): Promise<void> {
    if (this.#pglite.closed) return;
    try {
      await this.#pglite.close();
    } finally {
      this.#closed();
    }
  }

  #mustBeOpen(): void {
    if (this.#pglite.closed) throw new LupaError('UNAVAILABLE', { description: 'the store is closed' });
  }
}

class PGliteUnit implements Transaction {
  readonly #connection: PGliteTransaction;
  readonly #sent: Promise<unknown>[] = [];
  failure: unknown;

  constructor(connection: PGliteTransaction) {
    this.#connection = connection;
  }

  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const answer = run<Row>(this.#connection, statement, values);
    this.#sent.push(answer);
    // A failure nobody waits for must neither be lost nor end the process.
    answer.catch((error: unknown) => {
      this.failure ??= error;
    });
    return answer;
  }

  send(statement: Statement, values: readonly unknown[]): void {
    this.query(statement, values);
  }

  async script(text: string): Promise<void> {
    await this.#connection.exec(text);
  }

  /** Waits for everything sent, and throws the first failure: PGlite would commit without asking. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#sent);
    if (this.failure !== undefined) throw this.failure;
  }
}

async function run<Row>(
  connection: Pick<PGlite, 'query'> | PGliteTransaction,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  try {
    return (await connection.query<Row>(statement.text, [...values])).rows;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'severity' in error) {
      throw statementError(statement.name, error as Error & { code: string });
    }
    throw error;
  }
}
