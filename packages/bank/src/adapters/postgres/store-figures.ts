import type { StoreFigures } from '../../ports/store-figures.ts';
import type { Database } from './database.ts';

/**
 * Small tables, partial indexes, and the first row of a key that begins with the time: this is asked every few seconds, however much
 * is stored.
 */
const FIGURES = {
  name: 'store-figures',
  text: `SELECT
      (SELECT COUNT(*) FROM booking_queue) AS accepted,
      (SELECT COUNT(*) FROM submissions WHERE pending_until IS NOT NULL) AS pending,
      (SELECT MIN(due) FROM booking_queue) AS oldest_booking,
      (SELECT booked FROM bookings ORDER BY booking_id LIMIT 1) AS oldest_record,
      (SELECT COUNT(*) FROM audit_unsealed) AS unsealed,
      (SELECT COALESCE(SUM(balance_cents), 0)::bigint FROM accounts) AS imbalance`,
};

/** Figures of PostgreSQL or PGlite. */
export class PostgresStoreFigures {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(): Promise<StoreFigures> {
    const [row] = await this.#database.query<{
      accepted: number;
      pending: number;
      oldest_booking: Date | null;
      oldest_record: Date | null;
      unsealed: number;
      imbalance: number;
    }>(FIGURES, []);
    if (row === undefined) throw new Error('the figures have one row');
    return {
      submissionsAccepted: row.accepted,
      submissionsPending: row.pending,
      oldestBooking: row.oldest_booking ?? undefined,
      oldestRecord: row.oldest_record ?? undefined,
      eventsUnsealed: row.unsealed,
      imbalanceCents: row.imbalance,
    };
  }
}
