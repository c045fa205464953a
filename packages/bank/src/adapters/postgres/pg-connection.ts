import { LupaError } from '@lupa/protocol';
import pg from 'pg';
import type { Statement } from './database.ts';
import { queryPrepared } from './prepared-query.ts';
import { UnsafeInteger, VALUE_PARSERS } from './row-values.ts';
import { StatementError, statementError } from './statement-error.ts';

/** A statement of ours takes milliseconds; one that takes this long is waiting for something that will not come. */
const STATEMENT_LIMIT_MS = 10_000;
/** Whoever holds a row lock for so long is not working any more. */
const LOCK_LIMIT_MS = 5_000;
/** After this the network has lost the answer: longer than the server's own limit, so that the server speaks first. */
const ANSWER_LIMIT_MORE_MS = 5_000;
const ANSWER_LIMIT_MS = answerLimitMs(STATEMENT_LIMIT_MS);
const CONNECT_LIMIT_MS = 5_000;

/** How long who wants a connection for a transaction waits for one. */
export const POOL_CONFIG: pg.PoolConfig = { connectionTimeoutMillis: CONNECT_LIMIT_MS };

/** How long an answer is waited for. @param statementLimitMs how long one statement may take */
export function answerLimitMs(statementLimitMs = STATEMENT_LIMIT_MS): number {
  return statementLimitMs + ANSWER_LIMIT_MORE_MS;
}

/**
 * How every connection to PostgreSQL is made. `pipeline` lets statements travel behind one another.
 *
 * @param statementLimitMs how long one statement may take
 */
export function connectionConfig(url: string, statementLimitMs = STATEMENT_LIMIT_MS): pg.ClientConfig {
  return {
    connectionString: url,
    pipeline: true,
    keepAlive: true,
    application_name: 'lupa',
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: answerLimitMs(statementLimitMs),
    statement_timeout: statementLimitMs,
    lock_timeout: LOCK_LIMIT_MS,
    idle_in_transaction_session_timeout: STATEMENT_LIMIT_MS,
    types: { getTypeParser },
  };
}

const getTypeParser = ((type: number, format?: 'text' | 'binary') =>
  VALUE_PARSERS[type] ?? pg.types.getTypeParser(type, format)) as typeof pg.types.getTypeParser;

/** Nothing was sent, or the answer was lost; which of the two is in `sent`. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly sent: boolean;

  constructor(sent: boolean, cause: unknown) {
    super('the connection to PostgreSQL was lost', { cause });
    this.sent = sent;
  }
}

/**
 * Runs one prepared statement.
 *
 * @throws StatementError, LupaError UNAVAILABLE, or ConnectionLost
 */
export async function runPrepared<Row>(
  client: pg.ClientBase,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  try {
    return await queryPrepared<Row>(client, statement, values);
  } catch (error) {
    throw describe(statement.name, error);
  }
}

/** Runs BEGIN, COMMIT and the like. @returns the command the server says it carried out: a COMMIT may be a ROLLBACK */
export async function runCommand(client: pg.ClientBase, text: string, limitMs = ANSWER_LIMIT_MS): Promise<string> {
  try {
    const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: limitMs };
    return (await client.query(query)).command;
  } catch (error) {
    throw describe(text.slice(0, 20), error);
  }
}

/** Why a connection could not be made. */
export function connectError(cause: unknown): LupaError {
  return cause instanceof LupaError ? cause : new LupaError('UNAVAILABLE', { cause });
}

/** All connections of the pool are taken, and stayed so: the servers have nothing to do with it. */
export function poolError(error: unknown): unknown {
  const isFull = error instanceof Error && error.message === 'timeout exceeded when trying to connect';
  return isFull ? connectError(error) : error;
}

/** The server did nothing, because it takes no writes: it is a standby, or was told so. */
export function isRefusedAsReadOnly(error: unknown): boolean {
  return error instanceof LupaError && error.cause instanceof StatementError && error.cause.sqlState === '25006';
}

/** What `pg` says of a client whose connection had already ended before the statement was given to it. */
const NOT_SENT = /^Client (?:has encountered a connection error|was closed)/;
const LOST = /^(?:Connection terminated|Query read timeout|timeout expired)/;

function describe(name: string, error: unknown): unknown {
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    // The server ends the connection after these: it may have committed before it could say so.
    if (error.severity === 'FATAL' || error.severity === 'PANIC') return new ConnectionLost(true, error);
    return statementError(name, error as typeof error & { code: string });
  }
  if (!(error instanceof Error) || error instanceof UnsafeInteger) return error;
  if (NOT_SENT.test(error.message)) return new ConnectionLost(false, error);
  if (LOST.test(error.message) || 'errno' in error || error instanceof pg.DatabaseError) {
    return new ConnectionLost(true, error);
  }
  return error;
}
