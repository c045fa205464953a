import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '../../../../test/support/postgres.ts';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { openDatabase } from '../../src/adapters/postgres/open-database.ts';
import { PgDatabase } from '../../src/adapters/postgres/pg-database.ts';
import { uuid } from './fixtures.ts';

const INSERT = {
  name: 'test-insert',
  text: "INSERT INTO customers (customer_id, username, name, password_hash) VALUES ($1, $2, 'Test', 'scrypt$')",
};
const FIND = { name: 'test-find', text: 'SELECT username FROM customers WHERE username = $1' };
const SLOW_READ = { name: 'test-slow-read', text: 'SELECT 1 AS one, pg_sleep(0.5)' };
const SLOW_WRITE = {
  name: 'test-slow-write',
  text: `WITH slow AS (SELECT pg_sleep(0.5))
    INSERT INTO customers (customer_id, username, name, password_hash) SELECT $1, $2, 'Test', 'scrypt$' FROM slow`,
};
const CUT_OTHERS = {
  name: 'test-cut-others',
  text: 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
};

describe('a PostgreSQL that goes away', () => {
  let server: Postgres;
  let database: Database;
  /** The hand that cuts the connections of the other. */
  let scissors: Database;
  before(async () => {
    server = await startPostgres({ own: true });
    const url = await server.createDatabase();
    database = await openDatabase({ kind: 'postgres', url });
    scissors = new PgDatabase({ url, lanes: 1, transactions: 1 });
  });
  after(async () => {
    await database.close();
    await scissors.close();
    await server.stop();
  });
  const exists = async (username: string) => (await database.query(FIND, [username])).length === 1;
  const cut = () => scissors.query(CUT_OTHERS, []);
  /** Reads may be sent again, so that these find every connection that was cut before. */
  const readEverywhere = () => Promise.all(Array.from({ length: 16 }, () => database.query(FIND, ['nobody'])));
  beforeEach(readEverywhere);

  test('idle connections that were cut are replaced without anybody noticing', async () => {
    await database.transaction((inside) => inside.query(FIND, ['nobody']));
    await cut();
    await readEverywhere();
    const [first, second] = [uuid(), uuid()];
    await database.query(INSERT, [uuid(), first]);
    await database.transaction((inside) => inside.query(INSERT, [uuid(), second]));
    assert.deepEqual([await exists(first), await exists(second)], [true, true]);
  });

  test('a read under way is done again', async () => {
    const reading = database.query<{ one: number }>(SLOW_READ, []);
    await sleep(100);
    await cut();
    assert.equal((await reading)[0]?.one, 1);
  });

  test('a write under way has an unknown outcome, and is not done again', async () => {
    const username = uuid();
    const writing = database.query(SLOW_WRITE, [uuid(), username]);
    await sleep(100);
    const [outcome] = await Promise.allSettled([writing, cut()]);
    assert.equal(outcome.status === 'rejected' && outcome.reason.code, 'OUTCOME_UNKNOWN');
    await sleep(600);
    assert.equal(await exists(username), false);
  });

  test('a transaction cut before its COMMIT is run anew, and writes once', async () => {
    const username = uuid();
    let attempts = 0;
    await database.transaction(async (inside) => {
      attempts += 1;
      await inside.query(INSERT, [uuid(), username]);
      if (attempts === 1) await cut();
      await inside.query(FIND, [username]);
    });
    assert.equal(attempts, 2);
    assert.equal(await exists(username), true);
  });

  test('a transaction cut while its COMMIT is under way has an unknown outcome, and is not run anew', async () => {
    let attempts = 0;
    const username = uuid();
    const working = database.transaction(async (inside) => {
      attempts += 1;
      await inside.query(FIND, [username]);
      inside.send(SLOW_WRITE, [uuid(), username]);
    });
    await sleep(100);
    const [outcome] = await Promise.allSettled([working, cut()]);
    assert.equal(outcome.status === 'rejected' && outcome.reason.code, 'OUTCOME_UNKNOWN');
    assert.equal(attempts, 1);
  });

  test('while the server is gone everything is UNAVAILABLE, and once it is back all goes on with nothing lost', async () => {
    const username = uuid();
    await database.query(INSERT, [uuid(), username]);
    server.kill('SIGKILL');
    await sleep(300);
    await assert.rejects(database.query(FIND, [username]), { code: 'UNAVAILABLE' });
    await assert.rejects(database.query(INSERT, [uuid(), uuid()]), { code: 'UNAVAILABLE' });
    await assert.rejects(
      database.transaction((inside) => inside.query(FIND, [username])),
      { code: 'UNAVAILABLE' },
    );
    await server.restart();
    assert.equal(await exists(username), true);
    await database.transaction((inside) => inside.query(INSERT, [uuid(), uuid()]));
  });

  test('who cannot have a lock for long is told UNAVAILABLE, and the transaction that holds it goes on', async () => {
    const username = uuid();
    await database.query(INSERT, [uuid(), username]);
    const lock = { name: 'test-lock', text: 'SELECT 1 FROM customers WHERE username = $1 FOR UPDATE' };
    const impatient = { name: 'test-impatient', text: "SELECT set_config('lock_timeout', '100ms', true)" };
    await database.transaction(async (inside) => {
      await inside.query(lock, [username]);
      const waiting = database.transaction(async (other) => {
        other.send(impatient, []);
        await other.query(lock, [username]);
      });
      await assert.rejects(waiting, { code: 'UNAVAILABLE' });
    });
    assert.equal(await exists(username), true);
  });

  test('a statement may take as long as was said, and no longer', async () => {
    const limit = { name: 'test-limit', text: "SELECT current_setting('statement_timeout') AS limit" };
    const patient = new PgDatabase({ url: server.url, lanes: 1, transactions: 1, statementLimitMs: 3_600_000 });
    const limits = [
      ...(await patient.query<{ limit: string }>(limit, [])),
      ...(await patient.transaction((inside) => inside.query<{ limit: string }>(limit, []))),
      ...(await database.query<{ limit: string }>(limit, [])),
    ];
    assert.deepEqual(
      limits.map((row) => row.limit),
      ['1h', '1h', '10s'],
    );
    await patient.close();
    const hasty = new PgDatabase({ url: server.url, lanes: 1, statementLimitMs: 50 });
    await assert.rejects(hasty.query(SLOW_READ, []), { code: 'UNAVAILABLE' });
    await hasty.close();
  });

  test('a closed store refuses everything, and closing it twice does no harm', async () => {
    const other = new PgDatabase({ url: server.url });
    await other.query({ name: 'test-one', text: 'SELECT 1' }, []);
    await other.close();
    await other.close();
    await assert.rejects(other.query(FIND, ['']), { code: 'UNAVAILABLE' });
    await assert.rejects(
      other.transaction(async () => 1),
      { code: 'UNAVAILABLE' },
    );
  });
});
