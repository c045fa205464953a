import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EXEMPTION_REFUSALS, type Submission } from '@lupa/protocol';
import { CustomerStopped } from '@lupa/sandbox';
import { assertInvalidGrant, ExemptTpp, payment, VILLE } from './support/exempt-tpp.ts';
import { type ExemptionBank, openExemptionBank } from './support/exemption-bank.ts';
import { jsonOf } from './support/https-call.ts';
import { assertRefused, type TestTpp, type Tokens } from './support/test-tpp.ts';

const DAY_MS = 86_400_000;
const NO_LONGER = 'authorizationId is no longer Unauthorized: create the payment anew';

describe('the calls of the exemption flow (contract §9)', () => {
  let bank: ExemptionBank;
  let shop: TestTpp;
  let other: TestTpp;
  before(async () => {
    bank = await openExemptionBank();
    ({ shop, other } = bank);
  });
  after(() => bank?.close());

  describe('granted', () => {
    test('the exemption token submits the one payment, and the customer was not asked', async () => {
      const exempt = await ExemptTpp.after(shop);
      const created = await exempt.created(payment('5.00'));
      assert.equal(created.status, 'Unauthorized');
      const answer = await exempt.ask(exempt.assertion(created.authorizationId));
      assert.equal(answer.status, 200, answer.bytes.toString());
      assert.equal(answer.headers['cache-control'], 'no-store');
      const { access_token: token, ...rest } = jsonOf<Tokens & object>(answer);
      assert.deepEqual(rest, { token_type: 'bearer', expires_in: 3600, scope: 'payments' });
      assert.equal((await shop.readPayment(token, created.paymentId)).status, 'Authorized');
      const submitted = await bank.settledAfter(() => shop.submit(token, created.paymentId, '1'));
      assert.equal(submitted.status, 200, submitted.bytes.toString());
      const path = `/sepa-payments/${created.paymentId}/submissions/1`;
      assert.equal(jsonOf<Submission>(await shop.call({ path, token })).status, 'Submitted');
      const authorization = await shop.readAuthorization(await shop.clientToken(), created.authorizationId);
      assert.equal(authorization.status, 'Completed');
    });

    test('real clients may leave response_type and scope out of the token call', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { authorizationId } = await exempt.created(payment('5.00'));
      const answer = await shop.form({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: exempt.assertion(authorizationId),
      });
      assert.equal(answer.status, 200, answer.bytes.toString());
    });

    test('the token is of its one payment: no other is read or submitted with it, and none created', async () => {
      const exempt = await ExemptTpp.after(shop);
      const [one, two] = [await exempt.granted(payment('5.00')), await exempt.granted(payment('5.00'))];
      assertRefused(await shop.submit(one.token, two.payment.paymentId), 404, 'VALIDATION');
      assertRefused(await shop.create(one.token, payment('5.00')), 403, 'SECURITY');
      assert.equal((await shop.submit(one.token, one.payment.paymentId)).status, 200);
    });

    test('the customer’s own token submits nothing but what the customer approved', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: granted } = await exempt.granted(payment('5.00'));
      assertRefused(await shop.submit(exempt.customerToken, granted.paymentId), 404, 'VALIDATION');
    });

    test('introspection knows the token, bound to the certificate and about its authorization', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: granted, token } = await exempt.granted(payment('5.00'));
      const told = jsonOf<Record<string, unknown>>(await shop.form({ token }, '/oauth/introspect'));
      assert.deepEqual(
        [told.active, told.sub, told.scope, Object.keys(told.cnf as object)],
        [true, granted.authorizationId, 'payments', ['x5t#S256']],
      );
    });

    test('the audit trail tells of the decision and what it was made of', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: granted } = await exempt.granted(payment('5.00'));
      const rows = await bank.store.query<{ event: string; details: object; customer_id: string | null }>(
        'SELECT event, details, customer_id FROM audit_events WHERE authorization_id = $1 ORDER BY event_id',
        [granted.authorizationId],
      );
      assert.deepEqual(
        rows.map(({ event }) => event),
        ['payment created', 'exemption granted'],
      );
      const { paymentId } = granted;
      assert.deepEqual(rows[1]?.details, { paymentId, amountCents: 500, counted: true, count: 0, sumCents: 0 });
      assert.ok(rows[1]?.customer_id);
    });
  });

  describe('creating with the customer’s token', () => {
    test('needs payer.iban, of the customer’s own; count 1; and no bundle: all told at once', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payer: _none, ...withoutPayer } = payment('5.00');
      const create = (body: object) => shop.create(exempt.customerToken, body);
      const { authorizationId } = await shop.created(await shop.clientToken());
      // The token's first use, even for a payment that is refused, ends the refresh token before it.
      assert.equal((await create(withoutPayer)).status, 400);
      await bank.store.unchangedBy(async () => {
        assertRefused(await create(withoutPayer), 400, 'VALIDATION', 'Required payer.iban');
        assertRefused(await create(payment('5.00', { payer: VILLE })), 400, 'VALIDATION', 'InvalidValue payer.iban');
        assertRefused(
          await create({ ...payment('5.00', { payer: VILLE }), count: 2, authorizationId }),
          400,
          'VALIDATION',
          'InvalidValue payer.iban',
          'Max count',
          'InvalidValue authorizationId',
        );
      });
      assert.equal((await create({ ...payment('5.00'), count: 1 })).status, 201);
    });

    test('is always signed', async () => {
      const exempt = await ExemptTpp.after(shop);
      const answer = await shop.create(exempt.customerToken, payment('5.00'), { 'x-jws-signature': undefined });
      assertRefused(answer, 400, 'SECURITY');
    });

    test('nothing joins what it created', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { authorizationId } = await exempt.created(payment('5.00'));
      const joining = await shop.create(await shop.clientToken(), { ...payment('5.00'), authorizationId });
      assertRefused(joining, 409, 'BUSINESS', 'IllegalState ');
    });

    test('a foreign payment is not for this flow', async () => {
      const exempt = await ExemptTpp.after(shop);
      const body = Buffer.from('{}');
      const answer = await shop.call({ method: 'POST', path: '/foreign-payments', token: exempt.customerToken, body });
      assertRefused(answer, 403, 'SECURITY');
    });

    test('the same idempotency key gives the same payment again', async () => {
      const exempt = await ExemptTpp.after(shop);
      const key = { 'x-idempotency-key': 'exempt-once' };
      const first = await shop.create(exempt.customerToken, payment('5.00'), key);
      const again = await shop.create(exempt.customerToken, payment('5.00'), key);
      assert.deepEqual([first.status, again.status], [201, 201]);
      assert.equal(again.headers['idempotent-replayed'], 'true');
      assert.deepEqual(again.bytes, first.bytes);
    });
  });

  describe('the assertion', () => {
    test('is good once', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { authorizationId } = await exempt.created(payment('5.00'));
      const assertion = exempt.assertion(authorizationId);
      assert.equal((await exempt.ask(assertion)).status, 200);
      assertInvalidGrant(await exempt.ask(assertion), 'nonce was used before');
      assertInvalidGrant(await exempt.ask(exempt.assertion(authorizationId)), NO_LONGER);
      assert.deepEqual(await bank.counted(), { count: 1, cents: 500 });
    });

    test('of twenty copies at once one is granted', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { authorizationId } = await exempt.created(payment('5.00'));
      const assertion = exempt.assertion(authorizationId);
      const answers = await Promise.all(Array.from({ length: 20 }, () => exempt.ask(assertion)));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      assert.deepEqual(await bank.counted(), { count: 1, cents: 500 });
    });

    test('names an authorization of this client, created with a token of the customer', async () => {
      const [atShop, atOther] = [await ExemptTpp.after(shop), await ExemptTpp.after(other)];
      const strangers = 'authorizationId is not an authorization of this client';
      const { authorizationId } = await atOther.created(payment('5.00'));
      assertInvalidGrant(await atShop.ask(atShop.assertion(authorizationId)), strangers);
      assertInvalidGrant(await atShop.ask(atShop.assertion('01930000-0000-7000-8000-00000000dead')), strangers);
      const ordinary = await shop.created(await shop.clientToken());
      const { authorizationId: bundle } = await shop.created(await shop.clientToken(), {
        authorizationId: ordinary.authorizationId,
      });
      const answer = await atShop.ask(atShop.assertion(bundle));
      assertInvalidGrant(
        answer,
        'authorizationId was not created with a token of the customer: fetch one with grant_type=refresh_token and scope=payments',
      );
    });

    test('is checked claim by claim, and each refusal changes nothing', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { authorizationId } = await exempt.created(payment('5.00'));
      const now = Math.floor(Date.now() / 1000);
      const cases: [Record<string, unknown>, string][] = [
        [{ aud: 'https://elsewhere.example' }, 'aud names neither this bank nor its API'],
        [{ iss: 'somebody' }, 'iss is not the client_id'],
        [
          { iss: other.identity.clientId, client_id: other.identity.clientId },
          'client_id is not the client_id of the request',
        ],
        [{ response_type: 'code' }, 'response_type is not token'],
        [{ scope: 'openid payments' }, 'scope is not payments'],
        [{ nonce: undefined }, 'nonce is missing or not a string'],
        [{ state: undefined }, 'state is missing or not a string'],
        [{ exp: now - 1, iat: now - 100 }, 'the request object has expired'],
        [{ exp: now + 3700, iat: now }, 'exp is more than 3600 seconds after iat'],
        [{ exp: undefined, iat: now + 600 }, 'iat lies in the future'],
      ];
      await bank.store.unchangedBy(async () => {
        for (const [claims, why] of cases) {
          assertInvalidGrant(await exempt.ask(exempt.assertion(authorizationId, claims)), why);
        }
        const assertion = exempt.assertion(authorizationId);
        const [header, payload] = assertion.split('.');
        const signature = `${assertion.split('.')[2]?.startsWith('A') ? 'B' : 'A'}${assertion.split('.')[2]?.slice(1)}`;
        assertInvalidGrant(
          await exempt.ask(`${header}.${payload}.${signature}`),
          'the signature of the assertion does not fit it',
        );
      });
      assert.equal((await exempt.ask(exempt.assertion(authorizationId))).status, 200);
    });

    test('goes with the fields around it', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { authorizationId } = await exempt.created(payment('5.00'));
      const assertion = exempt.assertion(authorizationId);
      const errorOf = async (fields: Record<string, string>) =>
        jsonOf<{ error: string }>(await exempt.ask(assertion, fields)).error;
      assert.equal(await errorOf({ response_type: 'code' }), 'invalid_request');
      assert.equal(await errorOf({ scope: 'openid payments' }), 'invalid_scope');
      assert.equal(await errorOf({ assertion: '' }), 'invalid_request');
      assert.equal(await errorOf({ client_secret: 'wrong' }), 'invalid_client');
      assert.equal((await exempt.ask(assertion)).status, 200);
    });
  });

  describe('the earlier authorization', () => {
    test('an unknown, a superseded and a revoked refresh token give no token of the customer', async () => {
      const exempt = await ExemptTpp.after(shop);
      const refresh = (refresh_token: string) =>
        shop.form({ grant_type: 'refresh_token', refresh_token, scope: 'payments' });
      assert.equal((await refresh('unknown')).status, 400);
      const superseded = exempt.refreshToken;
      const { payment: granted } = await exempt.granted(payment('5.00'));
      const { authorizationId } = await exempt.created(payment('5.00'));
      await exempt.renew();
      await exempt.created(payment('5.00'));
      // Its successor was used: giving it in again ends the whole family, and with it every exemption not yet asked for.
      assert.equal((await refresh(superseded)).status, 400);
      assertRefused(await shop.create(exempt.customerToken, payment('5.00')), 401, 'SECURITY');
      assertInvalidGrant(await exempt.ask(exempt.assertion(authorizationId)), EXEMPTION_REFUSALS['sca-not-valid']);
      assert.equal((await shop.readPayment(await shop.clientToken(), granted.paymentId)).status, 'Authorized');
    });

    test('a revoked family takes the exemption tokens along', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: granted, token } = await exempt.granted(payment('5.00'));
      const answer = await shop.form({ token: exempt.refreshToken }, '/oauth/revoke');
      assert.equal(answer.status, 200);
      assertRefused(await shop.submit(token, granted.paymentId), 401, 'SECURITY');
    });

    test('what the customer approved first was revoked since: no exemption rests on it', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { authorizationId } = await exempt.created(payment('5.00'));
      const [source] = await bank.store.query<{ id: string }>(
        'SELECT authorization_id AS id FROM access_tokens WHERE grant_id = (SELECT source_grant_id FROM authorizations WHERE authorization_id = $1) LIMIT 1',
        [authorizationId],
      );
      const path = `/authorizations/${source?.id}`;
      assert.equal((await shop.call({ method: 'DELETE', path, token: await shop.clientToken() })).status, 200);
      const answer = await exempt.ask(exempt.assertion(authorizationId));
      assertInvalidGrant(answer, EXEMPTION_REFUSALS['sca-not-valid']);
    });

    test('after 45 days the refresh token gives no token of the customer, and the one it gave is long worthless', async () => {
      const exempt = await ExemptTpp.after(shop);
      const refresh = () =>
        shop.form({ grant_type: 'refresh_token', refresh_token: exempt.refreshToken, scope: 'payments' });
      try {
        bank.clock.aheadMs = 45 * DAY_MS + 1000;
        const answer = await refresh();
        assert.deepEqual([answer.status, jsonOf<{ error: string }>(answer).error], [400, 'invalid_grant']);
        assertRefused(await shop.create(exempt.customerToken, payment('5.00')), 401, 'SECURITY');
      } finally {
        bank.clock.aheadMs = 0;
      }
    });

    test('the token of the customer, and the exemption token, are good for an hour', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: granted, token } = await exempt.granted(payment('5.00'));
      try {
        bank.clock.aheadMs = 3_590_000;
        assert.equal((await shop.readPayment(token, granted.paymentId)).status, 'Authorized');
        assert.equal((await shop.create(exempt.customerToken, payment('5.00'))).status, 201);
        bank.clock.aheadMs = 3_601_000;
        assertRefused(await shop.submit(token, granted.paymentId), 401, 'SECURITY');
        assertRefused(await shop.create(exempt.customerToken, payment('5.00')), 401, 'SECURITY');
      } finally {
        bank.clock.aheadMs = 0;
      }
    });
  });

  test('in the default flow, too, a payment made for one customer is not approved by another', async () => {
    const exempt = await ExemptTpp.after(shop);
    const { authorizationId } = await exempt.created(payment('5.00'));
    const ville = { username: 'ville', password: 'ville-salasana' };
    await assert.rejects(shop.sendCustomer(authorizationId, ville), CustomerStopped);
    assert.equal((await shop.readAuthorization(await shop.clientToken(), authorizationId)).status, 'Unauthorized');
    await shop.userTokens(authorizationId);
  });
});
