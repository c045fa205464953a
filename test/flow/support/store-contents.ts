import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** What lies in each table: how many rows, and a digest over all of them. */
type Contents = Readonly<Record<string, string>>;

/**
 * What the bank's own work moves meanwhile, whoever calls: the worker that seals the audit trail, every event of which is looked at
 * itself, and the one that renews revocation lists.
 */
const MOVED_MEANWHILE = ['audit_unsealed', 'audit_seals', 'audit_sealed_heads', 'revocation_lists'];

const MOST_LOOKS = 100;
const BETWEEN_LOOKS_MS = 50;

/** Looks into the bank's database from outside, to see what a refused call changed. */
export class StoreContents {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(databaseUrl: string): Promise<StoreContents> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return new StoreContents(client);
  }

  /**
   * Does something and asserts that not one row of any table is other than before.
   *
   * @param except tables that the call changes even though it is refused
   */
  async unchangedBy<Result>(call: () => Promise<Result>, except: readonly string[] = []): Promise<Result> {
    await this.#allBooked();
    const before = await this.#read(except);
    const result = await call();
    assert.deepEqual(await this.#read(except), before, 'the store changed');
    return result;
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(sql, [...values])).rows;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** Waits for what earlier calls left to the worker that books; what never gets booked shows in the comparison. */
  async #allBooked(): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const [waiting] = await this.query('SELECT 1 FROM booking_queue LIMIT 1');
      if (waiting === undefined) return;
      await sleep(BETWEEN_LOOKS_MS);
    }
  }

  /** All tables as they are at one moment. */
  async #read(except: readonly string[]): Promise<Contents> {
    await this.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    try {
      return await this.#readTables(except);
    } finally {
      await this.query('COMMIT');
    }
  }

  async #readTables(except: readonly string[]): Promise<Contents> {
    const tables = await this.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    );
    assert.ok(tables.length > 10, 'the tables of the bank were not found');
    const contents: Record<string, string> = {};
    for (const { name } of tables) {
      if (except.includes(name) || MOVED_MEANWHILE.includes(name)) continue;
      const [row] = await this.query<{ contents: string }>(
        `SELECT count(*) || ' rows ' || COALESCE(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS contents FROM ${name} AS t`,
      );
      contents[name] = row?.contents ?? '';
    }
    return contents;
  }
}
