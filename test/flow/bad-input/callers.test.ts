import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { SepaPayment } from '@lupa/protocol';
import type { Answer } from '../support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import { assertRefused, type Call, type TestTpp } from '../support/test-tpp.ts';
import { registerAnotherTpp } from '../support/tpp-identity.ts';

describe('callers of the payments API who may not', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let another: TestTpp;
  let token: string;
  let foreignToken: string;
  let payment: SepaPayment;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    token = await tpp.clientToken();
    foreignToken = await another.clientToken();
    payment = await tpp.created(token);
  });
  after(() => bank.close());

  /** Every call there is on this payment, with a token. */
  function calls(paymentId: string, authorizationId: string): readonly Call[] {
    return [
      { path: `/sepa-payments/${paymentId}` },
      { path: `/sepa-payments/${paymentId}?include=submissions` },
      { path: `/payments/${paymentId}` },
      { path: `/sepa-payments/${paymentId}/submissions` },
      { path: `/sepa-payments/${paymentId}/submissions/1` },
      { path: `/authorizations/${authorizationId}` },
      { path: `/authorizations/${authorizationId}?include=payments` },
      { path: `/authorizations/${authorizationId}/payments` },
      { method: 'DELETE', path: `/sepa-payments/${paymentId}` },
      { method: 'DELETE', path: `/authorizations/${authorizationId}` },
    ];
  }

  const unchanged = (who: TestTpp, call: Call) => bank.store.unchangedBy(() => who.call(call));

  function assertUnauthorized(answer: Answer, error: string): void {
    assertRefused(answer, 401, 'SECURITY');
    assert.match(answer.headers['www-authenticate'] ?? '', new RegExp(`^Bearer error="${error}", error_description="`));
  }

  test('without a token, with nonsense and with one that was never given: 401', async () => {
    for (const call of calls(payment.paymentId, payment.authorizationId)) {
      assertUnauthorized(await unchanged(tpp, call), 'invalid_request');
      for (const wrong of ['Axqx362CnSmLABgzqcBasG0pxBj9', 'x', '"', `${token}x`]) {
        assertUnauthorized(await unchanged(tpp, { ...call, token: wrong }), 'invalid_token');
      }
    }
    const { path } = calls(payment.paymentId, payment.authorizationId)[0] ?? assert.fail();
    assertUnauthorized(await unchanged(tpp, { path, headers: { authorization: `Basic ${token}` } }), 'invalid_token');
  });

  test('without an API key, and with an unknown one: 401', async () => {
    for (const call of calls(payment.paymentId, payment.authorizationId)) {
      for (const key of [undefined, '', 'unknown', `${tpp.identity.apiKey} `.repeat(2)]) {
        assertUnauthorized(await unchanged(tpp, { ...call, token, headers: { 'x-api-key': key } }), 'invalid_request');
      }
    }
  });

  test("with another TPP's API key: 403", async () => {
    const headers = { 'x-api-key': another.identity.apiKey };
    for (const call of calls(payment.paymentId, payment.authorizationId)) {
      assertRefused(await unchanged(tpp, { ...call, token, headers }), 403, 'SECURITY');
    }
  });

  test("with its own token and API key over another TPP's certificate: 401", async () => {
    const impostor = await bank.tppOf({ ...tpp.identity, tls: another.identity.tls });
    for (const call of calls(payment.paymentId, payment.authorizationId)) {
      assertUnauthorized(await unchanged(impostor, { ...call, token }), 'invalid_token');
    }
    const created = await bank.store.unchangedBy(() => impostor.create(token));
    assertUnauthorized(created, 'invalid_token');
  });

  test('with an expired token: 401', async () => {
    bank.clock.aheadMs = 86_400_000;
    const call = { path: `/payments/${payment.paymentId}`, token };
    const answer = await bank.store.unchangedBy(() => tpp.call(call), ['access_tokens', 'token_artifacts']);
    bank.clock.aheadMs = 0;
    assertUnauthorized(answer, 'invalid_token');
    token = await tpp.clientToken();
  });

  test('without the role PIS: 403', async () => {
    const roleless = await bank.tppOf(await registerAnotherTpp(bank.sandbox, { roles: ['AIS'] }));
    const its = await roleless.clientToken();
    assertRefused(await bank.store.unchangedBy(() => roleless.create(its)), 403, 'SECURITY');
  });

  test("another TPP's payment and authorization are as unknown as any id: 404, byte for byte", async () => {
    const mine = calls(payment.paymentId, payment.authorizationId);
    const nobodys = calls(randomUUID(), randomUUID());
    for (const [at, call] of mine.entries()) {
      const foreign = await unchanged(another, { ...call, token: foreignToken });
      const unknown = await unchanged(another, { ...(nobodys[at] ?? call), token: foreignToken });
      for (const answer of [foreign, unknown]) assertRefused(answer, 404, 'VALIDATION');
      assert.equal(withoutId(foreign), withoutId(unknown));
      assert.deepEqual(Object.keys(foreign.headers), Object.keys(unknown.headers));
    }
  });

  test("another TPP's bundle cannot be joined, and looks unknown", async () => {
    const join = (authorizationId: string) =>
      bank.store.unchangedBy(() => another.create(foreignToken, { ...PAYMENT, authorizationId }));
    const foreign = await join(payment.authorizationId);
    assertRefused(foreign, 404, 'VALIDATION');
    assert.equal(withoutId(foreign), withoutId(await join(randomUUID())));
  });

  test('an id that can be none is 404 too', async () => {
    for (const id of ['x', '..', '%00', payment.paymentId.toUpperCase(), `${payment.paymentId}0`, 'a'.repeat(300)]) {
      assertRefused(
        await unchanged(tpp, { path: `/sepa-payments/${encodeURIComponent(id)}`, token }),
        404,
        'VALIDATION',
      );
    }
  });

  test("the client's own token cannot submit: 403", async () => {
    const answer = await bank.store.unchangedBy(() => tpp.submit(token, payment.paymentId));
    assertRefused(answer, 403, 'SECURITY');
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer error="insufficient_scope"/);
  });

  test("the customer's token cannot create, delete or revoke (403), nor reach another bundle (404)", async () => {
    const approved = await tpp.created(token);
    const { access_token: user } = await tpp.userTokens(approved.authorizationId);
    const at = `/sepa-payments/${approved.paymentId}`;
    const bundle = `/authorizations/${approved.authorizationId}`;
    assertRefused(await bank.store.unchangedBy(() => tpp.create(user)), 403, 'SECURITY');
    assertRefused(await unchanged(tpp, { method: 'DELETE', path: at, token: user }), 403, 'SECURITY');
    assertRefused(await unchanged(tpp, { method: 'DELETE', path: bundle, token: user }), 403, 'SECURITY');
    const other = await tpp.created(token);
    assertRefused(await unchanged(tpp, { path: `/sepa-payments/${other.paymentId}`, token: user }), 404, 'VALIDATION');
    assertRefused(
      await unchanged(tpp, { path: `/authorizations/${other.authorizationId}`, token: user }),
      404,
      'VALIDATION',
    );
    assertRefused(await bank.store.unchangedBy(() => tpp.submit(user, other.paymentId)), 404, 'VALIDATION');
    assert.equal((await tpp.call({ path: at, token: user })).status, 200);
  });

  test('a token that was revoked is worth nothing at once', async () => {
    const short = await tpp.clientToken();
    assert.equal((await tpp.form({ token: short }, '/oauth/revoke')).status, 200);
    assertUnauthorized(await unchanged(tpp, { path: `/payments/${payment.paymentId}`, token: short }), 'invalid_token');
  });
});

const PAYMENT = { amountEUR: '1.00', payee: { iban: 'FI4950009420028730', name: 'Test_Person' }, message: 'join' };

/** The body without what is other in every answer. */
function withoutId({ bytes, headers }: Answer): string {
  return bytes.toString().replaceAll(String(headers['x-request-id']), '');
}
