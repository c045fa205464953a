import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { signCompactJws } from '@lupa/protocol';
import type { RequestObjectWishes } from '../support/authorization-url.ts';
import { forgedJws, publicKeyAsSecretJws, unsignedJws, withFlippedByte } from '../support/hostile-jws.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import type { TestTpp } from '../support/test-tpp.ts';
import { newKey, registerAnotherTpp } from '../support/tpp-identity.ts';

describe('authorization requests that must not reach the customer', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let another: TestTpp;
  let authorizationId: string;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    ({ authorizationId } = await tpp.created(await tpp.clientToken()));
  });
  after(() => bank.close());

  const open = (url: string) => bank.store.unchangedBy(() => fetch(url, { redirect: 'manual' }));

  /** Asserts that the browser is sent back to the TPP with this error, and that nothing changed. */
  async function assertSentBack(wishes: Partial<RequestObjectWishes>, error: string): Promise<URLSearchParams> {
    const answer = await open(tpp.authorizationUrl(authorizationId, wishes));
    const location = new URL(answer.headers.get('location') ?? 'about:blank');
    assert.equal(answer.status, 303, await answer.text());
    assert.equal(`${location.origin}${location.pathname}`, tpp.identity.redirectUri);
    const isHybrid = (wishes.claims?.response_type ?? wishes.responseType) === 'code id_token';
    const fields = new URLSearchParams(isHybrid ? location.hash.slice(1) : location.search);
    assert.equal(fields.get('error'), error, location.href);
    assert.equal(fields.get('iss'), bank.sandbox.authorize);
    assert.equal(fields.get('code'), null);
    return fields;
  }

  /** Asserts that the browser gets a page and no way to go anywhere. */
  async function assertPage(url: string): Promise<void> {
    const answer = await open(url);
    assert.equal(answer.status, 400);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    for (const name of ['location', 'refresh']) assert.equal(answer.headers.get(name), null);
    const requestId = answer.headers.get('x-request-id') ?? 'none';
    assert.ok((await answer.text()).includes(requestId), 'the page does not show the request id');
  }

  test('alg none is invalid_request_object', async () => {
    await assertSentBack({ sign: (payload) => unsignedJws(tpp.identity.signer, payload) }, 'invalid_request_object');
  });

  test('HS256 with the public key as its secret is invalid_request_object', async () => {
    await assertSentBack(
      { sign: (payload) => publicKeyAsSecretJws(tpp.identity.signer, payload) },
      'invalid_request_object',
    );
  });

  test('an unknown kid, a foreign key under our kid and no kid are invalid_request_object', async () => {
    const { signer } = tpp.identity;
    const sign =
      (header: object, key = signer.key) =>
      (payload: Buffer) =>
        forgedJws(header, payload, key);
    for (const forged of [
      sign({ alg: 'ES256', kid: 'unknown' }),
      sign({ alg: 'ES256', kid: signer.kid }, newKey()),
      sign({ alg: 'ES256', kid: another.identity.signer.kid }, another.identity.signer.key),
      sign({ alg: 'ES256' }),
    ]) {
      await assertSentBack({ sign: forged }, 'invalid_request_object');
    }
  });

  test('b64, crit and a key that comes along in the header are invalid_request_object', async () => {
    const { key, kid } = tpp.identity.signer;
    const stranger = newKey();
    const jwk = { ...stranger.export({ format: 'jwk' }), d: undefined };
    const sign =
      (header: object, signing = key) =>
      (payload: Buffer) =>
        forgedJws({ alg: 'ES256', kid, ...header }, payload, signing);
    await assertSentBack({ sign: sign({ b64: false, crit: ['b64'] }) }, 'invalid_request_object');
    await assertSentBack({ sign: sign({ b64: true }) }, 'invalid_request_object');
    await assertSentBack({ sign: sign({ crit: ['exp'] }) }, 'invalid_request_object');
    await assertSentBack({ sign: sign({ jwk }, stranger) }, 'invalid_request_object');
  });

  test('one flipped bit anywhere is invalid_request_object', async () => {
    const { signer } = tpp.identity;
    const tampered = (part: number) => (payload: Buffer) => {
      const parts = signCompactJws(payload, signer).split('.');
      const bytes = Buffer.from(parts[part] ?? '', 'base64url');
      parts[part] = withFlippedByte(bytes, bytes.length >> 1).toString('base64url');
      return parts.join('.');
    };
    for (const part of [1, 2]) await assertSentBack({ sign: tampered(part) }, 'invalid_request_object');
  });

  test('a payload that names a member twice is invalid_request_object, though signed', async () => {
    const sign = (payload: Buffer) =>
      signCompactJws(Buffer.from(`{"scope":"openid payments",${payload.toString().slice(1)}`), tpp.identity.signer);
    await assertSentBack({ sign }, 'invalid_request_object');
  });

  test('each claim wrong in turn is told by its error', async () => {
    const now = Math.floor(Date.now() / 1000);
    const wanted = (value: string) => ({ value, essential: true });
    const acr = { essential: true, values: ['urn:openbanking:psd2:sca'] };
    const claims = (id: string, other = id) => ({
      userinfo: { authorizationId: wanted(id) },
      id_token: { authorizationId: wanted(other), acr },
    });
    const weak = { essential: true, values: ['urn:openbanking:psd2:ca'] };
    const wrong: [Record<string, unknown>, string][] = [
      [{ aud: 'https://bank.example' }, 'invalid_request_object'],
      [{ aud: undefined }, 'invalid_request_object'],
      [{ iss: 'somebody' }, 'invalid_request_object'],
      [{ client_id: another.identity.clientId, iss: another.identity.clientId }, 'invalid_request_object'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ scope: 'payments' }, 'invalid_scope'],
      [{ scope: 'openid payments accounts' }, 'invalid_scope'],
      [{ state: 'not base64url!' }, 'invalid_request_object'],
      [{ state: undefined }, 'invalid_request_object'],
      [{ nonce: undefined }, 'invalid_request_object'],
      [{ max_age: undefined }, 'invalid_request_object'],
      [{ max_age: '86400' }, 'invalid_request_object'],
      [{ exp: now - 120, iat: now - 900 }, 'invalid_request_object'],
      [{ exp: now + 3601, iat: now - 1 }, 'invalid_request_object'],
      [{ exp: undefined }, 'invalid_request_object'],
      [{ iat: now + 900, exp: now + 1800 }, 'invalid_request_object'],
      [{ claims: undefined }, 'invalid_request_object'],
      [{ claims: claims(randomUUID()) }, 'invalid_request_object'],
      [{ claims: claims(authorizationId, randomUUID()) }, 'invalid_request_object'],
      [
        { claims: { ...claims(authorizationId), id_token: { authorizationId: wanted(authorizationId), acr: weak } } },
        'invalid_request_object',
      ],
    ];
    for (const [change, error] of wrong) {
      const query = typeof change.response_type === 'string' ? { response_type: change.response_type } : {};
      const scope = typeof change.scope === 'string' ? { scope: change.scope } : {};
      const fields = await assertSentBack({ claims: change, query: { ...query, ...scope } }, error);
      assert.ok(fields.get('error_description'), JSON.stringify(change));
    }
  });

  test('a parameter of the URL that differs from the JWT is invalid_request', async () => {
    for (const query of [
      { response_type: 'code id_token' },
      { scope: 'openid' },
      { state: 'other' },
      { nonce: 'other' },
    ]) {
      await assertSentBack({ query }, 'invalid_request');
    }
  });

  test('an error of code id_token comes back in the fragment', async () => {
    await assertSentBack(
      { responseType: 'code id_token', claims: { aud: 'https://bank.example' } },
      'invalid_request_object',
    );
  });

  test("another TPP's authorization and an unknown one are refused in the same words", async () => {
    const foreign = await another.created(await another.clientToken());
    const refusal = async (id: string) => {
      const answer = await open(tpp.authorizationUrl(id));
      const location = new URL(answer.headers.get('location') ?? 'about:blank');
      location.searchParams.delete('state');
      return location.href;
    };
    const unknown = await refusal(randomUUID());
    assert.match(unknown, /error=invalid_request_object/);
    assert.equal(await refusal(foreign.authorizationId), unknown);
  });

  test('an unknown client and an unregistered redirect_uri get a page and no redirect', async () => {
    const url = (wishes: Partial<RequestObjectWishes>) => tpp.authorizationUrl(authorizationId, wishes);
    await assertPage(url({ query: { client_id: 'nobody' } }));
    await assertPage(url({ claims: { redirect_uri: 'https://evil.example/' } }));
    await assertPage(url({ claims: { redirect_uri: `${tpp.identity.redirectUri}/` } }));
    await assertPage(url({ claims: { redirect_uri: another.identity.redirectUri } }));
    await assertPage(`${bank.sandbox.authorize}/oauth/authorize`);
  });

  test('a form up to 72 KiB is read, and of a larger one a page says how large it may be', async () => {
    const { authorizationId: fresh } = await tpp.created(await tpp.clientToken());
    const { origin, pathname, search } = new URL(tpp.authorizationUrl(fresh));
    const send = (bytes: number) => {
      const body = `${search.slice(1)}&padding=`.padEnd(bytes, 'x');
      return bank.store.unchangedBy(() => fetch(`${origin}${pathname}`, { method: 'POST', redirect: 'manual', body }));
    };
    for (const bytes of [72 * 1024 + 1, 80_000]) {
      const refused = await send(bytes);
      assert.equal(refused.status, 413);
      assert.match(refused.headers.get('content-type') ?? '', /^text\/html/);
      const page = await refused.text();
      assert.match(page, /larger than 72 KiB and was not read: send one of at most 72 KiB/);
      assert.ok(page.includes(refused.headers.get('x-request-id') ?? 'none'), 'the page does not show the request id');
    }
    const taken = await fetch(`${origin}${pathname}`, {
      ...{ method: 'POST', redirect: 'manual' },
      body: `${search.slice(1)}&padding=`.padEnd(72 * 1024, 'x'),
    });
    assert.match(taken.headers.get('location') ?? '', /\/sca\//);
  });

  test('a nonce works once', async () => {
    const { authorizationId: fresh } = await tpp.created(await tpp.clientToken());
    const nonce = randomUUID();
    const first = await fetch(tpp.authorizationUrl(fresh, { claims: { nonce } }), { redirect: 'manual' });
    assert.match(first.headers.get('location') ?? '', /\/sca\//);
    await assertSentBack({ claims: { nonce } }, 'invalid_request_object');
  });

  test('an authorization that was approved is not shown again', async () => {
    const { authorizationId: used } = await tpp.created(await tpp.clientToken());
    await tpp.approvedCode(used);
    const answer = await open(tpp.authorizationUrl(used));
    assert.match(answer.headers.get('location') ?? '', /error=invalid_request_object/);
  });
});
