import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { asClientId, type ClientId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresReaper } from '../../src/adapters/postgres/reaper.ts';
import type { PaymentToCreate } from '../../src/ports/payment-store.ts';
import { EARLIER, LATER, NOW, newClient, newPayment, newToken, uuid } from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Port Reaper. */
export function reaperContract(database: OpenDatabase): void {
  const reaper = () => new PostgresReaper(database());
  const store = () => new PostgresPaymentStore(database());
  const counted = { name: 'test-count-keys', text: 'SELECT count(*) AS rows FROM idempotency_keys' };

  async function newOrder(clientId: ClientId, now: Date, status: 'Unauthorized' | 'Revoked'): Promise<PaymentToCreate> {
    const payment = newPayment(clientId, await newToken(database(), { clientId }), { now });
    assert.equal((await store().createPayment(payment)).kind, 'created');
    if (status !== 'Unauthorized') {
      await store().transaction((unit) => unit.setPayment(payment.paymentId, { status, modified: now }));
    }
    return payment;
  }
  /** Sent once more, as a TPP does that has had no answer. */
  const again = async (payment: PaymentToCreate) => {
    const { newAuthorizationId, paymentId } = newPayment(asClientId(payment.clientId), payment.tokenDigest);
    const event = { ...payment.audit, eventId: uuid(), authorizationId: newAuthorizationId };
    return (await store().createPayment({ ...payment, newAuthorizationId, paymentId, audit: event })).kind;
  };
  async function walkThrough(limit: number): Promise<{ rounds: number; forgotten: number }> {
    for (let rounds = 1, forgotten = 0; ; rounds += 1) {
      const round = await reaper().forgetIdempotencyKeys(NOW, limit);
      assert.ok(round.looked <= limit && round.forgotten <= round.looked);
      forgotten += round.forgotten;
      if (round.looked < limit) return { rounds, forgotten };
    }
  }

  describe('idempotency keys', () => {
    let clientId: ClientId;
    before(async () => {
      clientId = await newClient(database());
      // Ends where the first key is next.
      await walkThrough(1_000);
    });

    test('an old one may be used anew, one that is not older than asked for may not', async () => {
      const [old, young] = [await newOrder(clientId, EARLIER, 'Revoked'), await newOrder(clientId, NOW, 'Revoked')];
      await walkThrough(1_000);
      assert.equal(await again(old), 'created');
      assert.equal(await again(young), 'key-used');
    });

    test('that of a payment which still waits for its customer is remembered however old it is', async () => {
      const waiting = await newOrder(clientId, EARLIER, 'Unauthorized');
      await walkThrough(1_000);
      assert.equal(await again(waiting), 'key-used');
    });

    test('a round looks at no more than asked for, and the rounds together at each of them', async () => {
      const orders = await Promise.all(Array.from({ length: 7 }, () => newOrder(clientId, EARLIER, 'Revoked')));
      const [row] = await database().query<{ rows: number }>(counted, []);
      const { rounds, forgotten } = await walkThrough(2);
      assert.equal(forgotten, orders.length);
      assert.equal(rounds, Math.floor((row?.rows ?? 0) / 2) + 1);
      for (const order of orders) assert.equal(await again(order), 'created');
    });

    test('of several processes at once none waits for another, and each key is forgotten once', async () => {
      const orders = await Promise.all(Array.from({ length: 5 }, () => newOrder(clientId, EARLIER, 'Revoked')));
      const rounds = await Promise.all(Array.from({ length: 5 }, () => reaper().forgetIdempotencyKeys(NOW, 1_000)));
      const { forgotten } = await walkThrough(1_000);
      assert.equal(
        rounds.reduce((all, round) => all + round.forgotten, forgotten),
        orders.length,
      );
    });
  });

  test('revocation lists that were not had for long are forgotten, the oldest first', async () => {
    const save = {
      name: 'test-save-list',
      text: "INSERT INTO revocation_lists (list_id, url, digest, der, this_update, fetched) VALUES ($1, $1, sha256(''), '', $2, $2)",
    };
    const there = {
      name: 'test-lists',
      text: 'SELECT list_id FROM revocation_lists WHERE list_id LIKE $1 ORDER BY fetched',
    };
    const name = uuid();
    for (const [index, fetched] of [new Date(0), new Date(1), NOW, LATER].entries()) {
      await database().query(save, [`${name}/${index}`, fetched]);
    }
    const left = async () =>
      (await database().query<{ list_id: string }>(there, [`${name}/%`])).map((row) => row.list_id.slice(-1)).join('');
    assert.equal(await reaper().forgetRevocationLists(NOW, 1), 1);
    assert.equal(await left(), '123');
    while ((await reaper().forgetRevocationLists(NOW, 10)) > 0);
    assert.equal(await left(), '23');
  });
}
