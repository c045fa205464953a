import { LupaError } from '@lupa/protocol';

/**
 * The database refused a statement. The same on PostgreSQL and PGlite, and fit to be logged: the drivers' own errors
 * carry parameters and key values, among them IBANs and digests, so nothing of theirs is kept but what names the rule.
 */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  /** Five characters, PostgreSQL documentation appendix A. */
  readonly sqlState: string;
  readonly constraint: string | undefined;

  constructor(statementName: string, sqlState: string, constraint: string | undefined, reason: string) {
    super(`The database refused ${statementName}: ${sqlState} ${constraint ?? reason}`);
    this.sqlState = sqlState;
    this.constraint = constraint;
  }
}

/** Serialization failure and deadlock: nothing was done, and doing the same again is what the database asks for. */
const RETRIED = new Set(['40001', '40P01']);

/**
 * States in which the database did nothing and says so: out of resources (53), read-only after a failover (25006), lock not to be had (55P03), statement
 * cancelled by its time limit (57014), starting or stopping (57P).
 */
const AWAY = /^(?:53|57P|25006|55P03|57014|08)/;

/** Whether the transaction is to be run anew. */
export function isRetried(error: unknown): boolean {
  return error instanceof StatementError && RETRIED.has(error.sqlState);
}

/** What a driver reported, as `StatementError`, or as UNAVAILABLE where the database could not do it just now. */
export function statementError(statementName: string, error: object & { code: string }): StatementError | LupaError {
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : undefined;
  // Only syntax and schema errors (class 42) describe the statement; other messages may quote the values given.
  const reason = error.code.startsWith('42') && error instanceof Error ? error.message : '';
  const refused = new StatementError(statementName, error.code, constraint, reason);
  return AWAY.test(error.code) ? new LupaError('UNAVAILABLE', { cause: refused }) : refused;
}
