import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../../../../test/support/postgres.ts';
import { migrate, readMigrations } from '../../src/adapters/postgres/migrate.ts';
import { openDatabase } from '../../src/adapters/postgres/open-database.ts';
import { PgDatabase } from '../../src/adapters/postgres/pg-database.ts';
import { postgresForTests } from './test-databases.ts';

const APPLIED = { name: 'test-applied', text: 'SELECT name FROM schema_migrations ORDER BY name' };

describe('migrations', () => {
  const { database } = postgresForTests();

  test('several processes that start at once on an empty database run each migration once', async () => {
    const server = await startPostgres();
    const url = await server.createDatabase();
    const databases = await Promise.all(Array.from({ length: 6 }, () => openDatabase({ kind: 'postgres', url })));
    const names = (await readMigrations()).map((migration) => migration.name);
    for (const one of databases) {
      assert.deepEqual(
        (await one.query<{ name: string }>(APPLIED, [])).map((row) => row.name),
        names,
      );
      await one.close();
    }
    await server.stop();
  });

  test('a migration runs whole or not at all', async () => {
    const broken = { name: '9998-broken.sql', text: 'CREATE TABLE half (id integer); CREATE TABLE half (id integer);' };
    await assert.rejects(migrate(database(), [broken]), { sqlState: '42P07' });
    const half = await database().query({ name: 'test-half', text: "SELECT to_regclass('half') AS half" }, []);
    assert.deepEqual(half, [{ half: null }]);
    await migrate(database(), [{ ...broken, text: 'CREATE TABLE half (id integer)' }]);
  });

  test('a migration waits for a long transaction, and the calls that come meanwhile do not wait for it', async () => {
    await migrate(database(), [{ name: '9991-table.sql', text: 'CREATE TABLE busy (id integer)' }]);
    const later = { name: '9992-column.sql', text: 'ALTER TABLE busy ADD COLUMN more text' };
    const read = { name: 'test-busy-read', text: 'SELECT id FROM busy' };
    const write = { name: 'test-busy-write', text: 'INSERT INTO busy (id) VALUES ($1)' };
    const waiting = {
      name: 'test-busy-waiting',
      text: `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%ALTER TABLE busy%'`,
    };
    const long = Promise.withResolvers<void>();
    const isReading = Promise.withResolvers<void>();
    const reading = database().transaction(async (inside) => {
      await inside.script('SET LOCAL idle_in_transaction_session_timeout = 0');
      await inside.query(read, []);
      isReading.resolve();
      await long.promise;
    });
    await isReading.promise;
    const migrating = migrate(database(), [later]);
    try {
      // Twice, so that it has let go and come again in between.
      for (let round = 1; round <= 2; round += 1) {
        while ((await database().query(waiting, [])).length === 0) await sleep(5);
        await database().query(write, [round]);
        await database().query(read, []);
      }
    } finally {
      long.resolve();
      await Promise.all([reading, migrating]);
    }
    assert.equal((await database().query({ name: 'test-busy-more', text: 'SELECT more FROM busy' }, [])).length, 2);
  });

  test('a database that a later release has added to is good for this one', async () => {
    await migrate(database(), [{ name: '9993-later.sql', text: 'CREATE TABLE later (id integer)' }]);
    await migrate(database());
  });

  test('a migration that was changed after it had run is refused', async () => {
    const migration = { name: '9999-other.sql', text: 'CREATE TABLE other (id integer)' };
    await migrate(database(), [migration]);
    await migrate(database(), [migration]);
    await assert.rejects(
      migrate(database(), [{ ...migration, text: 'CREATE TABLE other (id bigint)' }]),
      /9999-other\.sql is not the one/,
    );
  });

  test('a bank that is not a superuser can neither change nor remove a line of the audit trail', async () => {
    const server = await startPostgres();
    const url = new URL(await server.createDatabase());
    const role = `lupa_${url.pathname.slice(1)}`;
    const admin = new PgDatabase({ url: url.href, lanes: 1 });
    await admin.transaction((inside) =>
      inside.script(`CREATE ROLE ${role} LOGIN PASSWORD 'lupa'; GRANT ALL ON SCHEMA public TO ${role}`),
    );
    url.username = role;
    url.password = 'lupa';
    const bank = await openDatabase({ kind: 'postgres', url: url.href });
    const run = (name: string, text: string) => bank.query({ name, text }, []);
    await run(
      'test-audit',
      "INSERT INTO audit_events (chain_id, sequence, hash, event_id, at, event, details) VALUES (gen_random_uuid(), 1, sha256(''), gen_random_uuid(), now(), 'tested', '{}')",
    );
    for (const text of [
      "UPDATE audit_events SET event = 'other'",
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
    ]) {
      await assert.rejects(run(`test-${text.slice(0, 6)}`, text), { sqlState: '42501' });
    }
    assert.equal((await run('test-audit-read', 'SELECT event_id FROM audit_events')).length, 1);
    await bank.close();
    await admin.transaction((inside) => inside.script(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
    await admin.close();
    await server.stop();
  });
});
