import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegisteredClient, RegistrationAnswer, RegistrationCheck, RegistrationErrorBody } from '@lupa/protocol';
import { openBankOutsideTheSandbox } from './support/bank-outside-the-sandbox.ts';
import { type Answer, callHttps, jsonOf } from './support/https-call.ts';
import { RegisteringTpp, registered } from './support/registering-tpp.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import { TestTpp } from './support/test-tpp.ts';
import { newKey, pemOf } from './support/tpp-identity.ts';

const CLIENT_CREDENTIALS = { grant_type: 'client_credentials', scope: 'payments' };

function assertRefused(answer: Answer, check: RegistrationCheck, status = 400): RegistrationErrorBody {
  const body = jsonOf<RegistrationErrorBody>(answer);
  assert.deepEqual([body.check, answer.status], [check, status], body.error_description);
  assert.equal(answer.headers['cache-control'], 'no-store');
  return body;
}

function ok<Body>(answer: Answer, status = 200): Body {
  assert.equal(answer.status, status, answer.bytes.toString());
  return jsonOf<Body>(answer);
}

describe('a TPP that registers itself', () => {
  let bank: TestSandbox;
  before(async () => {
    bank = await startTestSandbox();
  });
  after(() => bank.close());

  /** A TPP that is registered, with its calls. */
  async function client() {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    const answer = await registered(tpp);
    return { tpp, answer, calls: await bank.tppOf(tpp.identity(answer)) };
  }

  /** What RFC 7592 wants sent back, with changes. */
  const whole = ({ client_id, client_name, redirect_uris, grant_types, jwks_endpoint }: RegisteredClient) => ({
    ...{ client_id, client_name, redirect_uris, grant_types, jwks_endpoint },
  });

  test('is found by discovery, and pays', async () => {
    const discovery = await fetch(`${bank.sandbox.authorize}/.well-known/openid-configuration`);
    const { registration_endpoint: endpoint } = (await discovery.json()) as { registration_endpoint: string };
    assert.equal(endpoint, `${bank.sandbox.api}/tpp-registration/register`);
    const { calls } = await client();
    const token = await calls.clientToken();
    const payment = await calls.created(token);
    const user = await calls.userTokens(payment.authorizationId);
    assert.equal((await bank.settledAfter(() => calls.submit(user.access_token, payment.paymentId))).status, 200);
    assert.equal((await calls.readPayment(token, payment.paymentId)).status, 'Completed');
  });

  test('is told all of contract §10, and reads it again without its secrets', async () => {
    const { tpp, answer } = await client();
    const { client_secret, client_secret_expires_at, api_key, ...rest } = answer;
    assert.deepEqual(rest, {
      client_id: answer.client_id,
      client_id_issued_at: answer.client_id_issued_at,
      client_name: 'Testikauppa',
      redirect_uris: ['http://localhost/registered'],
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      software_id: 'test-software',
      scope: 'openid payments',
      jwks_endpoint: tpp.jwksEndpoint,
      jwks_revoked_endpoint: tpp.revokedEndpoint,
      software_roles: ['PIS'],
      registration_client_uri: `${bank.sandbox.api}/tpp-registration/register/${answer.client_id}`,
      registration_access_token: answer.registration_access_token,
    });
    assert.equal(client_secret_expires_at, 0);
    for (const secret of [client_secret, api_key, answer.registration_access_token]) assert.ok(secret.length >= 43);
    const read = await tpp.manage(answer);
    assert.deepEqual(ok(read), rest);
    assert.equal(read.headers['cache-control'], 'no-store');
  });

  test('uses the grants it registered, and no others; who may refresh may pay by exemption', async () => {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    const calls = await bank.tppOf(
      tpp.identity(await registered(tpp, { claims: { grant_types: ['client_credentials'] } })),
    );
    await calls.clientToken();
    const refusals = [
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://localhost/registered' },
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x', scope: 'payments' },
    ];
    for (const fields of refusals) {
      assert.equal(ok<{ error: string }>(await calls.form(fields), 400).error, 'unauthorized_client');
    }
    const { calls: whole } = await client();
    for (const fields of refusals) {
      assert.notEqual(ok<{ error: string }>(await whole.form(fields), 400).error, 'unauthorized_client');
    }
  });

  test('manages its registration with its token and a QWAC of its own, and with nothing less', async () => {
    const [one, other] = [await client(), await client()];
    const { tpp, answer } = one;
    ok(await tpp.manage(answer));
    for (const [method, path] of [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/secret'],
    ] as const) {
      const act = { method, path, ...(method === 'PUT' ? { body: whole(answer) } : {}) };
      await bank.store.unchangedBy(async () => {
        for (const token of [null, 'x', other.answer.registration_access_token, answer.client_secret]) {
          const refused = await tpp.manage(answer, { ...act, token });
          assertRefused(refused, 'registration-token', 401);
          assert.equal(refused.headers['www-authenticate'], 'Bearer error="invalid_token"');
        }
        const elsewhere = { ...answer, registration_client_uri: other.answer.registration_client_uri };
        assertRefused(await tpp.manage(elsewhere, act), 'registration-token', 401);
        const foreign = await tpp.manage(answer, { ...act, tls: other.tpp.tls });
        assertRefused(foreign, 'certificate-organisation', 401);
        const sealed = { cert: await tpp.issue(tpp.sealKey, { type: 'seal' }), key: pemOf(tpp.sealKey) };
        assertRefused(await tpp.manage(answer, { ...act, tls: sealed }), 'certificate', 401);
      }, ['rate_counts', 'revocation_lists']);
    }
  });

  test('a client that the bank registered itself has nothing to manage', async () => {
    const { tpp, answer } = await client();
    const uri = `${bank.sandbox.api}/tpp-registration/register/${bank.tpp.identity.clientId}`;
    assertRefused(await tpp.manage({ ...answer, registration_client_uri: uri }), 'registration-token', 401);
    assertRefused(await tpp.manage({ ...answer, registration_client_uri: `${uri}x` }), 'registration-token', 401);
  });

  test('changes its redirect URIs: the new one is good at once, the old one no more', async () => {
    const { tpp, answer, calls } = await client();
    const { authorizationId } = await calls.created(await calls.clientToken());
    const redirectUri = 'https://tpp.example/new?bank=lupa';
    const body = { ...whole(answer), client_name: 'Uusi nimi', redirect_uris: [redirectUri] };
    const changed = ok<RegisteredClient>(await tpp.manage(answer, { method: 'PUT', body }));
    assert.deepEqual([changed.client_name, changed.redirect_uris], ['Uusi nimi', [redirectUri]]);
    assert.deepEqual(ok(await tpp.manage(answer)), changed);
    const isShown = async (uri: string) => {
      const url = calls.authorizationUrl(authorizationId, { claims: { redirect_uri: uri } });
      return (await fetch(url, { redirect: 'manual' })).status;
    };
    assert.equal(await isShown('http://localhost/registered'), 400);
    assert.ok([302, 303].includes(await isShown(redirectUri)));
  });

  test('a change that is wrong changes nothing', async () => {
    const { tpp, answer } = await client();
    const right = whole(answer);
    const wrong: readonly [RegistrationCheck, object | string][] = [
      ['request', '{'],
      ['request', { ...right, client_id: randomUUID() }],
      ['request', { ...right, client_name: 'Kauppa\u202e' }],
      ['redirect-uris', { ...right, redirect_uris: ['http://tpp.example'] }],
      ['grant-types', { ...right, grant_types: ['password'] }],
      ['request', { ...right, client_secret: 'x' }],
      ['request', { ...right, registration_access_token: answer.registration_access_token }],
      ['request', { ...right, software_id: 'another' }],
      ['key-set', { ...right, jwks_endpoint: 'https://127.0.0.1/jwks' }],
      ['key-set', { ...right, jwks_endpoint: `${tpp.jwksEndpoint}x` }],
    ];
    await bank.store.unchangedBy(async () => {
      for (const [check, body] of wrong) assertRefused(await tpp.manage(answer, { method: 'PUT', body }), check);
    }, ['rate_counts']);
    ok(await tpp.manage(answer, { method: 'PUT', body: { ...right, software_id: 'test-software' } }));
  });

  test('moves its key set, to one that is judged as at registration', async () => {
    const { tpp, answer } = await client();
    const elsewhere = await RegisteringTpp.of(bank.sandbox);
    const put = (jwks_endpoint: string) =>
      tpp.manage(answer, { method: 'PUT', body: { ...whole(answer), jwks_endpoint } });
    await elsewhere.publish();
    assertRefused(await put(elsewhere.jwksEndpoint), 'key-certificates');
    await elsewhere.publish([{ ...tpp.keys[1], kid: 'moved' }]);
    ok(await put(elsewhere.jwksEndpoint));
    const calls = await bank.tppOf({ ...tpp.identity(answer), signer: { ...tpp.sealSigner, kid: 'moved' } });
    await calls.created(await calls.clientToken());
  });

  test('presents a renewed QWAC: from then on it is the registered one, and another organisation’s never is', async () => {
    const { tpp, answer, calls } = await client();
    const key = newKey();
    const tls = { cert: await tpp.issue(key), key: pemOf(key) };
    const renewed = await bank.tppOf({ ...tpp.identity(answer), tls: { ...tls, ca: tpp.ca } });
    assert.equal((await renewed.form(CLIENT_CREDENTIALS)).status, 401);
    const token = await calls.clientToken();
    ok(await tpp.manage(answer, { tls }));
    assert.equal((await renewed.form(CLIENT_CREDENTIALS)).status, 401, 'reading changes nothing');
    ok(await tpp.manage(answer, { method: 'PUT', body: whole(answer), tls }));
    await renewed.clientToken();
    assert.equal((await calls.form(CLIENT_CREDENTIALS)).status, 401);
    // What was issued to the old one ends in its own time.
    await calls.created(token);
  });

  test('gets a new secret: the old one goes on until the new one is first used, or for ten minutes', async () => {
    const { tpp, answer, calls } = await client();
    const rotate = async () => {
      const rotated = await tpp.manage(answer, { method: 'POST', path: '/secret' });
      return ok<Pick<RegistrationAnswer, 'client_id' | 'client_secret'>>(rotated).client_secret;
    };
    const status = async (client_secret: string) => (await calls.form({ ...CLIENT_CREDENTIALS, client_secret })).status;
    const first = answer.client_secret;
    const lost = await rotate();
    assert.equal(await status(first), 200);
    const second = await rotate();
    assert.deepEqual([await status(lost), await status(first)], [401, 200], 'what nobody has used is nobody’s');
    assert.deepEqual([await status(second), await status(first), await status(second)], [200, 401, 200]);
    const third = await rotate();
    assert.equal(await status(second), 200);
    try {
      bank.clock.aheadMs = 599_000;
      assert.equal(await status(second), 200);
      bank.clock.aheadMs = 601_000;
      assert.equal(await status(second), 401);
      assert.equal(await status(third), 200);
    } finally {
      bank.clock.aheadMs = 0;
    }
  });

  test('rotates its keys without a pause, and without telling the bank', async () => {
    const { tpp, answer, calls } = await client();
    const token = await calls.clientToken();
    const key = newKey();
    const next = tpp.jwk('next', key, await tpp.issue(key, { type: 'seal' }));
    const rotated = await bank.tppOf({ ...tpp.identity(answer), signer: { kid: 'next', alg: 'ES256', key } });
    try {
      await tpp.publish([...tpp.keys, next]);
      bank.clock.aheadMs = 61_000;
      const answers = await Promise.all([rotated.create(token), calls.create(token), rotated.create(token)]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 201, 201],
      );
      // The old key goes; a quarter of an hour later it is none any more.
      await tpp.publish([next], [{ kid: 'seal' }]);
      bank.clock.aheadMs = 900_000;
      assert.equal((await rotated.create(token)).status, 201);
      while ((await calls.create(token)).status === 201) await sleep(50);
      assert.equal((await calls.create(token)).status, 400);
      // Somebody else's key in its set signs nothing.
      const foreignKey = newKey();
      const cert = await tpp.issue(foreignKey, { type: 'seal', organizationIdentifier: 'PSDFI-FINFSA-1' });
      await tpp.publish([next, tpp.jwk('foreign', foreignKey, cert)]);
      bank.clock.aheadMs = 1_000_000;
      const foreign = await bank.tppOf({
        ...tpp.identity(answer),
        signer: { kid: 'foreign', alg: 'ES256', key: foreignKey },
      });
      const refused = await foreign.create(token);
      assert.equal(refused.status, 400);
      assert.match(refused.bytes.toString(), /organisation|organization/i);
      assert.equal((await rotated.create(token)).status, 201);
    } finally {
      bank.clock.aheadMs = 0;
    }
  });

  test('deletes itself: every token ends at once, what was submitted is booked', async () => {
    const { tpp, answer, calls } = await client();
    const token = await calls.clientToken();
    const payment = await calls.created(token);
    const user = await calls.userTokens(payment.authorizationId);
    const waiting = await calls.created(token);
    const [submitted, deleted] = await Promise.all([
      calls.submit(user.access_token, payment.paymentId),
      sleep(5).then(() => tpp.manage(answer, { method: 'DELETE' })),
    ]);
    assert.equal(deleted.status, 204);
    assert.equal(deleted.bytes.length, 0);
    assert.ok([200, 401].includes(submitted.status), submitted.bytes.toString());
    await bank.settledAfter(async () => {});
    const [row] = await bank.store.query<{ status: string }>(
      `SELECT status FROM submissions WHERE payment_id = '${payment.paymentId}'`,
    );
    assert.equal(row?.status, submitted.status === 200 ? 'Submitted' : undefined);
    for (const late of [token, user.access_token]) {
      assert.equal((await calls.call({ path: `/sepa-payments/${waiting.paymentId}`, token: late })).status, 401);
    }
    for (const fields of [CLIENT_CREDENTIALS, { grant_type: 'refresh_token', refresh_token: user.refresh_token }]) {
      assert.equal((await calls.form(fields)).status, 401);
    }
    const url = calls.authorizationUrl(waiting.authorizationId);
    assert.equal((await fetch(url, { redirect: 'manual' })).status, 400);
    for (const method of ['GET', 'DELETE']) {
      assertRefused(await tpp.manage(answer, { method }), 'registration-token', 401);
    }
    const put = await tpp.manage(answer, { method: 'PUT', body: whole(answer) });
    assertRefused(put, 'registration-token', 401);
    // Another client of the same organisation is another client.
    assert.equal((await tpp.register()).status, 201);
  });

  test('may have twenty applications, and one more for one that is deleted', async () => {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    const answers = [await registered(tpp)];
    for (let count = 1; count < 20; count += 1) {
      answers.push(ok<RegistrationAnswer>(await tpp.send(tpp.body()), 201));
    }
    const [first] = answers;
    await bank.store.unchangedBy(async () => assertRefused(await tpp.register(), 'limit'), ['rate_counts']);
    assert.equal((await tpp.manage(first ?? assert.fail(), { method: 'DELETE' })).status, 204);
    await registered(tpp);
    assertRefused(await tpp.register(), 'limit');
  });

  test('is told to wait when its organisation tries too often, and nobody else is', async () => {
    const [tpp, other] = [await RegisteringTpp.of(bank.sandbox), await RegisteringTpp.of(bank.sandbox)];
    const minute = () => Math.floor((Date.now() + bank.clock.aheadMs) / 60_000);
    // A fresh minute, so that no test of its own clock runs into the next.
    bank.clock.aheadMs = 60_000 - (Date.now() % 60_000);
    const began = minute();
    let answer = await tpp.send('x');
    while (jsonOf<RegistrationErrorBody>(answer).check !== 'rate' && minute() === began) answer = await tpp.send('x');
    assertRefused(answer, 'rate', 429);
    assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
    assertRefused(await other.send('x'), 'registration-jwt');
    bank.clock.aheadMs += 60_000;
    assertRefused(await tpp.send('x'), 'registration-jwt');
    bank.clock.aheadMs = 0;
  });

  test('finds nothing at any other address', async () => {
    const { tpp, answer } = await client();
    for (const [method, path] of [
      ['GET', `${bank.sandbox.api}/tpp-registration/register`],
      ['PATCH', answer.registration_client_uri],
      ['GET', `${answer.registration_client_uri}/secret`],
      ['GET', `${bank.sandbox.api}/tpp-registration/`],
    ] as const) {
      const call = await callHttps({ url: path, method, tls: { ...tpp.tls, ca: tpp.ca } });
      assert.ok([404, 405].includes(call.status), `${method} ${path}: ${call.status}`);
    }
    const onAuthorize = await fetch(`${bank.sandbox.authorize}/tpp-registration/register`, { method: 'POST' });
    assert.equal(onAuthorize.status, 404);
  });

  test('in a bank outside the sandbox only with a developer key that bank gave out, and where it registers at all', async () => {
    const tpp = await RegisteringTpp.of(bank.sandbox);
    const exceptions = [{ origin: bank.sandbox.authorize, pathPrefix: '/psd2-sandbox-tpp-generator/jwks/' }];
    const digest = createHash('sha256').update('portal-key').digest('hex');
    const outside = await openBankOutsideTheSandbox(bank, {
      registration: { developerKeys: [digest], audience: 'https://bank.example', exceptions },
    });
    const silent = await openBankOutsideTheSandbox(bank);
    try {
      await tpp.publish();
      const send = (key: string, audience = 'https://bank.example') => {
        const url = `${outside.tpp.bank.api}/tpp-registration/register`;
        const headers = { 'x-api-key': key };
        const body = tpp.body({ claims: { aud: audience } });
        return callHttps({ url, method: 'POST', headers, body, tls: { ...tpp.tls, ca: tpp.ca } });
      };
      assertRefused(await send('developer'), 'developer-key', 401);
      assertRefused(await send('portal-key', 'https://op.fi/'), 'registration-audience');
      const answer = ok<RegistrationAnswer>(await send('portal-key'), 201);
      const { client_id: clientId } = answer;

      // Two processes of one bank: what one of them deletes ends in the other at once, or within seconds.
      const calls = await TestTpp.of(tpp.identity(answer), outside.tpp.bank);
      const token = await calls.clientToken();
      const payment = await calls.created(token);
      const here = { ...answer, registration_client_uri: `${bank.sandbox.api}/tpp-registration/register/${clientId}` };
      assert.equal((await tpp.manage(here, { method: 'DELETE' })).status, 204);
      assert.equal((await calls.call({ path: `/sepa-payments/${payment.paymentId}`, token })).status, 401);
      while ((await calls.form(CLIENT_CREDENTIALS)).status === 200) await sleep(200);
      calls.close();

      const url = `${silent.tpp.bank.api}/tpp-registration/register`;
      const call = await callHttps({ url, method: 'POST', body: 'x', tls: { ...tpp.tls, ca: tpp.ca } });
      assert.equal(call.status, 404);
      const discovery = await fetch(`${silent.tpp.bank.authorize}/.well-known/openid-configuration`);
      assert.equal('registration_endpoint' in ((await discovery.json()) as object), false);
    } finally {
      await outside.close();
      await silent.close();
    }
  });
});
