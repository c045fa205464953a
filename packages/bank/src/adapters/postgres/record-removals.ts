import { firstIdSince } from '../../domain/record-term.ts';
import type { RecordCounts, RecordRemoval, RecordRemovals } from '../../ports/record-removals.ts';
import type { AuditEvent } from '../../ports/records.ts';
import { writeAuditEvent } from './audit-trail.ts';
import type { Database, Statement } from './database.ts';
import { removeAuthorizations } from './remove-authorizations.ts';
import { removeBookings } from './remove-bookings.ts';
import { removeSeals, sealsToRemove } from './remove-seals.ts';
import { StatementError } from './statement-error.ts';

/** The store's own rights forbid it. The message says which are missing, and how to give them. */
export class RemovalNotPermitted extends Error {
  override readonly name = 'RemovalNotPermitted';
}

const STORE_TIME: Statement = { name: 'store-time', text: 'SELECT now() AS now' };
/**
 * Counted along the keys that begin with the time, as far as they go; seals have none, and are few. The last of the old seals stays, and
 * with it what it covers.
 */
const FORESEE: Statement = {
  name: 'foresee-record-removal',
  text: `WITH old_seals AS (
      SELECT COUNT(*) AS seals, MAX(seal_number) AS last FROM audit_seals WHERE sealed_at < $1
    ), going AS (
      SELECT a.authorization_id FROM authorizations a
      WHERE a.authorization_id < $2 AND a.modified < $1 AND NOT EXISTS (
        SELECT 1 FROM old_seals o JOIN audit_sealed_heads h ON h.seal_number = o.last WHERE h.chain_id = a.authorization_id
      )
    )
    SELECT
      (SELECT COUNT(*) FROM bookings WHERE booking_id < $2 AND booked < $1) AS bookings,
      (SELECT COUNT(*) FROM bookings b JOIN outgoing_messages m ON m.payment_id = b.payment_id AND m.submission_id = b.submission_id
        WHERE b.booking_id < $2 AND b.booked < $1) AS messages,
      (SELECT COUNT(*) FROM bookings b JOIN outgoing_messages m ON m.payment_id = b.payment_id AND m.submission_id = b.submission_id
        WHERE b.booking_id < $2 AND b.booked < $1 AND m.sent IS NULL) AS "unsentMessages",
      (SELECT COUNT(*) FROM going) AS authorizations,
      (SELECT COUNT(*) FROM going g JOIN payments p ON p.authorization_id = g.authorization_id) AS payments,
      (SELECT COUNT(*) FROM going g JOIN payments p ON p.authorization_id = g.authorization_id
        JOIN submissions s ON s.payment_id = p.payment_id) AS submissions,
      (SELECT GREATEST(seals - 1, 0) FROM old_seals) AS seals`,
};
const ANNOUNCE: Statement = {
  name: 'announce-record-removal',
  text: 'INSERT INTO record_removals (removal_id, kept_from, announced) VALUES ($1, $2, $3)',
};
/** Removes nothing, and is refused to whoever may not. Of the other tables the bank's own role may remove as well. */
const MAY_REMOVE: readonly Statement[] = ['audit_events', 'audit_sealed_heads', 'audit_seals'].map((table) => ({
  name: `may-remove-${table}`,
  text: `DELETE FROM ${table} WHERE false`,
}));

/** insufficient_privilege */
const NOT_PERMITTED = '42501';

/** Removal from PostgreSQL or PGlite. */
export class PostgresRecordRemovals implements RecordRemovals {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async storeTime(): Promise<Date> {
    const [row] = await this.#database.query<{ now: Date }>(STORE_TIME, []);
    if (row === undefined) throw new Error('the time is one row');
    return row.now;
  }

  async foresee(keptFrom: Date): Promise<Omit<RecordCounts, 'events'>> {
    const values = [keptFrom, firstIdSince(keptFrom)];
    const [row] = await this.#database.query<Omit<RecordCounts, 'events'>>(FORESEE, values);
    if (row === undefined) throw new Error('the counts are one row');
    return row;
  }

  async mustBePermitted(): Promise<void> {
    try {
      for (const statement of MAY_REMOVE) await this.#database.query(statement, []);
    } catch (error) {
      if (error instanceof StatementError && error.sqlState === NOT_PERMITTED) throw notPermitted(error);
      throw error;
    }
  }

  announce({ removalId, keptFrom, announced }: RecordRemoval, audit: AuditEvent): Promise<void> {
    return this.#database.transaction(async (inside) => {
      inside.send(ANNOUNCE, [removalId, keptFrom, announced]);
      writeAuditEvent(inside, audit);
    });
  }

  removeBookings(keptFrom: Date, limit: number) {
    return removeBookings(this.#database, keptFrom, limit);
  }

  sealsToRemove(keptFrom: Date, limit: number) {
    return sealsToRemove(this.#database, keptFrom, limit);
  }

  removeSeals(first: number, last: number) {
    return removeSeals(this.#database, first, last);
  }

  removeAuthorizations(keptFrom: Date, after: string | undefined, limit: number) {
    return removeAuthorizations(this.#database, keptFrom, after, limit);
  }
}

function notPermitted(cause: StatementError): RemovalNotPermitted {
  return new RemovalNotPermitted(
    `The role of this database address may not remove records (${cause.message}), and nothing was removed. The bank's own role ` +
      'never may, so that no fault of the bank removes a line of the audit trail. Use an address with a role of its own for this: ' +
      'docs/operations.md has the rights it needs.',
    { cause },
  );
}
