import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { EXEMPTION_REFUSALS } from '@lupa/protocol';
import { AINO, AINO_SAVINGS, assertInvalidGrant, ExemptTpp, payment, VILLE } from '../flow/support/exempt-tpp.ts';
import { jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, type TestTpp, type Tokens } from '../flow/support/test-tpp.ts';
import { registerAnotherTpp } from '../flow/support/tpp-identity.ts';
import { type ContractBank, openContractBank } from './support/contract-bank.ts';

describe('contract §9, exemption flow', () => {
  let bank: ContractBank;
  let tpp: TestTpp;
  let other: TestTpp;

  before(async () => {
    bank = await openContractBank();
    tpp = bank.tpp;
    other = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
  });
  after(() => bank.close());

  /** A strong authentication, which starts the count anew, and step 1. */
  const authenticated = (by: TestTpp = tpp) => ExemptTpp.after(by);

  describe('the steps', () => {
    let exempt: ExemptTpp;
    before(async () => {
      exempt = await authenticated();
    });

    test('1: "refresh_token grant with scope=payments → token E1, which stands for the customer of the earlier SCA"', async () => {
      const fields = { grant_type: 'refresh_token', refresh_token: exempt.refreshToken, scope: 'payments' };
      const { access_token, refresh_token, ...rest } = await bank.json<Tokens>(tpp.form(fields));
      assert.ok(access_token && refresh_token);
      assert.deepEqual(rest, { scope: 'payments', token_type: 'bearer', expires_in: 3600 });
      assert.equal((await tpp.create(access_token, payment('1.00'))).status, 201);
      assertRefused(
        await tpp.create(access_token, payment('1.00', { payer: VILLE })),
        ...([400, 'VALIDATION', 'InvalidValue payer.iban'] as const),
      );
      exempt = await authenticated();
    });

    test('2: the payment is created "with E1, signed"', async () => {
      assert.equal((await exempt.created(payment('1.00'))).status, 'Unauthorized');
      const unsigned = await tpp.create(exempt.customerToken, payment('1.00'), { 'x-jws-signature': undefined });
      assertRefused(unsigned, 400, 'SECURITY');
    });

    const refusedBody = async (change: object, ...violations: readonly string[]) =>
      void assertRefused(
        await tpp.create(exempt.customerToken, { ...payment('1.00'), ...change }),
        ...([400, 'VALIDATION'] as const),
        ...violations,
      );

    test('2: "One payment per authorization"', async () => {
      const { authorizationId } = await exempt.created(payment('1.00'));
      await refusedBody({ authorizationId }, 'InvalidValue authorizationId');
      const joining = await tpp.create(bank.token, { ...payment('1.00'), authorizationId });
      assertRefused(joining, 409, 'BUSINESS', 'IllegalState ');
    });

    test('2: "SEPA only"', async () => {
      const call = { method: 'POST', path: '/foreign-payments', body: '{}', token: exempt.customerToken };
      assertRefused(await tpp.call(call), 403, 'SECURITY');
    });

    test('2: "count 1"', async () => {
      await refusedBody({ count: 2 }, 'Max count');
      assert.equal((await tpp.create(exempt.customerToken, { ...payment('1.00'), count: 1 })).status, 201);
    });

    test('2: "payer.iban required and owned by that customer"', async () => {
      await refusedBody({ payer: undefined }, 'Required payer.iban');
      await refusedBody({ payer: { iban: VILLE } }, 'InvalidValue payer.iban');
    });

    /** The JWT with these claims is refused in these words; with the right ones it would be granted. */
    async function refusedJwt(claims: object, why: string): Promise<void> {
      const { authorizationId } = await exempt.created(payment('0.01'));
      assertInvalidGrant(await exempt.ask(exempt.assertion(authorizationId, { ...claims })), why);
    }

    test('3: "response_type token, scope payments, acr.values exactly urn:openbanking:psd2:ca"', async () => {
      await refusedJwt({ response_type: 'code' }, 'response_type is not token');
      await refusedJwt({ scope: 'openid payments' }, 'scope is not payments');
      const { authorizationId } = await exempt.created(payment('0.01'));
      const wanted = { value: authorizationId, essential: true };
      for (const values of [
        ['urn:openbanking:psd2:sca'],
        ['urn:openbanking:psd2:ca', 'urn:openbanking:psd2:sca'],
        [],
      ]) {
        const idToken = { authorizationId: wanted, acr: { essential: true, values } };
        const claims = { userinfo: { authorizationId: wanted }, id_token: idToken };
        const answer = await exempt.ask(exempt.assertion(authorizationId, { claims }));
        assert.deepEqual([answer.status, jsonOf<{ error: string }>(answer).error], [400, 'invalid_grant']);
      }
      assert.equal((await exempt.ask(exempt.assertion(authorizationId))).status, 200);
    });

    test('3: "exp and iat are optional here but checked where present"', async () => {
      const { authorizationId } = await exempt.created(payment('0.01'));
      const now = Math.floor(Date.now() / 1000);
      await refusedJwt({ exp: now - 1, iat: now - 100 }, 'the request object has expired');
      await refusedJwt({ exp: undefined, iat: now + 600 }, 'iat lies in the future');
      const without = exempt.assertion(authorizationId, { exp: undefined, iat: undefined });
      assert.equal((await exempt.ask(without)).status, 200);
    });

    test('3: "state and nonce required"', async () => {
      await refusedJwt({ state: undefined }, 'state is missing or not a string');
      await refusedJwt({ nonce: undefined }, 'nonce is missing or not a string');
    });

    test('3: "the nonce single-use"', async () => {
      exempt = await authenticated();
      const nonce = randomUUID();
      const { authorizationId } = await exempt.created(payment('0.01'));
      assert.equal((await exempt.ask(exempt.assertion(authorizationId, { nonce }))).status, 200);
      await refusedJwt({ nonce }, 'nonce was used before');
    });

    test('4 and 5: "jwt-bearer grant with it → token E2", "PUT …/submissions/{id} with E2"', async () => {
      const { payment: granted, token } = await exempt.granted(payment('1.00'));
      assert.equal((await tpp.submit(token, granted.paymentId, '1')).status, 200);
      assert.equal(await bank.settled(granted.paymentId, '1', token), 'Submitted');
      assert.equal((await tpp.readAuthorization(bank.token, granted.authorizationId)).status, 'Completed');
    });

    test('E2 reads and submits "the one payment of its authorizationId", and comes without a refresh token', async () => {
      const { authorizationId } = await exempt.created(payment('1.00'));
      const { access_token: token, ...rest } = await bank.json<Tokens>(exempt.ask(exempt.assertion(authorizationId)));
      assert.deepEqual(rest, { token_type: 'bearer', expires_in: 3600, scope: 'payments' });
      const another = await exempt.created(payment('1.00'));
      assertRefused(await tpp.submit(token, another.paymentId), 404, 'VALIDATION');
      assertRefused(await tpp.create(token, payment('1.00')), 403, 'SECURITY');
    });
  });

  describe('granted when', () => {
    test('"amount < 30.00 EUR"', async () => {
      const exempt = await authenticated();
      await exempt.refused(payment('30.00'), EXEMPTION_REFUSALS.amount);
      await exempt.granted(payment('29.99'));
    });

    test('"fewer than 5 exemption payments since that customer\'s last SCA"', async () => {
      const exempt = await authenticated();
      for (let nth = 1; nth <= 5; nth += 1) await exempt.granted(payment('0.01'));
      await exempt.refused(payment('0.01'), EXEMPTION_REFUSALS.count);
    });

    test('"their sum since then, this one included, < 100.00 EUR"', async () => {
      const exempt = await authenticated();
      for (let nth = 1; nth <= 3; nth += 1) await exempt.granted(payment('29.99'));
      await exempt.refused(payment('10.03'), EXEMPTION_REFUSALS.sum);
      await exempt.granted(payment('10.02'));
    });

    test('"or payee and payer are both accounts of that customer in this bank", whatever the amount', async () => {
      const exempt = await authenticated();
      await exempt.granted(payment('100.00', { payer: AINO, payee: AINO_SAVINGS }));
      await exempt.refused(payment('100.00', { payer: AINO, payee: VILLE }), EXEMPTION_REFUSALS.amount);
    });

    test('"the refresh token\'s SCA is still valid": not once what it authorized was revoked', async () => {
      const first = await tpp.created(bank.token, payment('1.00'));
      const tokens = await tpp.userTokens(first.authorizationId);
      const refreshing = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, scope: 'payments' };
      const { access_token: e1 } = await bank.json<Tokens>(tpp.form(refreshing));
      const exempt = await authenticated();
      const { authorizationId } = jsonOf<{ authorizationId: string }>(await tpp.create(e1, payment('1.00')));
      const path = `/authorizations/${first.authorizationId}`;
      assert.equal((await tpp.call({ method: 'DELETE', path, token: bank.token })).status, 200);
      assertInvalidGrant(await exempt.ask(exempt.assertion(authorizationId)), EXEMPTION_REFUSALS['sca-not-valid']);
    });
  });

  test('"Counted per customer over all TPPs"', async () => {
    const [one, another] = [await authenticated(tpp), await authenticated(other)];
    for (const exempt of [one, another, one, another, one]) await exempt.granted(payment('0.01'));
    await another.refused(payment('0.01'), EXEMPTION_REFUSALS.count);
  });

  test('"an SCA (any TPP\'s) starts the count anew"', async () => {
    const exempt = await authenticated();
    for (let nth = 1; nth <= 5; nth += 1) await exempt.granted(payment('0.01'));
    await authenticated(other);
    await exempt.granted(payment('0.01'));
  });

  test('"a granted exemption is reserved the moment it is granted": of ten at once five are', async () => {
    const exempt = await authenticated();
    const created = await Promise.all(Array.from({ length: 10 }, () => exempt.created(payment('0.01'))));
    const answers = await Promise.all(
      created.map(({ authorizationId }) => exempt.ask(exempt.assertion(authorizationId))),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 5);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      assertInvalidGrant(answer, EXEMPTION_REFUSALS.count);
    }
  });

  test('"and given back if its payment is revoked"', async () => {
    const exempt = await authenticated();
    const granted = [];
    for (let nth = 1; nth <= 5; nth += 1) granted.push((await exempt.granted(payment('0.01'))).payment);
    const path = `/authorizations/${granted[0]?.authorizationId}`;
    assert.equal((await tpp.call({ method: 'DELETE', path, token: bank.token })).status, 200);
    await exempt.granted(payment('0.01'));
    await exempt.refused(payment('0.01'), EXEMPTION_REFUSALS.count);
  });

  test('"or finally rejected"', async () => {
    const exempt = await authenticated();
    const granted = [];
    for (let nth = 1; nth <= 5; nth += 1) granted.push(await exempt.granted(payment('0.01')));
    const [first] = granted;
    const put = { method: 'PUT', path: `/sepa-payments/${first?.payment.paymentId}/submissions/1` };
    const headers = { 'x-sandbox-scenario': 'PaymentFail' };
    assertRefused(
      await tpp.call({ ...put, token: first?.token ?? '', headers }),
      ...([422, 'BUSINESS', 'PaymentFail '] as const),
    );
    await exempt.granted(payment('0.01'));
    await exempt.refused(payment('0.01'), EXEMPTION_REFUSALS.count);
  });

  test('"Own-account transfers do not count"', async () => {
    const exempt = await authenticated();
    const own = { payer: AINO_SAVINGS, payee: AINO };
    for (let nth = 1; nth <= 6; nth += 1) await exempt.granted(payment('29.99', own));
    for (let nth = 1; nth <= 5; nth += 1) await exempt.granted(payment('0.01'));
  });

  test('"A refusal is 400 invalid_grant whose description says which condition failed, so that the client falls back to §3"', async () => {
    const exempt = await authenticated();
    const { authorizationId, paymentId } = await exempt.refused(payment('30.00'), EXEMPTION_REFUSALS.amount);
    const { access_token: user } = await tpp.userTokens(authorizationId);
    assert.equal((await tpp.submit(user, paymentId)).status, 200);
  });
});
