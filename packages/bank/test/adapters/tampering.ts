import type { Database, Transaction } from '../../src/adapters/postgres/database.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import type { AuditTrail } from '../../src/ports/audit-trail.ts';
import { uuid } from './fixtures.ts';

const ROLL_BACK = new Error('the tampering is undone');

/** What somebody does who can write to the database past the bank. */
export type Sql = (text: string, ...values: unknown[]) => Promise<unknown>;
export type Tampering = (sql: Sql, trail: AuditTrail) => Promise<unknown>;

/** Tampers, checks, and undoes the tampering. */
export function afterTampering<T>(
  database: Database,
  tampering: Tampering,
  check: (trail: AuditTrail) => Promise<T>,
): Promise<T> {
  return afterChange(
    database,
    (sql, inside) => tampering(sql, new PostgresAuditTrail(inside)),
    (inside) => check(new PostgresAuditTrail(inside)),
  );
}

/** Changes the store past the bank, looks at what is found then, and undoes the change. */
export async function afterChange<T>(
  database: Database,
  change: (sql: Sql, inside: Database) => Promise<unknown>,
  look: (inside: Database) => Promise<T>,
): Promise<T> {
  const found: T[] = [];
  await database
    .transaction(async (transaction) => {
      const inside = databaseInside(transaction);
      await change((text, ...values) => inside.query({ name: `tamper-${uuid()}`, text }, values), inside);
      found.push(await look(inside));
      throw ROLL_BACK;
    })
    .catch((error: unknown) => {
      if (error !== ROLL_BACK) throw error;
    });
  const [result] = found;
  if (result === undefined) throw new Error('nobody looked');
  return result;
}

function databaseInside(transaction: Transaction): Database {
  const refuse = () => Promise.reject(new Error('the check writes nothing'));
  return { query: (statement, values) => transaction.query(statement, values), transaction: refuse, close: refuse };
}

/** The trail, with something done before each piece is read. */
export function withWorkBetween(whole: AuditTrail, work: (piece: keyof AuditTrail) => Promise<unknown>): AuditTrail {
  const after =
    <Values extends unknown[], Piece>(name: keyof AuditTrail, read: (...values: Values) => Promise<Piece>) =>
    async (...values: Values) => {
      await work(name);
      return read.apply(whole, values);
    };
  return {
    seal: whole.seal,
    chainsAfter: after('chainsAfter', whole.chainsAfter),
    sealAfter: after('sealAfter', whole.sealAfter),
    newestEventsAfter: after('newestEventsAfter', whole.newestEventsAfter),
    keptHeadsAfter: after('keptHeadsAfter', whole.keptHeadsAfter),
    waitingEventsAfter: after('waitingEventsAfter', whole.waitingEventsAfter),
    eventsBeforeChainsAfter: after('eventsBeforeChainsAfter', whole.eventsBeforeChainsAfter),
    latestRemoval: after('latestRemoval', whole.latestRemoval),
  };
}
