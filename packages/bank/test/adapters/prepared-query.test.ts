import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../../../test/support/postgres.ts';
import { connectionConfig } from '../../src/adapters/postgres/pg-connection.ts';
import { queryPrepared } from '../../src/adapters/postgres/prepared-query.ts';

let postgres: Postgres;
let client: pg.Client;
let descriptions = 0;

before(async () => {
  postgres = await startPostgres();
  client = new pg.Client(connectionConfig(await postgres.createDatabase()));
  await client.connect();
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  connection.on('rowDescription', () => {
    descriptions += 1;
  });
  await client.query('CREATE TABLE things (id integer PRIMARY KEY, made timestamptz, bytes bytea, facts jsonb)');
});
after(async () => {
  await client?.end();
  await postgres?.stop();
});

const AT = new Date('2026-11-22T10:00:00.123Z');
const INSERT = {
  name: 'insert-thing',
  text: 'INSERT INTO things VALUES ($1, $2, $3, $4) RETURNING id, made, bytes, facts',
};
const thing = (id: number) => [id, AT, Buffer.from('abc'), JSON.stringify({ id })];
const stored = (id: number) => ({ id, made: AT, bytes: Buffer.from('abc'), facts: { id } });

describe('a prepared statement', () => {
  test('gives the same rows at every execution, and has its columns described once', async () => {
    assert.deepEqual(
      (await queryPrepared<object>(client, INSERT, thing(1))).map((row) => ({ ...row })),
      [stored(1)],
    );
    const before = descriptions;
    for (const id of [2, 3]) {
      assert.deepEqual(
        (await queryPrepared<object>(client, INSERT, thing(id))).map((row) => ({ ...row })),
        [stored(id)],
      );
    }
    assert.equal(descriptions, before);
  });

  test('travels behind others of its kind, each with its own answer, before the first is described', async () => {
    const find = { name: 'find-thing', text: 'SELECT facts FROM things WHERE id = $1' };
    const answers = await Promise.all(
      [1, 2, 3, 4].map((id) => queryPrepared<{ facts: { id: number } }>(client, find, [id])),
    );
    assert.deepEqual(
      answers.map((rows) => rows.map(({ facts }) => facts.id)),
      [[1], [2], [3], []],
    );
  });

  test('without columns gives no rows', async () => {
    const remove = { name: 'remove-thing', text: 'DELETE FROM things WHERE id = $1' };
    for (const id of [2, 2]) assert.deepEqual(await queryPrepared(client, remove, [id]), []);
  });

  test('that fails tells its own caller, and no other', async () => {
    const [refused, found] = await Promise.allSettled([
      queryPrepared(client, INSERT, thing(1)),
      queryPrepared<{ id: number }>(client, INSERT, thing(5)),
    ]);
    assert.ok(refused.status === 'rejected' && refused.reason.code === '23505');
    assert.ok(found.status === 'fulfilled' && found.value[0]?.id === 5);
  });

  test('with a value that cannot be sent fails alone', async () => {
    const unsendable = {
      toPostgres: () => {
        throw new TypeError('no such value');
      },
    };
    const echo = { name: 'echo', text: 'SELECT $1::text AS said' };
    const [refused, said] = await Promise.allSettled([
      queryPrepared(client, echo, [unsendable]),
      queryPrepared<{ said: string }>(client, { ...echo, name: 'echo-again' }, ['yes']),
    ]);
    assert.ok(refused.status === 'rejected' && refused.reason instanceof TypeError);
    assert.ok(said.status === 'fulfilled' && said.value[0]?.said === 'yes');
  });

  test('whose columns have changed since they were described is refused, and never read as they were', async () => {
    const all = { name: 'all-things', text: 'SELECT * FROM things ORDER BY id' };
    await queryPrepared(client, all, []);
    await client.query('ALTER TABLE things ADD COLUMN more text');
    await assert.rejects(queryPrepared(client, all, []), { code: '0A000' });
  });
});
