import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type Answer, callHttps, jsonOf } from '../support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import type { TestTpp, Tokens } from '../support/test-tpp.ts';
import { registerAnotherTpp } from '../support/tpp-identity.ts';

/** What may be purged as expired when the bank's clock is set ahead. */
const PURGED = ['token_artifacts', 'access_tokens'];

describe('token requests that must give nothing', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let another: TestTpp;
  /** The demo TPP's secrets over the other TPP's certificate. */
  let impostor: TestTpp;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    impostor = await bank.tppOf({ ...tpp.identity, tls: another.identity.tls });
  });
  after(() => bank.close());

  const CLIENT_CREDENTIALS = { grant_type: 'client_credentials', scope: 'payments' };

  function assertOauthError(answer: Answer, status: number, error: string): void {
    const body = jsonOf<{ error: string; error_description?: string }>(answer);
    assert.deepEqual({ status: answer.status, error: body.error }, { status, error }, answer.bytes.toString());
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.deepEqual(
      Object.keys(body).filter((name) => !['error', 'error_description'].includes(name)),
      [],
    );
  }

  async function approvedCode(): Promise<string> {
    const { authorizationId } = await tpp.created(await tpp.clientToken());
    return tpp.approvedCode(authorizationId);
  }

  test('a wrong, an empty and a missing secret are 401 invalid_client', async () => {
    for (const secret of ['wrong', '', `${tpp.identity.clientSecret}x`, tpp.identity.clientSecret.slice(0, -1)]) {
      const answer = await bank.store.unchangedBy(() => tpp.form({ ...CLIENT_CREDENTIALS, client_secret: secret }));
      assertOauthError(answer, 401, 'invalid_client');
    }
    const { clientId, tls } = tpp.identity;
    const body = new URLSearchParams({ ...CLIENT_CREDENTIALS, client_id: clientId }).toString();
    const url = `${bank.sandbox.api}/oauth/token`;
    assertOauthError(
      await bank.store.unchangedBy(() => callHttps({ url, method: 'POST', tls, body })),
      401,
      'invalid_client',
    );
  });

  test("the right secret over another TPP's certificate is 401 invalid_client, and so is the right certificate with another's secret", async () => {
    assertOauthError(await bank.store.unchangedBy(() => impostor.form(CLIENT_CREDENTIALS)), 401, 'invalid_client');
    const mixed = { ...CLIENT_CREDENTIALS, client_secret: another.identity.clientSecret };
    assertOauthError(await bank.store.unchangedBy(() => tpp.form(mixed)), 401, 'invalid_client');
  });

  test('the secret in a Basic header, repeated or for an unknown client is 401 invalid_client', async () => {
    const { clientId, clientSecret, tls } = tpp.identity;
    const call = (body: string, headers: Record<string, string> = {}) =>
      bank.store.unchangedBy(() =>
        callHttps({ url: `${bank.sandbox.api}/oauth/token`, method: 'POST', tls, headers, body }),
      );
    const grant = 'grant_type=client_credentials&scope=payments';
    const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
    assertOauthError(await call(grant, basic), 401, 'invalid_client');
    const twice = `${grant}&client_id=${clientId}&client_secret=${clientSecret}&client_secret=${clientSecret}`;
    assertOauthError(await call(twice), 401, 'invalid_client');
    assertOauthError(await call(`${grant}&client_id=nobody&client_secret=${clientSecret}`), 401, 'invalid_client');
  });

  test('an unknown grant type, an unknown scope and a body that is no form are refused as JSON', async () => {
    const ask = (fields: Record<string, string>) => bank.store.unchangedBy(() => tpp.form(fields));
    assertOauthError(await ask({ grant_type: 'password' }), 400, 'unsupported_grant_type');
    assertOauthError(await ask({ grant_type: 'client_credentials', scope: 'accounts' }), 400, 'invalid_scope');
    const { tls } = tpp.identity;
    const url = `${bank.sandbox.api}/oauth/token`;
    const body = JSON.stringify({ ...CLIENT_CREDENTIALS, client_id: tpp.identity.clientId });
    const headers = { accept: 'text/html', 'content-type': 'application/json' };
    const answer = await bank.store.unchangedBy(() => callHttps({ url, method: 'POST', tls, headers, body }));
    assertOauthError(answer, 401, 'invalid_client');
  });

  describe('a form up to 56 KiB is read, and of each larger one it is said how large it may be', () => {
    const MOST = 56 * 1024;
    for (const [path, fields] of [
      ['/oauth/token', CLIENT_CREDENTIALS],
      ['/oauth/introspect', { token: 'unknown' }],
      ['/oauth/revoke', { token: 'unknown' }],
    ] as const) {
      for (const [how, headers] of [
        ['its length told', {}],
        ['in chunks', { 'transfer-encoding': 'chunked' }],
      ] as const) {
        test(`at ${path}, ${how}`, async () => {
          const { clientId, clientSecret, tls } = tpp.identity;
          const form = new URLSearchParams({ ...fields, client_id: clientId, client_secret: clientSecret });
          const ask = (bytes: number) => {
            const body = `${form}&padding=`.padEnd(bytes, 'x');
            return callHttps({ url: `${bank.sandbox.api}${path}`, method: 'POST', tls, headers, body });
          };
          assert.equal((await ask(MOST)).status, 200);
          for (const bytes of [MOST + 1, 64 * 1024, 64 * 1024 + 1, 300_000]) {
            const answer = await bank.store.unchangedBy(() => ask(bytes));
            assertOauthError(answer, 400, 'invalid_request');
            assert.match(
              jsonOf<{ error_description: string }>(answer).error_description,
              /^The body is larger than 56 KiB; .* nothing was done\. Send .* of at most 56 KiB\.$/,
            );
            assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
          }
        });
      }
    }
  });

  test('a code nobody gave is 400 invalid_grant', async () => {
    for (const code of ['wpj94iuZRzFvmHHpIFba7b1QiZweXm', randomUUID(), "' OR 1=1 --"]) {
      assertOauthError(await bank.store.unchangedBy(() => tpp.exchange(code)), 400, 'invalid_grant');
    }
  });

  test('a code works within 60 seconds and not after', async () => {
    const inTime = await approvedCode();
    bank.clock.aheadMs = 55_000;
    assert.equal((await tpp.exchange(inTime)).status, 200);
    bank.clock.aheadMs = 0;
    const late = await approvedCode();
    bank.clock.aheadMs = 61_000;
    assertOauthError(await bank.store.unchangedBy(() => tpp.exchange(late), PURGED), 400, 'invalid_grant');
    bank.clock.aheadMs = 0;
  });

  test("another TPP's code is 400 invalid_grant, and stays good for the one it was given to", async () => {
    const code = await approvedCode();
    const stolen = await bank.store.unchangedBy(() =>
      another.exchange(code, { redirect_uri: tpp.identity.redirectUri }),
    );
    assertOauthError(stolen, 400, 'invalid_grant');
    assertOauthError(await bank.store.unchangedBy(() => impostor.exchange(code)), 401, 'invalid_client');
    assert.equal((await tpp.exchange(code)).status, 200);
  });

  test('a code with another redirect_uri, or with none, is 400', async () => {
    const code = await approvedCode();
    for (const uri of [
      'http://localhost:8181',
      'http://localhost/callback/',
      'https://localhost:8181/oauth/access_token',
    ]) {
      const answer = await bank.store.unchangedBy(() => tpp.exchange(code, { redirect_uri: uri }));
      assertOauthError(answer, 400, 'invalid_grant');
    }
    const without = await bank.store.unchangedBy(() => tpp.form({ grant_type: 'authorization_code', code }));
    assertOauthError(without, 400, 'invalid_request');
    assert.equal((await tpp.exchange(code)).status, 200);
  });

  test('a code given in again is 400 invalid_grant, and what it gave is revoked', async () => {
    const payment = await tpp.created(await tpp.clientToken());
    const code = await tpp.approvedCode(payment.authorizationId);
    const tokens = jsonOf<Tokens>(await tpp.exchange(code));
    assert.equal((await tpp.call({ path: `/payments/${payment.paymentId}`, token: tokens.access_token })).status, 200);
    // The revocation is done, and written down in the authorization's chain of audit events.
    const tables = ['token_artifacts', 'access_tokens', 'audit_events', 'authorizations'];
    const again = await bank.store.unchangedBy(() => tpp.exchange(code), tables);
    assertOauthError(again, 400, 'invalid_grant');
    assert.equal((await tpp.submit(tokens.access_token, payment.paymentId)).status, 401);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    assertOauthError(await bank.store.unchangedBy(() => tpp.form(refresh)), 400, 'invalid_grant');
  });

  test('of twenty redemptions of one code at once at most one gives tokens, and these are revoked', async () => {
    const payment = await tpp.created(await tpp.clientToken());
    const code = await tpp.approvedCode(payment.authorizationId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => tpp.exchange(code)));
    const given = answers.filter(({ status }) => status === 200).map((answer) => jsonOf<Tokens>(answer));
    assert.ok(given.length <= 1, `${given.length} of them gave tokens`);
    for (const answer of answers.filter(({ status }) => status !== 200)) assertOauthError(answer, 400, 'invalid_grant');
    for (const { access_token: token } of given) {
      assert.equal((await tpp.submit(token, payment.paymentId)).status, 401);
    }
    assert.equal((await tpp.readPayment(await tpp.clientToken(), payment.paymentId)).status, 'Authorized');
  });

  test("another TPP's refresh token is 400 invalid_grant, and stays good for its owner", async () => {
    const { authorizationId } = await tpp.created(await tpp.clientToken());
    const tokens = await tpp.userTokens(authorizationId);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    assertOauthError(await bank.store.unchangedBy(() => another.form(refresh)), 400, 'invalid_grant');
    assertOauthError(await bank.store.unchangedBy(() => impostor.form(refresh)), 401, 'invalid_client');
    const wider = { ...refresh, scope: 'openid payments accounts' };
    assertOauthError(await bank.store.unchangedBy(() => tpp.form(wider)), 400, 'invalid_scope');
    assert.equal((await tpp.form(refresh)).status, 200);
  });

  test('a TPP learns nothing of the tokens of another by introspection, and cannot revoke them', async () => {
    const token = await tpp.clientToken();
    const known = await bank.store.unchangedBy(() => tpp.form({ token }, '/oauth/introspect'));
    assert.equal(jsonOf<{ active: boolean }>(known).active, true);
    const foreign = await bank.store.unchangedBy(() => another.form({ token }, '/oauth/introspect'));
    assert.deepEqual(jsonOf(foreign), { active: false });
    await bank.store.unchangedBy(() => another.form({ token }, '/oauth/revoke'));
    const { authorizationId } = await tpp.created(token);
    assert.ok(authorizationId);
  });
});
