import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { refused } from './support/refused.ts';
import { AUTHORIZATION_ID } from './support/samples.ts';
import { CLIENT, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());

async function requestObject(url: string) {
  const jwt = new URL(url).searchParams.get('request') ?? '';
  return jose.jwtVerify(jwt, bank.signingPublicKey, { currentDate: bank.clock.now() });
}

test('the URL carries the four parameters of the workflow document and nothing else', () => {
  const { url } = bank.tpp().authorizationUrl({ authorizationId: AUTHORIZATION_ID });
  const { origin, pathname, searchParams } = new URL(url);
  assert.equal(origin + pathname, `${bank.issuer}/oauth/authorize`);
  assert.deepEqual([...searchParams.keys()], ['request', 'response_type', 'client_id', 'scope']);
  assert.equal(searchParams.get('response_type'), 'code id_token');
  assert.equal(searchParams.get('client_id'), CLIENT.clientId);
  assert.equal(searchParams.get('scope'), 'openid payments');
});

test('the request object has every claim of contract section 3, and jose verifies its signature', async () => {
  const { url, pending } = bank.tpp().authorizationUrl({ authorizationId: AUTHORIZATION_ID });
  const { payload, protectedHeader } = await requestObject(url);
  assert.deepEqual(protectedHeader, { alg: 'ES256', kid: 'tpp-1', typ: 'JWT' });
  const { iat = 0, exp = 0, ...claims } = payload;
  assert.equal(exp - iat, 900);
  const authorizationId = { value: AUTHORIZATION_ID, essential: true };
  assert.deepEqual(claims, {
    aud: bank.api,
    iss: CLIENT.clientId,
    client_id: CLIENT.clientId,
    response_type: 'code id_token',
    redirect_uri: CLIENT.redirectUri,
    scope: 'openid payments',
    state: pending.state,
    nonce: pending.nonce,
    max_age: 86_400,
    claims: {
      userinfo: { authorizationId },
      id_token: { authorizationId, acr: { essential: true, values: ['urn:openbanking:psd2:sca'] } },
    },
  });
});

test('state and nonce are 256 random bits each, new every time, and survive the session as JSON', () => {
  const tpp = bank.tpp();
  const { pending } = tpp.authorizationUrl({ authorizationId: AUTHORIZATION_ID, responseType: 'code' });
  const other = tpp.authorizationUrl({ authorizationId: AUTHORIZATION_ID }).pending;
  const all = new Set([pending.state, pending.nonce, other.state, other.nonce]);
  assert.equal(all.size, 4);
  for (const value of all) assert.match(value, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(pending.responseType, 'code');
  assert.deepEqual(JSON.parse(JSON.stringify(pending)), pending);
});

test('another redirect URI and the languages of the customer go along', async () => {
  const redirectUri = 'http://localhost/callback';
  const { url, pending } = bank
    .tpp()
    .authorizationUrl({ authorizationId: AUTHORIZATION_ID, redirectUri, uiLocales: ['sv', 'fi'] });
  assert.equal((await requestObject(url)).payload.redirect_uri, redirectUri);
  assert.equal(pending.redirectUri, redirectUri);
  assert.equal(new URL(url).searchParams.get('ui_locales'), 'sv fi');
});

test('RS256 signs as well', async () => {
  const { privateKey, publicKey } = await jose.generateKeyPair('RS256', { extractable: true });
  const signing = { key: await jose.exportPKCS8(privateKey), kid: 'rsa-1', alg: 'RS256' } as const;
  const { url } = bank.tpp({ signing }).authorizationUrl({ authorizationId: AUTHORIZATION_ID });
  const jwt = new URL(url).searchParams.get('request') ?? '';
  const { protectedHeader } = await jose.jwtVerify(jwt, publicKey, { currentDate: bank.clock.now() });
  assert.equal(protectedHeader.alg, 'RS256');
});

test('what is no authorizationId, response type, language or URL is refused', async () => {
  const tpp = bank.tpp();
  const wish = { authorizationId: AUTHORIZATION_ID };
  await refused(() => tpp.authorizationUrl({ authorizationId: 'x' }), 'ARGUMENT_INVALID');
  await refused(() => tpp.authorizationUrl({ ...wish, responseType: 'token' as 'code' }), 'ARGUMENT_INVALID');
  await refused(() => tpp.authorizationUrl({ ...wish, uiLocales: ['fi&x=y'] }), 'ARGUMENT_INVALID');
  await refused(() => tpp.authorizationUrl({ ...wish, redirectUri: '/return' }), 'ARGUMENT_INVALID');
});
