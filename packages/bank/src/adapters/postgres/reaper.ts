import type { Reaper } from '../../ports/reaper.ts';
import type { Database, Statement } from './database.ts';

/** Whoever has the row walks; the others have nothing to do. */
const TAKE_POSITION: Statement = {
  name: 'take-reaper-position',
  text: 'SELECT position FROM reaper_positions WHERE walk = $1 FOR UPDATE SKIP LOCKED',
};
const MOVE_POSITION: Statement = {
  name: 'move-reaper-position',
  text: 'UPDATE reaper_positions SET position = $2 WHERE walk = $1',
};

/** By their primary key, a page at a time; only for those that are old enough their payments are looked at. */
const FORGET_KEYS: Statement = {
  name: 'forget-idempotency-keys',
  text: `WITH page AS (
      SELECT client_id, customer_scope, idempotency_key, payment_id, created FROM idempotency_keys
      WHERE (client_id, customer_scope, idempotency_key) > ($1, $2, $3)
      ORDER BY client_id, customer_scope, idempotency_key LIMIT $4
    ), due AS (
      SELECT page.client_id, page.customer_scope, page.idempotency_key
      FROM page JOIN payments p ON p.payment_id = page.payment_id
      WHERE page.created < $5 AND p.status <> 'Unauthorized'
    ), forgotten AS (
      DELETE FROM idempotency_keys k USING due
      WHERE k.client_id = due.client_id AND k.customer_scope = due.customer_scope AND k.idempotency_key = due.idempotency_key
      RETURNING k.client_id
    )
    SELECT (SELECT COUNT(*) FROM page) AS looked, (SELECT COUNT(*) FROM forgotten) AS forgotten,
      (SELECT json_build_array(client_id, customer_scope, idempotency_key) FROM page
        ORDER BY client_id DESC, customer_scope DESC, idempotency_key DESC LIMIT 1) AS last`,
};

const FORGET_LISTS: Statement = {
  name: 'forget-revocation-lists',
  text: `DELETE FROM revocation_lists WHERE list_id IN (
      SELECT list_id FROM revocation_lists WHERE fetched < $1 ORDER BY fetched LIMIT $2
    ) AND fetched < $1 RETURNING list_id`,
};

const KEYS = 'idempotency_keys';
/** Before every key. */
const START = ['', '', ''];

/** What is reaped in PostgreSQL or PGlite. */
export class PostgresReaper implements Reaper {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  forgetIdempotencyKeys(before: Date, limit: number): Promise<{ looked: number; forgotten: number }> {
    return this.#database.transaction(async (inside) => {
      const [taken] = await inside.query<{ position: string[] }>(TAKE_POSITION, [KEYS]);
      if (taken === undefined) return { looked: 0, forgotten: 0 };
      const [row] = await inside.query<{ looked: number; forgotten: number; last: string[] | null }>(FORGET_KEYS, [
        ...taken.position,
        limit,
        before,
      ]);
      const { looked = 0, forgotten = 0, last } = row ?? {};
      inside.send(MOVE_POSITION, [KEYS, JSON.stringify(looked < limit ? START : last)]);
      return { looked, forgotten };
    });
  }

  async forgetRevocationLists(fetchedBefore: Date, limit: number): Promise<number> {
    return (await this.#database.query(FORGET_LISTS, [fetchedBefore, limit])).length;
  }
}
