import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asAuthorizationId, asPaymentId, type Iban, type ParsedSepaPayment } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { MAX_PAYMENTS_IN_BUNDLE } from '../../src/ports/payment-store.ts';
import {
  count,
  EARLIER,
  LATER,
  NOW,
  newAccount,
  newClient,
  newCustomer,
  newPayment as newPaymentOf,
  newRequest,
  newToken,
  sha256,
  uuid,
} from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

const { payer: _named, ...NAMES_NO_PAYER } = newRequest();

/** Port PaymentStore, createPayment: the same of payments that name their payer and of those that do not. */
export function createPaymentContract(database: OpenDatabase): void {
  describe('payments that name their payer', () => contract(database, newRequest()));
  describe('payments that name no payer', () => contract(database, NAMES_NO_PAYER));
}

function contract(database: OpenDatabase, request: ParsedSepaPayment): void {
  const store = () => new PostgresPaymentStore(database());
  const newPayment: typeof newPaymentOf = (clientId, tokenDigest, change = {}) =>
    newPaymentOf(clientId, tokenDigest, { request, ...change });

  async function world() {
    const clientId = await newClient(database());
    const tokenDigest = await newToken(database(), { clientId });
    const create = (change = {}) => store().createPayment(newPayment(clientId, tokenDigest, change));
    return { clientId, tokenDigest, create };
  }

  async function paymentsOf(clientId: string) {
    const keys = await count(database(), 'idempotency_keys', 'client_id', clientId);
    const authorizations = await count(database(), 'authorizations', 'client_id', clientId);
    const events = await count(database(), 'audit_events', 'client_id', clientId);
    const [row] = await database().query<{ joined: number; payments: number }>(
      {
        name: 'test-bundles-of-client',
        text: `SELECT COALESCE(SUM(a.payment_count), 0)::bigint AS joined,
          (SELECT COUNT(*) FROM payments p JOIN authorizations b ON b.authorization_id = p.authorization_id WHERE b.client_id = $1) AS payments
          FROM authorizations a WHERE a.client_id = $1`,
      },
      [clientId],
    );
    return { keys, authorizations, events, ...row };
  }

  /** A customer, and an account of theirs as a payment names it. */
  async function newPayer() {
    const customerId = await newCustomer(database());
    const { iban } = await newAccount(database(), customerId, 10_000);
    return { customerId, payer: { iban: iban as Iban } };
  }

  const NOTHING = { keys: 0, authorizations: 0, events: 0, joined: 0, payments: 0 };
  const ONE = { keys: 1, authorizations: 1, events: 1, joined: 1, payments: 1 };

  describe('creating a payment', () => {
    test('a payment opens an authorization of its own, and is read back as it was sent', async () => {
      const { clientId, tokenDigest } = await world();
      const payment = newPayment(clientId, tokenDigest);
      const outcome = await store().createPayment(payment);
      assert.deepEqual(outcome, { kind: 'created', token: undefined });
      const found = await store().findPayment(tokenDigest, payment.paymentId);
      assert.deepEqual(found.payment, {
        paymentId: payment.paymentId,
        authorizationId: payment.newAuthorizationId,
        clientId,
        status: 'Unauthorized',
        paymentType: 'SepaPayment',
        request: payment.request,
        submissionsMade: 0,
        debitAccountId: undefined,
        debitIban: undefined,
        created: NOW,
        modified: NOW,
      });
      assert.deepEqual(found.submissions, []);
      assert.deepEqual(await paymentsOf(clientId), ONE);
    });

    const refusedTokens = {
      'of another certificate': { certificateThumbprint: 'y'.repeat(43) },
      'that expires at this very moment': { expiresAt: NOW },
      'that has expired': { expiresAt: EARLIER },
      'that may only submit': { kind: 'user' },
      'of an exemption': { kind: 'exemption' },
    } as const;
    for (const [which, facts] of Object.entries(refusedTokens)) {
      test(`a token ${which} creates nothing`, async () => {
        const { clientId } = await world();
        const person =
          'kind' in facts
            ? { customerId: await newCustomer(database()), authorizationId: asAuthorizationId(uuid()) }
            : {};
        const tokenDigest = await newToken(database(), { clientId, ...facts, ...person });
        const outcome = await store().createPayment(newPayment(clientId, tokenDigest));
        assert.equal(outcome.kind, 'token-refused');
        assert.equal(outcome.token?.clientId, clientId);
        assert.deepEqual(await paymentsOf(clientId), NOTHING);
      });
    }

    test('a token whose refresh is not confirmed yet creates, and comes with what is created, to be confirmed', async () => {
      const { clientId } = await world();
      const tokenDigest = await newToken(database(), { clientId, unconfirmedRefresh: 'superseded' });
      const outcome = await store().createPayment(newPayment(clientId, tokenDigest));
      assert.deepEqual([outcome.kind, outcome.token?.unconfirmedRefresh], ['created', 'superseded']);
    });

    test('an unknown token and a token of another client create nothing', async () => {
      const { clientId } = await world();
      const other = await world();
      assert.deepEqual(await store().createPayment(newPayment(clientId, sha256(uuid()))), {
        kind: 'token-refused',
        token: undefined,
        payerOwned: false,
      });
      assert.equal((await store().createPayment(newPayment(clientId, other.tokenDigest))).kind, 'token-refused');
      assert.deepEqual(await paymentsOf(clientId), NOTHING);
    });

    test('a token valid for one more millisecond creates, and the payment of a customer token belongs to the customer', async () => {
      const { clientId } = await world();
      const { customerId, payer } = await newPayer();
      const expiresAt = new Date(NOW.getTime() + 1);
      const tokenDigest = await newToken(database(), { clientId, kind: 'customer', customerId, expiresAt });
      const payment = newPayment(clientId, tokenDigest, { request: newRequest({ payer }) });
      assert.equal((await store().createPayment(payment)).kind, 'created');
      const found = await store().findAuthorization(tokenDigest, payment.newAuthorizationId);
      assert.equal(found.authorization?.customerId, customerId);
    });
  });

  describe('creating a payment with a token of the customer', () => {
    async function customerWorld() {
      const { clientId } = await world();
      const { customerId, payer } = await newPayer();
      const grantId = uuid();
      const tokenDigest = await newToken(database(), { clientId, kind: 'customer', customerId, grantId });
      const create = async (change: Parameters<typeof newPayment>[2]) => {
        const payment = newPayment(clientId, tokenDigest, change);
        return { payment, outcome: await store().createPayment(payment) };
      };
      return { clientId, customerId, payer, grantId, tokenDigest, create };
    }

    test('the authorization remembers the customer and the family of tokens', async () => {
      const { customerId, payer, grantId, tokenDigest, create } = await customerWorld();
      const { payment, outcome } = await create({ request: newRequest({ payer }) });
      assert.equal(outcome.kind, 'created');
      const { authorization } = await store().findAuthorization(tokenDigest, payment.newAuthorizationId);
      assert.deepEqual([authorization?.customerId, authorization?.sourceGrantId], [customerId, grantId]);
    });

    test('a payer account of somebody else, or none at all, creates nothing', async () => {
      const { clientId, create } = await customerWorld();
      const { payer } = await newPayer();
      for (const request of [newRequest({ payer }), NAMES_NO_PAYER]) {
        const { outcome } = await create({ request });
        assert.deepEqual(
          [outcome.kind, outcome.kind === 'token-refused' && outcome.payerOwned],
          ['token-refused', false],
        );
      }
      assert.deepEqual(await paymentsOf(clientId), NOTHING);
    });

    test('what is not fit for the exemption flow creates nothing, with the customer’s own account too', async () => {
      const { clientId, payer, create } = await customerWorld();
      const { outcome } = await create({ request: newRequest({ payer }), fitForExemption: false });
      assert.deepEqual([outcome.kind, outcome.kind === 'token-refused' && outcome.payerOwned], ['token-refused', true]);
      assert.deepEqual(await paymentsOf(clientId), NOTHING);
    });
  });

  describe('idempotency', () => {
    test('the same key again gives the first payment, and says whether the request was the same', async () => {
      const { clientId, tokenDigest, create } = await world();
      const first = newPayment(clientId, tokenDigest);
      await store().createPayment(first);
      const { idempotencyKey } = first;
      const again = await create({ idempotencyKey });
      assert.equal(again.kind === 'key-used' && again.payment.paymentId, first.paymentId);
      assert.equal(again.kind === 'key-used' && again.sameRequest, true);
      const changed = await create({ idempotencyKey, requestDigest: sha256('another') });
      assert.equal(changed.kind === 'key-used' && changed.sameRequest, false);
      assert.deepEqual(await paymentsOf(clientId), ONE);
    });

    test('another client and another customer have keys of their own', async () => {
      const { clientId, create } = await world();
      const other = await world();
      const idempotencyKey = uuid();
      const outcomes = [await create({ idempotencyKey }), await other.create({ idempotencyKey })];
      for (const { customerId, payer } of [await newPayer(), await newPayer()]) {
        const token = await newToken(database(), { clientId, kind: 'customer', customerId });
        const request = newRequest({ payer });
        outcomes.push(await store().createPayment(newPayment(clientId, token, { idempotencyKey, request })));
      }
      assert.deepEqual(
        outcomes.map((outcome) => outcome.kind),
        ['created', 'created', 'created', 'created'],
      );
    });

    for (const simultaneous of [16, 64]) {
      test(`of ${simultaneous} identical requests at once exactly one creates, and the others see its payment`, async () => {
        const { clientId, create } = await world();
        const idempotencyKey = uuid();
        const outcomes = await Promise.all(Array.from({ length: simultaneous }, () => create({ idempotencyKey })));
        assert.equal(outcomes.filter((outcome) => outcome.kind === 'created').length, 1);
        const seen = outcomes.flatMap((outcome) => (outcome.kind === 'key-used' ? [outcome.payment.paymentId] : []));
        assert.equal(seen.length, simultaneous - 1);
        assert.equal(new Set(seen).size, 1);
        assert.deepEqual(await paymentsOf(clientId), ONE);
      });
    }

    test('a repeated join moves the count of the bundle once, however many come at once', async () => {
      const { clientId, tokenDigest, create } = await world();
      const first = newPayment(clientId, tokenDigest);
      await store().createPayment(first);
      const join = { joins: first.newAuthorizationId, idempotencyKey: uuid() };
      const outcomes = await Promise.all(Array.from({ length: 32 }, () => create(join)));
      assert.equal(outcomes.filter((outcome) => outcome.kind === 'created').length, 1);
      assert.deepEqual(await paymentsOf(clientId), { keys: 2, authorizations: 1, events: 2, joined: 2, payments: 2 });
    });
  });

  describe('bundles', () => {
    test('a payment joins an unauthorized bundle of the same client', async () => {
      const { clientId, tokenDigest, create } = await world();
      const first = newPayment(clientId, tokenDigest);
      await store().createPayment(first);
      assert.equal(
        (
          await create({
            joins: first.newAuthorizationId,
            now: LATER,
            tokenDigest: await newToken(database(), { clientId, expiresAt: new Date(LATER.getTime() + 1) }),
          })
        ).kind,
        'created',
      );
      const bundle = await store().findAuthorization(tokenDigest, first.newAuthorizationId);
      assert.equal(bundle.payments.length, 2);
      assert.equal(bundle.payments[0]?.paymentId, first.paymentId);
      assert.deepEqual(bundle.authorization?.modified, LATER);
    });

    test('nothing joins a bundle that is not there, of another client, or locked; the key stays unused', async () => {
      const { clientId, tokenDigest, create } = await world();
      const idempotencyKey = uuid();
      const absent = await create({ joins: asAuthorizationId(uuid()), idempotencyKey });
      assert.deepEqual(absent.kind === 'bundle-refused' && absent.bundle, undefined);
      const other = await world();
      const foreign = newPayment(other.clientId, other.tokenDigest);
      await store().createPayment(foreign);
      assert.equal((await create({ joins: foreign.newAuthorizationId, idempotencyKey })).kind, 'bundle-refused');
      assert.deepEqual(await paymentsOf(clientId), NOTHING);
      const own = newPayment(clientId, tokenDigest);
      await store().createPayment(own);
      await store().transaction((unit) =>
        unit.setAuthorization(own.newAuthorizationId, { status: 'Authorizing', modified: NOW }),
      );
      const locked = await create({ joins: own.newAuthorizationId, idempotencyKey });
      assert.equal(locked.kind === 'bundle-refused' && locked.bundle?.status, 'Authorizing');
      assert.equal((await create({ idempotencyKey })).kind, 'created');
      assert.deepEqual(await paymentsOf(other.clientId), ONE);
    });

    test('a token that stands for a customer joins no bundle', async () => {
      const { clientId, tokenDigest, create } = await world();
      const first = newPayment(clientId, tokenDigest);
      await store().createPayment(first);
      const { customerId, payer } = await newPayer();
      const customerToken = await newToken(database(), { clientId, kind: 'customer', customerId });
      const request = newRequest({ payer });
      const outcome = await create({ joins: first.newAuthorizationId, tokenDigest: customerToken, request });
      assert.equal(outcome.kind, 'bundle-refused');
      assert.deepEqual(await paymentsOf(clientId), ONE);
    });

    test('nothing joins an authorization of the exemption flow', async () => {
      const { clientId, create } = await world();
      const { customerId, payer } = await newPayer();
      const token = await newToken(database(), { clientId, kind: 'customer', customerId, grantId: uuid() });
      const first = newPayment(clientId, token, { request: newRequest({ payer }) });
      assert.equal((await store().createPayment(first)).kind, 'created');
      const outcome = await create({ joins: first.newAuthorizationId });
      assert.equal(outcome.kind, 'bundle-refused');
      assert.ok(outcome.kind === 'bundle-refused' && outcome.bundle?.sourceGrantId !== undefined);
      assert.deepEqual(await paymentsOf(clientId), ONE);
    });

    test(`the ${MAX_PAYMENTS_IN_BUNDLE}th payment joins and the next does not, but a repetition of the last is answered`, async () => {
      const { clientId, tokenDigest, create } = await world();
      const first = newPayment(clientId, tokenDigest);
      await store().createPayment(first);
      const joins = first.newAuthorizationId;
      const outcomes = await Promise.all(Array.from({ length: MAX_PAYMENTS_IN_BUNDLE + 5 }, () => create({ joins })));
      assert.equal(outcomes.filter((outcome) => outcome.kind === 'created').length, MAX_PAYMENTS_IN_BUNDLE - 1);
      assert.equal(outcomes.filter((outcome) => outcome.kind === 'bundle-refused').length, 6);
      const repeated = await create({ joins, idempotencyKey: first.idempotencyKey });
      assert.equal(repeated.kind === 'key-used' && repeated.payment.paymentId, first.paymentId);
      const { joined, payments } = await paymentsOf(clientId);
      assert.deepEqual([joined, payments], [MAX_PAYMENTS_IN_BUNDLE, MAX_PAYMENTS_IN_BUNDLE]);
    });

    test('while a bundle is being locked, each payment either is seen by who locks it or is refused', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { clientId, tokenDigest, create } = await world();
        const first = newPayment(clientId, tokenDigest);
        await store().createPayment(first);
        const joins = first.newAuthorizationId;
        const lock = async () => {
          await new Promise((resolve) => setTimeout(resolve, round * 2));
          return store().transaction(async (unit) => {
            const locked = await unit.lockAuthorization(joins);
            await unit.setAuthorization(joins, { status: 'Authorizing', modified: NOW });
            return locked?.payments.length;
          });
        };
        const [seen, ...outcomes] = await Promise.all([lock(), ...Array.from({ length: 32 }, () => create({ joins }))]);
        const created = outcomes.filter((outcome) => outcome.kind === 'created').length;
        assert.equal(seen, 1 + created);
        const refused = outcomes.filter((outcome) => outcome.kind === 'bundle-refused');
        assert.equal(refused.length, 32 - created);
        assert.ok(refused.every((outcome) => outcome.bundle?.status === 'Authorizing'));
        assert.equal((await paymentsOf(clientId)).joined, 1 + created);
      }
    });
  });

  describe('tokens', () => {
    test('a token is read with everything it stands for', async () => {
      const { clientId } = await world();
      const customerId = await newCustomer(database());
      const authorizationId = asAuthorizationId(uuid());
      const facts = {
        clientId,
        kind: 'user',
        customerId,
        authorizationId,
        unconfirmedRefresh: 'refresh-1',
        expiresAt: LATER,
      } as const;
      const digest = await newToken(database(), facts);
      const token = { ...facts, certificateThumbprint: 'x'.repeat(43) };
      assert.deepEqual(await store().findToken(digest), token);
      const none = { payment: undefined, submissions: [] };
      assert.deepEqual(await store().findPayment(digest, asPaymentId(uuid())), { token, ...none });
      assert.deepEqual(await store().findPayment(sha256(uuid()), asPaymentId(uuid())), { token: undefined, ...none });
      assert.deepEqual(await store().findAuthorization(digest, authorizationId), {
        token,
        authorization: undefined,
        payments: [],
      });
    });

    test('an unknown token is none', async () => {
      assert.equal(await store().findToken(sha256(uuid())), undefined);
    });
  });
}
