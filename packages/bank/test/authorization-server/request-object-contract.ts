import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { AUDIENCE_ALIAS, type OpenBank } from './bank-under-test.ts';
import type { BrowserAnswer } from './test-browser.ts';
import { type Claims, readRedirect, type TestTpp } from './test-tpp.ts';

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Contract §3: the authorization request, and where each refusal goes. */
export function requestObjectContract(bank: OpenBank): void {
  const newClaims = async (responseType?: 'code' | 'code id_token'): Promise<Claims> =>
    bank().tppA.claims(await bank().newAuthorization(bank().tppA), responseType);
  const ask = (fields: Record<string, string>, tpp = bank().tppA) => tpp.browser().get(tpp.authorizePath(fields));

  describe('an authorization request', () => {
    test('that is right sends the browser to the pages, with cookies for them and for the way back only', async () => {
      const { tppA } = bank();
      const browser = tppA.browser();
      const answer = await tppA.authorize(await newClaims(), browser);
      assert.equal(answer.status, 303);
      assert.match(String(answer.location), /^\/sca\/[\w-]{21,}$/);
      assert.equal(answer.headers['cache-control'], 'no-store');
      const uid = String(answer.location).slice('/sca/'.length);
      assert.equal(browser.received.length, 4);
      for (const cookie of browser.received) {
        assert.match(cookie, /; HttpOnly/i);
        assert.match(cookie, /; SameSite=Lax/i);
        assert.doesNotMatch(cookie, /; Secure/i);
        assert.ok(cookie.includes(`path=/sca/${uid};`) || cookie.includes(`path=/oauth/authorize/${uid};`), cookie);
      }
    });

    test('by POST works too', async () => {
      const { tppA } = bank();
      const answer = await tppA.browser().post('/oauth/authorize', tppA.fields(await newClaims()));
      assert.match(String(answer.location), /^\/sca\//);
    });

    test('is accepted with every allowed algorithm, with typ or without', async () => {
      const { tppA } = bank();
      for (const alg of ['ES256', 'RS256', 'PS256'] as const) {
        const claims = await newClaims();
        const answer = await ask(tppA.fields(claims, tppA.sign(claims, alg)));
        assert.match(String(answer.location), /^\/sca\//, alg);
      }
    });

    test('may name the issuer, the API or a configured alias as aud, alone or among others', async () => {
      const { tppA, issuer, apiBaseUrl } = bank();
      for (const aud of [issuer, apiBaseUrl, AUDIENCE_ALIAS, ['https://elsewhere.example', issuer]]) {
        const answer = await tppA.authorize({ ...(await newClaims()), aud });
        assert.match(String(answer.location), /^\/sca\//, String(aud));
      }
    });

    test('may repeat state, nonce and redirect_uri outside, or leave all but client_id and request out', async () => {
      const { tppA } = bank();
      const claims = await newClaims();
      const { state, nonce, redirect_uri } = claims as Record<string, string>;
      const repeated = { ...tppA.fields(claims), state, nonce, redirect_uri } as Record<string, string>;
      assert.match(String((await ask(repeated)).location), /^\/sca\//);
      const request = tppA.sign(await newClaims());
      assert.match(String((await ask({ client_id: tppA.clientId, request })).location), /^\/sca\//);
    });
  });

  describe('a request whose client and redirect_uri are proven', () => {
    const INVALID = 'invalid_request_object';
    const spoiled: Record<string, [error: string, spoil: (claims: Claims, from: ReturnType<OpenBank>) => Claims]> = {
      'aud of somebody else': [INVALID, (claims) => ({ ...claims, aud: 'https://elsewhere.example' })],
      'aud missing': [INVALID, ({ aud: _, ...claims }) => claims],
      'aud with a slash too much': [INVALID, (claims, { issuer }) => ({ ...claims, aud: `${issuer}/` })],
      'iss of another client': [INVALID, (claims, { tppB }) => ({ ...claims, iss: tppB.clientId })],
      'iss missing': [INVALID, ({ iss: _, ...claims }) => claims],
      'response_type token': ['unsupported_response_type', (claims) => ({ ...claims, response_type: 'token' })],
      'response_type id_token': ['unsupported_response_type', (claims) => ({ ...claims, response_type: 'id_token' })],
      'scope payments alone': ['invalid_scope', (claims) => ({ ...claims, scope: 'payments' })],
      'scope accounts': ['invalid_scope', (claims) => ({ ...claims, scope: 'openid accounts' })],
      'scope with one more': ['invalid_scope', (claims) => ({ ...claims, scope: 'openid payments accounts' })],
      'scope missing': [INVALID, ({ scope: _, ...claims }) => claims],
      'state with a space': [INVALID, (claims) => ({ ...claims, state: 'two words' })],
      'state missing': [INVALID, ({ state: _, ...claims }) => claims],
      'nonce missing': [INVALID, ({ nonce: _, ...claims }) => claims],
      'max_age as a string': [INVALID, (claims) => ({ ...claims, max_age: '86400' })],
      'exp in the past': [INVALID, (claims) => ({ ...claims, iat: Number(claims.iat) - 900, exp: Number(claims.iat) })],
      'exp missing': [INVALID, ({ exp: _, ...claims }) => claims],
      'exp as a string': [INVALID, (claims) => ({ ...claims, exp: String(claims.exp) })],
      'exp 3601 seconds after iat': [INVALID, (claims) => ({ ...claims, exp: Number(claims.iat) + 3601 })],
      'iat missing': [INVALID, ({ iat: _, ...claims }) => claims],
      'iat in the future': [INVALID, (claims) => ({ ...claims, iat: Number(claims.iat) + 300 })],
      'claims missing': [INVALID, ({ claims: _, ...claims }) => claims],
      'another authorizationId in userinfo than in id_token': [
        INVALID,
        (claims) => withAuthorization(claims, { userinfo: { value: randomUUID(), essential: true } }),
      ],
      'authorizationId in id_token alone': [INVALID, (claims) => withAuthorization(claims, { userinfo: undefined })],
      'authorizationId not essential': [
        INVALID,
        (claims) => withAuthorization(claims, { userinfo: { value: authorizationIn(claims), essential: false } }),
      ],
      'an authorizationId that does not exist': [
        INVALID,
        (claims) => withAuthorization(claims, both({ value: randomUUID(), essential: true })),
      ],
      'an authorizationId in capitals': [
        INVALID,
        (claims) => withAuthorization(claims, both({ value: authorizationIn(claims).toUpperCase(), essential: true })),
      ],
      'acr of the exemption alone': [
        INVALID,
        (claims) => withAcr(claims, { essential: true, values: ['urn:openbanking:psd2:ca'] }),
      ],
      'acr not essential': [
        INVALID,
        (claims) => withAcr(claims, { essential: false, values: ['urn:openbanking:psd2:sca'] }),
      ],
    };
    for (const [name, [error, spoil]] of Object.entries(spoiled)) {
      test(`${name}: ${error} in the redirect`, async () => {
        const claims = spoil(await newClaims(), bank());
        toldToTpp(await ask(bank().tppA.fields(claims)), bank().tppA, claims, error);
      });
    }

    test('3600 seconds from iat to exp, and ca beside sca, are accepted', async () => {
      const { tppA } = bank();
      const claims = withAcr(await newClaims(), {
        essential: true,
        values: ['urn:openbanking:psd2:ca', 'urn:openbanking:psd2:sca'],
      });
      const answer = await tppA.authorize({ ...claims, exp: Number(claims.iat) + 3600 });
      assert.match(String(answer.location), /^\/sca\//);
    });

    test('outer fields that differ from the signed ones: invalid_request', async () => {
      const { tppA } = bank();
      for (const different of [
        { response_type: 'code' },
        { scope: 'payments openid' },
        { state: 'other' },
        { nonce: 'other' },
        { redirect_uri: String(tppA.redirectUris[1]) },
      ]) {
        const claims = await newClaims();
        toldToTpp(await ask({ ...tppA.fields(claims), ...different }), tppA, claims, 'invalid_request');
      }
    });

    test('a field given twice: invalid_request', async () => {
      const { tppA } = bank();
      const claims = await newClaims();
      const path = `${tppA.authorizePath(tppA.fields(claims))}&scope=openid+payments`;
      toldToTpp(await tppA.browser().get(path), tppA, claims, 'invalid_request');
    });

    test('no request object, its redirect_uri outside: invalid_request', async () => {
      const { tppA } = bank();
      const { state } = await newClaims();
      const fields = {
        client_id: tppA.clientId,
        redirect_uri: tppA.redirectUri,
        response_type: 'code',
        state: String(state),
      };
      const told = readRedirect((await ask(fields)).location);
      assert.deepEqual(
        [told.uri, told.place, told.fields.error, told.fields.state],
        [tppA.redirectUri, 'query', 'invalid_request', state],
      );
    });

    const forged: Record<string, (claims: Claims, tpp: TestTpp, from: ReturnType<OpenBank>) => string> = {
      'alg none': (claims) => `${base64url({ alg: 'none', kid: 'es' })}.${base64url(claims)}.`,
      'alg HS256 keyed with the client secret': (claims, tpp) => {
        const input = `${base64url({ alg: 'HS256', kid: 'es' })}.${base64url(claims)}`;
        return `${input}.${createHmac('sha256', tpp.secret).update(input).digest('base64url')}`;
      },
      'alg HS256 keyed with a public key': (claims, tpp) => {
        const input = `${base64url({ alg: 'HS256', kid: 'rs' })}.${base64url(claims)}`;
        const key = tpp.rs256.publicKey.export({ type: 'spki', format: 'pem' });
        return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
      },
      'an unknown kid': (claims, tpp) => replaceHeader(tpp.sign(claims), { alg: 'ES256', kid: 'unknown' }),
      'no kid': (claims, tpp) => replaceHeader(tpp.sign(claims), { alg: 'ES256' }),
      'b64 false': (claims, tpp) =>
        replaceHeader(tpp.sign(claims), { alg: 'ES256', kid: 'es', b64: false, crit: ['b64'] }),
      'a header member twice': (claims, tpp) =>
        replaceHeader(tpp.sign(claims), '{"alg":"none","alg":"ES256","kid":"es"}'),
      'a key of its own in the header': (claims, _tpp, { tppB }) => {
        const jwk = tppB.es256.publicKey.export({ format: 'jwk' });
        return replaceHeader(tppB.sign(claims), { alg: 'ES256', kid: 'es', jwk });
      },
      'another TPP’s signature': (claims, _tpp, { tppB }) => tppB.sign(claims),
      'claims changed after signing': (claims, tpp) => {
        const [header, , signature] = tpp.sign(claims).split('.');
        return `${header}.${base64url({ ...claims, max_age: 1 })}.${signature}`;
      },
      'one flipped bit in the signature': (claims, tpp) => {
        const signed = tpp.sign(claims);
        const at = signed.lastIndexOf('.') + 5;
        return `${signed.slice(0, at)}${signed[at] === 'A' ? 'B' : 'A'}${signed.slice(at + 1)}`;
      },
      padding: (claims, tpp) => `${tpp.sign(claims)}==`,
      'four parts': (claims, tpp) => `${tpp.sign(claims)}.x`,
      'a claim twice, signed': (claims, tpp) => tpp.sign(`{"nonce":"one",${JSON.stringify(claims).slice(1)}`),
    };
    for (const [name, forge] of Object.entries(forged)) {
      test(`${name}: invalid_request_object in the redirect`, async () => {
        const { tppA } = bank();
        const claims = await newClaims();
        toldToTpp(await ask(tppA.fields(claims, forge(claims, tppA, bank()))), tppA, claims, INVALID);
      });
    }

    test('somebody else’s authorization is told in the same words as one that does not exist', async () => {
      const { tppA, tppB, newAuthorization } = bank();
      const [foreign, none] = [tppA.claims(await newAuthorization(tppB)), tppA.claims(randomUUID())];
      const told = await Promise.all([foreign, none].map((claims) => ask(tppA.fields(claims))));
      for (const [index, answer] of told.entries()) toldToTpp(answer, tppA, [foreign, none][index] ?? {}, INVALID);
      const [one, other] = told.map(({ location }) => readRedirect(location).fields.error_description);
      assert.equal(one, other);
    });

    for (const status of [
      'Authorizing',
      'Authorized',
      'Rejected',
      'Completed',
      'PartiallyRevoked',
      'Revoked',
    ] as const) {
      test(`an authorization that is ${status} is not opened again`, async () => {
        const { tppA, setStatus } = bank();
        const claims = await newClaims();
        await setStatus(authorizationIn(claims), status);
        toldToTpp(await ask(tppA.fields(claims)), tppA, claims, INVALID);
      });
    }

    test('a nonce is good once per client, however many requests come at once', async () => {
      const { tppA, tppB, newAuthorization } = bank();
      const claims = await newClaims();
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(tppA.fields(claims))));
      const opened = answers.filter(({ location }) => location?.startsWith('/sca/'));
      assert.equal(opened.length, 1);
      for (const answer of answers) if (answer !== opened[0]) toldToTpp(answer, tppA, claims, INVALID);
      const later = { ...(await newClaims()), nonce: claims.nonce };
      toldToTpp(await ask(tppA.fields(later)), tppA, later, INVALID);
      const others = { ...tppB.claims(await newAuthorization(tppB)), nonce: claims.nonce };
      assert.match(String((await tppB.authorize(others)).location), /^\/sca\//);
    });

    test('a request refused for something else has not used up its nonce', async () => {
      const { tppA } = bank();
      const claims = await newClaims();
      toldToTpp(await ask(tppA.fields({ ...claims, max_age: -1 })), tppA, claims, INVALID);
      assert.match(String((await tppA.authorize(claims)).location), /^\/sca\//);
    });

    test('with response_type code is told in the query, beside what the redirect_uri has there', async () => {
      const { tppA } = bank();
      const claims = { ...(await newClaims('code')), redirect_uri: String(tppA.redirectUris[1]), scope: 'openid' };
      const { location } = await ask(tppA.fields(claims));
      const { uri, place, fields } = readRedirect(location);
      assert.deepEqual(
        [uri, place, fields.fixed, fields.error],
        ['http://localhost/callback', 'query', '1', 'invalid_scope'],
      );
    });

    test('a nonce with a control character is refused before it reaches the store', async () => {
      const { tppA, faults } = bank();
      const claims = { ...(await newClaims()), nonce: 'a-nonce\u0000' };
      const { location } = await ask(tppA.fields(claims));
      assert.equal(readRedirect(location).fields.error, INVALID);
      assert.deepEqual(faults, []);
    });
  });

  describe('a request whose client or redirect_uri is not proven', () => {
    test('gets a page with the request id and no redirect', async () => {
      const { tppA, tppB } = bank();
      const claims = await newClaims();
      const { client_id: _, ...withoutClient } = tppA.fields(claims);
      const unregistered = { ...claims, redirect_uri: 'https://evil.example/' };
      for (const fields of [
        { ...tppA.fields(claims), client_id: 'nobody' },
        { ...tppA.fields(claims), client_id: '<script>alert(1)</script>' },
        withoutClient,
        tppA.fields(unregistered),
        { ...tppA.fields(unregistered), redirect_uri: tppA.redirectUri },
        tppA.fields({ ...claims, redirect_uri: `${tppA.redirectUri}/` }),
        tppA.fields({ ...claims, redirect_uri: undefined }),
        { ...tppA.fields(claims, 'garbage') },
        { client_id: tppB.clientId },
        {},
      ]) {
        shownToBrowser(await ask(fields));
      }
    });

    test('the page speaks the browser’s language and escapes what it shows', async () => {
      const { tppA } = bank();
      const path = tppA.authorizePath({ client_id: 'nobody', '<b>': '1' });
      const browser = tppA.browser();
      const finnish = await browser.get(path, { 'accept-language': 'fi-FI,fi;q=0.9,en;q=0.8' });
      assert.match(finnish.body, /<html lang="fi">/);
      assert.match((await browser.get(path, { 'accept-language': 'sv' })).body, /<html lang="sv">/);
      assert.match((await browser.get(path, { 'accept-language': 'de' })).body, /<html lang="en">/);
      const twice = await browser.get(`${path}&<b>=2`);
      assert.ok(twice.body.includes('&lt;b&gt; was given more than once'), twice.body);
    });

    test('a pushed request’s name from outside opens nothing', async () => {
      const { tppA } = bank();
      const request_uri = 'urn:ietf:params:oauth:request_uri:x';
      shownToBrowser(await ask({ client_id: tppA.clientId, request_uri }));
    });
  });
}

function toldToTpp(answer: BrowserAnswer, tpp: TestTpp, claims: Claims, error: string): void {
  assert.equal(answer.status, 303, answer.body);
  const { uri, place, fields } = readRedirect(answer.location);
  const { error_description, iss, ...rest } = fields;
  const isFragment = String(claims.response_type).includes('id_token');
  assert.deepEqual([uri, place], [tpp.redirectUri, isFragment ? 'fragment' : 'query']);
  assert.deepEqual(rest, { error, ...(claims.state === undefined ? {} : { state: claims.state }) }, error_description);
  assert.ok(error_description && iss);
}

export function shownToBrowser(answer: BrowserAnswer): void {
  assert.equal(answer.status, 400, `${answer.location} ${answer.body}`);
  assert.equal(answer.location, undefined);
  assert.match(String(answer.headers['content-type']), /^text\/html/);
  assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-[^']+'; /);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const requestId = String(answer.headers['x-request-id']);
  assert.ok(requestId.length > 10 && answer.body.includes(requestId));
  assert.doesNotMatch(answer.body, /<script|<a |evil\.example/i);
}

function replaceHeader(jws: string, header: unknown): string {
  const [, payload, signature] = jws.split('.');
  return `${base64url(header)}.${payload}.${signature}`;
}

interface Requested {
  userinfo: { authorizationId: unknown };
  id_token: { authorizationId: { value: string }; acr: unknown };
}

function authorizationIn(claims: Claims): string {
  return (claims.claims as Requested).id_token.authorizationId.value;
}

function both(claim: unknown) {
  return { userinfo: claim, id_token: claim };
}

function withAuthorization(claims: Claims, changes: { userinfo?: unknown; id_token?: unknown }): Claims {
  const { userinfo, id_token } = claims.claims as Requested;
  return {
    ...claims,
    claims: {
      userinfo: 'userinfo' in changes ? { authorizationId: changes.userinfo } : userinfo,
      id_token: 'id_token' in changes ? { ...id_token, authorizationId: changes.id_token } : id_token,
    },
  };
}

function withAcr(claims: Claims, acr: unknown): Claims {
  const { userinfo, id_token } = claims.claims as Requested;
  return { ...claims, claims: { userinfo, id_token: { ...id_token, acr } } };
}
