import type { StoreFigures } from '../../ports/store-figures.ts';
import type { Database } from './database.ts';

/** Small tables and partial indexes only: this is asked every few seconds, however much is stored. */
const FIGURES = {
  name: 'store-figures',
  text: `SELECT
      (SELECT COUNT(*) FROM booking_queue) AS accepted,
      (SELECT COUNT(*) FROM submissions WHERE pending_until IS NOT NULL) AS pending,
      (SELECT MIN(due) FROM booking_queue) AS oldest_booking,
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
      unsealed: number;
      imbalance: number;
    }>(FIGURES, []);
    if (row === undefined) throw new Error('the figures have one row');
    return {
      submissionsAccepted: row.accepted,
      submissionsPending: row.pending,
      oldestBooking: row.oldest_booking ?? undefined,
      eventsUnsealed: row.unsealed,
      imbalanceCents: row.imbalance,
    };
  }
}
