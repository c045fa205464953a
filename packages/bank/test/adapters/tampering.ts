import type { Database, Transaction } from '../../src/adapters/postgres/database.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import type { AuditTrail } from '../../src/ports/audit-trail.ts';
import { uuid } from './fixtures.ts';

const ROLL_BACK = new Error('the tampering is undone');

/** What somebody does who can write to the database past the bank. */
export type Sql = (text: string, ...values: unknown[]) => Promise<unknown>;
export type Tampering = (sql: Sql, trail: AuditTrail) => Promise<unknown>;

/** Tampers, checks, and undoes the tampering. */
export async function afterTampering<T>(
  database: Database,
  tampering: Tampering,
  check: (trail: AuditTrail) => Promise<T>,
): Promise<T> {
  const found: T[] = [];
  await database
    .transaction(async (inside) => {
      const trail = trailInside(inside);
      await tampering((text, ...values) => inside.query({ name: `tamper-${uuid()}`, text }, values), trail);
      found.push(await check(trail));
      throw ROLL_BACK;
    })
    .catch((error: unknown) => {
      if (error !== ROLL_BACK) throw error;
    });
  const [result] = found;
  if (result === undefined) throw new Error('the trail was not checked');
  return result;
}

function trailInside(inside: Transaction): PostgresAuditTrail {
  const refuse = () => Promise.reject(new Error('the check writes nothing'));
  return new PostgresAuditTrail({
    query: (statement, values) => inside.query(statement, values),
    transaction: refuse,
    close: refuse,
  });
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
