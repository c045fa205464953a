import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_TRANSACTION_ATTEMPTS } from '../../src/adapters/postgres/database.ts';
import { StatementError } from '../../src/adapters/postgres/statement-error.ts';
import { newCustomer, newIban, uuid } from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

const ECHO = {
  name: 'test-echo',
  text: `SELECT $1::bigint AS integer, $2::timestamptz AS time, $3::bytea AS bytes, $4::jsonb AS json, $5::boolean AS truth,
    $6::text AS words, $7::uuid AS id, $8::integer AS small, $9::text AS nothing`,
};
const INTEGER = { name: 'test-integer', text: 'SELECT $1::text::bigint AS integer' };
const INSERT = {
  name: 'test-insert-customer',
  text: `INSERT INTO customers (customer_id, username, name, password_hash) VALUES ($1, $2, 'Test', 'scrypt$') RETURNING username`,
};
const FIND = { name: 'test-find-customer', text: 'SELECT username FROM customers WHERE username = $1' };

/** The interface behind which PostgreSQL and PGlite look alike. */
export function databaseContract(database: OpenDatabase): void {
  describe('values', () => {
    test('every kind of value comes back as it was given', async () => {
      const time = new Date('2026-03-29T03:00:00.001Z');
      const values = [
        Number.MAX_SAFE_INTEGER,
        time,
        Uint8Array.of(0, 1, 255),
        '{"b":[1,null],"a":"€"}',
        false,
        "o'€\\",
        uuid(),
        -1,
        null,
      ];
      const [row] = await database().query<Record<string, unknown>>(ECHO, values);
      assert.ok(row?.bytes instanceof Uint8Array);
      assert.deepEqual(
        { ...row, bytes: [...row.bytes] },
        {
          integer: Number.MAX_SAFE_INTEGER,
          time,
          bytes: [0, 1, 255],
          json: { a: '€', b: [1, null] },
          truth: false,
          words: values[5],
          id: values[6],
          small: -1,
          nothing: null,
        },
      );
    });

    test('an integer JavaScript cannot hold exactly is refused, on either side of zero', async () => {
      const read = async (text: string) => (await database().query<{ integer: number }>(INTEGER, [text]))[0]?.integer;
      assert.equal(await read('-9007199254740991'), Number.MIN_SAFE_INTEGER);
      await assert.rejects(read('9007199254740992'), { name: 'UnsafeInteger' });
      await assert.rejects(read('-9007199254740992'), { name: 'UnsafeInteger' });
      assert.equal(await read('1'), 1);
    });
  });

  describe('failures', () => {
    test('a refused statement names the rule it broke and quotes no value', async () => {
      const id = uuid();
      const username = newIban();
      await database().query(INSERT, [id, username]);
      const refused = await database()
        .query(INSERT, [uuid(), username])
        .catch((error: unknown) => error);
      assert.ok(refused instanceof StatementError);
      assert.deepEqual([refused.sqlState, refused.constraint], ['23505', 'customers_username_key']);
      const everything = JSON.stringify(refused, Object.getOwnPropertyNames(refused)) + String(refused.cause);
      assert.ok(!everything.includes(username));
      const malformed = await database()
        .query(INSERT, [username, 'name'])
        .catch((error: unknown) => error);
      assert.ok(malformed instanceof StatementError);
      assert.ok(!malformed.message.includes(username));
    });

    test('the failure of one statement leaves those beside it alone', async () => {
      const statements = Array.from({ length: 20 }, (_, index) =>
        database().query(INSERT, [index % 2 === 0 ? uuid() : 'no uuid', uuid()]),
      );
      const settled = await Promise.allSettled(statements);
      assert.deepEqual(
        settled.map((one) => one.status === 'fulfilled'),
        settled.map((_, index) => index % 2 === 0),
      );
    });
  });

  describe('transactions', () => {
    const exists = async (username: string) => (await database().query(FIND, [username])).length === 1;

    test('what was written is there, whether or not it was waited for', async () => {
      const [first, second, third] = [uuid(), uuid(), uuid()];
      const answer = await database().transaction(async (inside) => {
        await inside.query(INSERT, [uuid(), first]);
        inside.send(INSERT, [uuid(), second]);
        inside.query(INSERT, [uuid(), third]);
        return 'done';
      });
      assert.equal(answer, 'done');
      assert.deepEqual([await exists(first), await exists(second), await exists(third)], [true, true, true]);
    });

    test('statements run in the order they were sent', async () => {
      const username = uuid();
      const [, found] = await database().transaction((inside) =>
        Promise.all([inside.query(INSERT, [uuid(), username]), inside.query(FIND, [username])]),
      );
      assert.equal(found.length, 1);
    });

    test('nothing is there when the work throws, even while statements are still under way', async () => {
      const username = uuid();
      await assert.rejects(
        database().transaction(async (inside) => {
          inside.send(INSERT, [uuid(), username]);
          throw new Error('no');
        }),
        /no/,
      );
      assert.equal(await exists(username), false);
    });

    test('nothing is there when a statement nobody waited for is refused, and its reason is told', async () => {
      const username = uuid();
      await assert.rejects(
        database().transaction(async (inside) => {
          await inside.query(INSERT, [uuid(), username]);
          inside.send(INSERT, [uuid(), username]);
        }),
        { sqlState: '23505' },
      );
      assert.equal(await exists(username), false);
    });

    test('the reason told is the first refusal, not what followed from it', async () => {
      const username = uuid();
      await assert.rejects(
        database().transaction(async (inside) => {
          inside.send(INSERT, ['no uuid', username]);
          await inside.query(FIND, [username]);
        }),
        { sqlState: '22P02' },
      );
      assert.equal(await exists(username), false);
    });

    test('a refusal that the work swallows still undoes everything', async () => {
      const username = uuid();
      await assert.rejects(
        database().transaction(async (inside) => {
          await inside.query(INSERT, [uuid(), username]);
          await inside.query(INSERT, [uuid(), username]).catch(() => undefined);
        }),
        { sqlState: '23505' },
      );
      assert.equal(await exists(username), false);
    });

    test('work is run anew after a serialization failure, and given up after the last attempt', async () => {
      const username = uuid();
      let attempts = 0;
      await database().transaction(async (inside) => {
        attempts += 1;
        await inside.query(INSERT, [uuid(), username]);
        if (attempts < MAX_TRANSACTION_ATTEMPTS) throw new StatementError('test', '40001', undefined, '');
      });
      assert.deepEqual([attempts, await exists(username)], [MAX_TRANSACTION_ATTEMPTS, true]);
      attempts = 0;
      const always = database().transaction(async () => {
        attempts += 1;
        throw new StatementError('test', '40P01', undefined, '');
      });
      await assert.rejects(always, { code: 'UNAVAILABLE' });
      assert.equal(attempts, MAX_TRANSACTION_ATTEMPTS);
    });

    test('work that is refused for another reason is run once', async () => {
      let attempts = 0;
      const refused = database().transaction(async () => {
        attempts += 1;
        throw new StatementError('test', '23505', undefined, '');
      });
      await assert.rejects(refused, { sqlState: '23505' });
      assert.equal(attempts, 1);
    });

    test('many transactions and single statements at once do not get into one another', async () => {
      const customerId = await newCustomer(database());
      const rename = {
        name: 'test-append-name',
        text: 'UPDATE customers SET name = name || $2 WHERE customer_id = $1',
      };
      const append = (letter: string) => database().transaction((inside) => inside.query(rename, [customerId, letter]));
      const single = () => database().query(FIND, [customerId]);
      await Promise.all([...'abcdefghijklmnopqrst'].flatMap((letter) => [append(letter), single()]));
      const read = { name: 'test-read-name', text: 'SELECT name FROM customers WHERE customer_id = $1' };
      const [row] = await database().query<{ name: string }>(read, [customerId]);
      assert.equal(row?.name.length, 'Aino Virtanen'.length + 20);
    });
  });
}
