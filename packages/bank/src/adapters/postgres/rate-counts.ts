import type { RateCounts } from '../../ports/rate-counts.ts';
import type { Database } from './database.ts';

/**
 * What was taken before stands in the row that the statement waits for, so that of any number at once none gets what another
 * got. What is asked for beyond the limit is counted too: it changes nothing, and ends with the window.
 */
const TAKE = {
  name: 'take-rate',
  text: `INSERT INTO rate_counts (subject, window_start, taken) VALUES ($1, $2, $3)
    ON CONFLICT (subject) DO UPDATE SET
      window_start = GREATEST(rate_counts.window_start, EXCLUDED.window_start),
      taken = CASE WHEN rate_counts.window_start < EXCLUDED.window_start THEN EXCLUDED.taken
        ELSE rate_counts.taken + EXCLUDED.taken END
    RETURNING taken`,
};

const PURGE = {
  name: 'purge-rates',
  text: `DELETE FROM rate_counts WHERE subject IN (
      SELECT subject FROM rate_counts WHERE window_start < $1 ORDER BY window_start LIMIT $2
    ) AND window_start < $1 RETURNING subject`,
};

/** Counts of PostgreSQL or PGlite. */
export class PostgresRateCounts implements RateCounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async take(subject: string, { windowStart, times, limit }: Parameters<RateCounts['take']>[1]): Promise<number> {
    const [row] = await this.#database.query<{ taken: number }>(TAKE, [subject, windowStart, times]);
    const before = (row?.taken ?? Number.POSITIVE_INFINITY) - times;
    return Math.max(0, Math.min(times, limit - before));
  }

  async purge(before: Date, limit: number): Promise<number> {
    return (await this.#database.query(PURGE, [before, limit])).length;
  }
}
