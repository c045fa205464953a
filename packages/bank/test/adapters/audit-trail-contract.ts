import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AuthorizationId, asAuthorizationId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { StatementError } from '../../src/adapters/postgres/statement-error.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { auditHash, entryDigest } from '../../src/domain/audit-chain.ts';
import { checkChain } from '../../src/domain/audit-check.ts';
import { verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import {
  LATER,
  NOW,
  newAccount,
  newClient,
  newCustomer,
  newEvent,
  newPayment,
  newRequest,
  newToken,
  uuid,
} from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

const ENOUGH = 100_000;

/** Port AuditTrail, and the chains that events are written into. */
export function auditTrailContract(database: OpenDatabase): void {
  const store = () => new PostgresPaymentStore(database());
  const trail = () => new PostgresAuditTrail(database());
  const verify = () => verifyAuditTrail(trail());

  async function newAuthorization(request = newRequest()) {
    const clientId = await newClient(database());
    const tokenDigest = await newToken(database(), { clientId });
    const payment = newPayment(clientId, tokenDigest, { request });
    await store().createPayment(payment);
    return { clientId, tokenDigest, authorizationId: payment.newAuthorizationId };
  }

  async function chainOf(chainId: string) {
    for (let after: string | undefined; ; ) {
      const chains = await trail().chainsAfter(after, 50);
      const found = chains.find((chain) => chain.chainId === chainId);
      if (found !== undefined || chains.length === 0) return found;
      after = chains.at(-1)?.chainId;
    }
  }

  const note = (authorizationId: AuthorizationId, details = {}) =>
    store().transaction((unit) => unit.audit(newEvent({ authorizationId, details })));

  describe('chains of audit events', () => {
    test('a payment of its own begins the chain of its authorization, whether it names its payer or not', async () => {
      const { payer: _named, ...namesNoPayer } = newRequest();
      for (const request of [newRequest(), namesNoPayer]) {
        const { authorizationId, clientId } = await newAuthorization(request);
        const chain = await chainOf(authorizationId);
        assert.ok(chain);
        const [event] = chain.events;
        assert.equal(chain.isAuthorization, true);
        assert.deepEqual([event?.sequence, event?.previousHash, event?.clientId], [1, undefined, clientId]);
        assert.deepEqual(chain.end, { sequence: 1, hash: event?.hash });
        assert.equal(checkChain(chain), undefined);
      }
    });

    test('the hash over an event is recomputed from the stored row alone, whatever its details say', async () => {
      const { authorizationId, clientId } = await newAuthorization();
      const details = {
        ...{ zeta: 1.5, alpha: { z: 'ä€😀\u2028', y: [1, { d: null, c: -0 }, 1e21, 1e-7] }, '10': true, '9': false },
        ...{ backslash: '\\', quote: '"', absent: undefined },
      };
      const customerId = await newCustomer(database());
      await store().transaction((unit) =>
        unit.audit(newEvent({ authorizationId, clientId, customerId, requestId: 'request-1', details })),
      );
      const [, event] = (await chainOf(authorizationId))?.events ?? [];
      assert.ok(event);
      const digest = entryDigest({ ...event, details });
      assert.equal(auditHash({ ...event, chainId: authorizationId }, customerId, digest), event.hash);
      assert.equal((await verify()).ok, true);
    });

    test('a payment that joins a bundle continues its chain, and one of a customer’s token names the customer', async () => {
      const { authorizationId, clientId, tokenDigest } = await newAuthorization();
      await store().createPayment(newPayment(clientId, tokenDigest, { joins: authorizationId }));
      const [first, second] = (await chainOf(authorizationId))?.events ?? [];
      assert.equal(second?.previousHash, first?.hash);

      const customerId = await newCustomer(database());
      const { iban } = await newAccount(database(), customerId, 1000);
      const customerToken = await newToken(database(), { clientId, kind: 'customer', customerId });
      const payment = newPayment(clientId, customerToken, { fitForExemption: true });
      const request = { ...payment.request, payer: { iban: iban as never } };
      assert.equal((await store().createPayment({ ...payment, request })).kind, 'created');
      const [event] = (await chainOf(payment.newAuthorizationId))?.events ?? [];
      assert.equal(event?.customerId, customerId);
      assert.equal((await verify()).ok, true);
    });

    test('events of one transaction follow one another, and nothing is left of one that fails', async () => {
      const { authorizationId } = await newAuthorization();
      await store().transaction(async (unit) => {
        await unit.audit(newEvent({ authorizationId, event: 'second' }));
        await unit.audit(newEvent({ authorizationId, event: 'third' }));
      });
      const changedMind = new Error('changed its mind');
      await assert.rejects(
        store().transaction(async (unit) => {
          await unit.audit(newEvent({ authorizationId, event: 'never' }));
          throw changedMind;
        }),
        changedMind,
      );
      await note(authorizationId);
      const events = (await chainOf(authorizationId))?.events ?? [];
      assert.deepEqual(
        events.map(({ sequence, event }) => [sequence, event]),
        [
          [1, 'payment created'],
          [2, 'second'],
          [3, 'third'],
          [4, 'tested'],
        ],
      );
      assert.equal((await verify()).ok, true);
    });

    test('an event about no authorization has the chain of its customer, or one of its own', async () => {
      const customerId = await newCustomer(database());
      const alone = newEvent();
      await store().transaction(async (unit) => {
        await unit.audit(newEvent({ customerId }));
        await unit.audit(newEvent({ customerId }));
        await unit.audit(alone);
      });
      assert.deepEqual(
        [(await chainOf(customerId))?.events.length, (await chainOf(customerId))?.isAuthorization],
        [2, false],
      );
      assert.equal((await chainOf(alone.eventId))?.events.length, 1);
      assert.equal((await verify()).ok, true);
    });

    test('an event about an authorization that is not there is refused, not lost', async () => {
      await assert.rejects(
        note(asAuthorizationId(uuid())),
        (error: unknown) => error instanceof StatementError && error.sqlState === '23502',
      );
    });

    test('of thirty who write to one chain at once, and join its bundle, each finds a place', async () => {
      const { authorizationId, clientId, tokenDigest } = await newAuthorization();
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          index % 2 === 0
            ? note(authorizationId, { index })
            : store().createPayment(newPayment(clientId, tokenDigest, { joins: authorizationId })),
        ),
      );
      const events = (await chainOf(authorizationId))?.events ?? [];
      assert.deepEqual(
        events.map(({ sequence }) => sequence),
        Array.from({ length: 31 }, (_, index) => index + 1),
      );
      assert.equal((await verify()).ok, true);
    });
  });

  describe('seals over the chains', () => {
    test('a seal covers what has grown since the one before, and there is none over nothing', async () => {
      await trail().seal(NOW, ENOUGH);
      assert.equal(await trail().seal(NOW, ENOUGH), 0);
      const { authorizationId } = await newAuthorization();
      await note(authorizationId);
      assert.equal((await verify()).waitingEvents, 2);
      assert.equal(await trail().seal(LATER, ENOUGH), 2);
      const { waitingEvents, newestSeal, ok } = await verify();
      assert.deepEqual([waitingEvents, newestSeal?.sealedAt, ok], [0, LATER.toISOString(), true]);
      const seal = await trail().sealAfter((newestSeal?.sealNumber ?? 0) - 1, ENOUGH);
      const [, event] = (await chainOf(authorizationId))?.events ?? [];
      assert.deepEqual(seal?.heads, [
        { chainId: authorizationId, sequence: 2, hash: event?.hash, presentHash: event?.hash, isAuthorization: true },
      ]);
    });

    test('more events than fit one seal take several', async () => {
      for (let index = 0; index < 5; index += 1) await newAuthorization();
      assert.deepEqual([await trail().seal(NOW, 2), await trail().seal(NOW, 2), await trail().seal(NOW, 2)], [2, 2, 1]);
      assert.equal((await verify()).ok, true);
    });

    test('a chain is sealed whole however much of it waits, and in whatever order: no later seal names an earlier event', async () => {
      const { authorizationId } = await newAuthorization();
      for (let index = 0; index < 4; index += 1) await note(authorizationId);
      // As rows come to stand where others were removed.
      for (const text of [
        'DELETE FROM audit_unsealed WHERE chain_id = $1',
        'INSERT INTO audit_unsealed SELECT chain_id, sequence FROM audit_events WHERE chain_id = $1 ORDER BY sequence DESC',
      ]) {
        await database().query({ name: `test-${text.slice(0, 6)}-waiting`, text }, [authorizationId]);
      }
      assert.deepEqual([await trail().seal(NOW, 2), await trail().seal(NOW, 2)], [5, 0]);
      const { ok, newestSeal } = await verify();
      const seal = await trail().sealAfter((newestSeal?.sealNumber ?? 0) - 1, ENOUGH);
      assert.deepEqual([ok, seal?.heads.map(({ sequence }) => sequence)], [true, [5]]);
    });

    test('of several who seal while others write, no two take one number and every event is sealed once', async () => {
      const before = await verify();
      const authorizations = await Promise.all(Array.from({ length: 5 }, newAuthorization));
      const sealed = await Promise.all([
        ...authorizations.map(({ authorizationId }) => note(authorizationId).then(() => 0)),
        ...Array.from({ length: 6 }, () => trail().seal(NOW, ENOUGH)),
      ]);
      const rest = await trail().seal(NOW, ENOUGH);
      assert.equal(
        sealed.reduce((sum, each) => sum + each, rest),
        10 + before.waitingEvents,
      );
      const { ok, waitingEvents } = await verify();
      assert.deepEqual([ok, waitingEvents], [true, 0]);
    });
  });
}
