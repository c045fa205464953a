import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCustomerId } from '@lupa/protocol';
import { PostgresScaStore } from '../../src/adapters/postgres/sca-store.ts';
import { KEYS_PER_LIST, type ScaUnit } from '../../src/ports/sca-store.ts';
import { EARLIER, LATER, NOW, newCustomer, uuid } from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Port ScaStore: what counts across sessions and processes. */
export function scaCountersContract(database: OpenDatabase): void {
  const store = () => new PostgresScaStore(database());
  const inside = <T>(work: (unit: ScaUnit) => Promise<T>) => store().transaction(work);

  describe('key lists', () => {
    test('codes are taken in order, each once, and the next list follows the last code', async () => {
      const customerId = await newCustomer(database());
      assert.equal(await store().currentKeySeries(customerId), 1);
      const take = () => inside((unit) => unit.takeKey(customerId));
      const taken = await Promise.all(Array.from({ length: KEYS_PER_LIST - 1 }, take));
      assert.equal(new Set(taken.map((key) => key.number)).size, KEYS_PER_LIST - 1);
      assert.equal(await store().currentKeySeries(customerId), 1);
      assert.deepEqual(await take(), { series: 1, number: KEYS_PER_LIST });
      assert.equal(await store().currentKeySeries(customerId), 1);
      assert.deepEqual(await take(), { series: 2, number: 1 });
      assert.equal(await store().currentKeySeries(customerId), 2);
    });

    test('a customer who is not there has no key list', async () => {
      await assert.rejects(
        inside((unit) => unit.takeKey(asCustomerId(uuid()))),
        { sqlState: '23503' },
      );
    });
  });

  describe('counting attempts', () => {
    const count = (username: string, now = NOW) => inside((unit) => unit.countAttempt(username, now));

    test('fifty at once get fifty different counts, whether or not the username exists', async () => {
      for (const username of [uuid(), await newCustomer(database())]) {
        const counts = await Promise.all(Array.from({ length: 50 }, () => count(username)));
        assert.deepEqual(
          counts.map(Number).sort((a, b) => a - b),
          Array.from({ length: 50 }, (_, index) => index + 1),
        );
      }
    });

    test('a right factor starts the count anew, and a forgiven attempt takes one back', async () => {
      const username = uuid();
      await count(username);
      await count(username);
      await inside((unit) => unit.forgiveAttempt(username));
      assert.equal(await count(username), 2);
      await inside((unit) => unit.clearAttempts(username));
      assert.equal(await count(username), 1);
      await inside((unit) => unit.forgiveAttempt(uuid()));
    });

    test('a blocked username is blocked until the last millisecond, then counts from one', async () => {
      const username = uuid();
      await count(username);
      await inside((unit) => unit.block(username, LATER));
      assert.equal(await count(username), 'blocked');
      assert.equal(await count(username, new Date(LATER.getTime() - 1)), 'blocked');
      assert.equal(await count(username, LATER), 1);
      assert.equal(await count(username, LATER), 2);
    });

    test('a username never seen can be blocked, and unblocked by clearing', async () => {
      const username = uuid();
      await inside((unit) => unit.block(username, LATER));
      assert.equal(await count(username), 'blocked');
      await inside((unit) => unit.clearAttempts(username));
      assert.equal(await count(username), 1);
    });

    test('of fifty at once who block at the fifth, no more than five may look at the factor', async () => {
      const username = uuid();
      const attempt = () =>
        inside(async (unit) => {
          const counted = await unit.countAttempt(username, NOW);
          if (counted !== 'blocked' && counted >= 5) await unit.block(username, LATER);
          return counted;
        });
      const counted = await Promise.all(Array.from({ length: 50 }, attempt));
      assert.deepEqual(counted.filter((each) => each !== 'blocked').sort(), [1, 2, 3, 4, 5]);
    });

    test('purging forgets old attempts on usernames nobody has, and keeps those of customers', async () => {
      const nobody = uuid();
      const customer = await newCustomer(database());
      for (const username of [nobody, customer]) await count(username, EARLIER);
      await store().purge(NOW, 1_000);
      assert.equal(await count(nobody), 1);
      assert.equal(await count(customer), 2);
    });
  });
}
