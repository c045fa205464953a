import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import type { PendingAuthorization, TppErrorCode, VerifiedCallback } from '../src/index.ts';
import { FORGED_ID_TOKENS, halfHash, idTokenClaims, signIdToken, WRONG_CLAIMS } from './support/id-tokens.ts';
import { refused } from './support/refused.ts';
import { AUTHORIZATION_ID } from './support/samples.ts';
import { CLIENT, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const CODE = 'wpj94iuZRzFvmHHpIFba7b1QiZweXm';

function leave(responseType: 'code' | 'code id_token' = 'code id_token') {
  const tpp = bank.tpp();
  return { tpp, pending: tpp.authorizationUrl({ authorizationId: AUTHORIZATION_ID, responseType }).pending };
}

function hashes(pending: PendingAuthorization) {
  return { s_hash: halfHash(pending.state), c_hash: halfHash(CODE) };
}

/** The URL of a good response, or of one with changed parameters; `undefined` leaves one out. */
async function callback(
  pending: PendingAuthorization,
  changes: Record<string, string | undefined> = {},
): Promise<string> {
  const isHybrid = pending.responseType === 'code id_token';
  const id_token = isHybrid ? await signIdToken(idTokenClaims(bank, pending, hashes(pending)), bank.idKey) : undefined;
  const all = { code: CODE, state: pending.state, iss: bank.issuer, id_token, ...changes };
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${CLIENT.redirectUri}${isHybrid ? '#' : '?'}${new URLSearchParams(given)}`;
}

async function callbackWithClaims(pending: PendingAuthorization, changes: object): Promise<string> {
  const claims = idTokenClaims(bank, pending, { ...hashes(pending), ...changes });
  return callback(pending, { id_token: await signIdToken(claims, bank.idKey) });
}

test('a response of code id_token is verified from the fragment', async () => {
  const { tpp, pending } = leave();
  const verified = await tpp.handleCallback(await callback(pending), pending);
  assert.equal(verified.authorizationId, AUTHORIZATION_ID);
  assert.doesNotMatch(inspect(verified, { showHidden: true }) + JSON.stringify(verified), new RegExp(CODE));
});

test('the fragment may come back as the query of the page that posts it', async () => {
  const { tpp, pending } = leave();
  assert.ok(await tpp.handleCallback((await callback(pending)).replace('#', '?'), pending));
});

test('a response of code is verified from the query, also of a relative URL', async () => {
  const { tpp, pending } = leave('code');
  const url = await callback(pending);
  assert.ok(await tpp.handleCallback(url, pending));
  assert.ok(await tpp.handleCallback(url.replace('http://localhost:8181', ''), pending));
  assert.ok(await tpp.handleCallback(`${url}&shop=7`, pending), 'a parameter of the redirect URI itself passes');
});

for (const [what, code, changes] of [
  ['another state', 'CALLBACK_STATE_WRONG', { state: 'bb16b497-097f-4528-9380-4305eb760232' }],
  ['no state', 'CALLBACK_STATE_WRONG', { state: undefined }],
  ['an empty state', 'CALLBACK_STATE_WRONG', { state: '' }],
  ['another issuer', 'CALLBACK_ISSUER_WRONG', { iss: 'https://attacker.example' }],
  ['no issuer', 'CALLBACK_ISSUER_WRONG', { iss: undefined }],
  ['no code', 'CALLBACK_MALFORMED', { code: undefined }],
  ['an empty code', 'CALLBACK_MALFORMED', { code: '' }],
  ['a code beside an error', 'CALLBACK_MALFORMED', { error: 'access_denied' }],
  ['an error that is none', 'CALLBACK_MALFORMED', { error: 'é"', code: undefined }],
] as const) {
  for (const responseType of ['code', 'code id_token'] as const) {
    test(`a response of ${responseType} with ${what} is ${code}`, async () => {
      const { tpp, pending } = leave(responseType);
      await refused(tpp.handleCallback(await callback(pending, changes), pending), code);
    });
  }
}

for (const name of ['code', 'state', 'iss', 'id_token', 'error']) {
  test(`the parameter ${name} twice is refused, in one place or in both`, async () => {
    const { tpp, pending } = leave();
    const good = await callback(pending);
    const again = `${name}=${new URLSearchParams(good.split('#')[1]).get(name) ?? 'x'}`;
    const inQuery = good.replace('#', `?${again}#`);
    await refused(tpp.handleCallback(`${good}&${again}&${again}`, pending), 'CALLBACK_MALFORMED');
    if (name !== 'error') await refused(tpp.handleCallback(inQuery, pending), 'CALLBACK_MALFORMED');
  });
}

test('a response of code id_token without its ID token is refused, and one of code with an ID token', async () => {
  const { tpp, pending } = leave();
  await refused(tpp.handleCallback(await callback(pending, { id_token: undefined }), pending), 'ID_TOKEN_MISSING');
  await refused(tpp.handleCallback(await callback(pending, { id_token: '' }), pending), 'ID_TOKEN_MISSING');
  const plain = leave('code');
  const url = await callback(plain.pending, { id_token: 'x' });
  await refused(plain.tpp.handleCallback(url, plain.pending), 'CALLBACK_MALFORMED');
});

for (const [what, [code, change]] of Object.entries(WRONG_CLAIMS)) {
  test(`an ID token with ${what} is ${code}`, async () => {
    const { tpp, pending } = leave();
    await refused(tpp.handleCallback(await callbackWithClaims(pending, change(bank)), pending), code);
  });
}

for (const [what, [code, forge]] of Object.entries(FORGED_ID_TOKENS)) {
  test(`an ID token with ${what} is ${code}`, async () => {
    const { tpp, pending } = leave();
    const id_token = await forge(bank, idTokenClaims(bank, pending, hashes(pending)));
    await refused(tpp.handleCallback(await callback(pending, { id_token }), pending), code);
  });
}

for (const [what, code, change] of [
  ['no s_hash', 'ID_TOKEN_STATE_HASH_WRONG', () => ({ s_hash: undefined })],
  ['the s_hash of another state', 'ID_TOKEN_STATE_HASH_WRONG', () => ({ s_hash: halfHash('another') })],
  ['no c_hash', 'ID_TOKEN_CODE_HASH_WRONG', () => ({ c_hash: undefined })],
  ['the c_hash of another code', 'ID_TOKEN_CODE_HASH_WRONG', () => ({ c_hash: halfHash('another') })],
  [
    's_hash and c_hash swapped',
    'ID_TOKEN_STATE_HASH_WRONG',
    (pending: PendingAuthorization) => ({ s_hash: halfHash(CODE), c_hash: halfHash(pending.state) }),
  ],
  ['the c_hash under another name', 'ID_TOKEN_CODE_HASH_WRONG', () => ({ c_hash: undefined, at_hash: halfHash(CODE) })],
  ['a hash that is a list', 'ID_TOKEN_CODE_HASH_WRONG', () => ({ c_hash: [halfHash(CODE)] })],
] as const satisfies readonly (readonly [string, TppErrorCode, (pending: PendingAuthorization) => object])[]) {
  test(`an ID token with ${what} is ${code}`, async () => {
    const { tpp, pending } = leave();
    await refused(tpp.handleCallback(await callbackWithClaims(pending, change(pending)), pending), code);
  });
}

test('clocks may be 30 seconds apart, either way', async () => {
  for (const changes of [{ exp: bank.clock.epochSeconds() - 27 }, { iat: bank.clock.epochSeconds() + 29 }]) {
    const { tpp, pending } = leave();
    assert.ok(await tpp.handleCallback(await callbackWithClaims(pending, changes), pending));
  }
});

test('a code swapped for another one, state and ID token being right, is caught by c_hash', async () => {
  const { tpp, pending } = leave();
  const url = await callback(pending, { code: 'the-code-of-an-attacker' });
  await refused(tpp.handleCallback(url, pending), 'ID_TOKEN_CODE_HASH_WRONG');
});

test('an ID token key the bank has rotated to is fetched', async () => {
  const { tpp, pending } = leave();
  await tpp.handleCallback(await callback(pending), pending);
  const rotated = await bank.newIdKey('id-2');
  const id_token = await signIdToken(idTokenClaims(bank, pending, hashes(pending)), rotated, { kid: 'id-2' });
  assert.ok(await tpp.handleCallback(await callback(pending, { id_token }), pending));
  assert.equal(bank.requestsTo('/id-keys').length, 2);
});

test('an error of the bank is thrown with what it says, once state and issuer are verified', async () => {
  for (const responseType of ['code', 'code id_token'] as const) {
    const { tpp, pending } = leave(responseType);
    const changes = {
      code: undefined,
      id_token: undefined,
      error: 'access_denied',
      error_description: 'the customer said no\u202e',
    };
    const error = await refused(tpp.handleCallback(await callback(pending, changes), pending), 'AUTHORIZATION_DENIED');
    assert.equal(error.oauthError, 'access_denied');
    assert.match(error.message, /the customer said no\?/);
    const forged = await callback(pending, { ...changes, state: 'x' });
    assert.equal((await refused(tpp.handleCallback(forged, pending), 'CALLBACK_STATE_WRONG')).oauthError, undefined);
    const foreign = await callback(pending, { ...changes, iss: 'https://attacker.example' });
    assert.equal((await refused(tpp.handleCallback(foreign, pending), 'CALLBACK_ISSUER_WRONG')).oauthError, undefined);
  }
});

test('any other error is AUTHORIZATION_FAILED', async () => {
  const { tpp, pending } = leave('code');
  const url = await callback(pending, { code: undefined, error: 'invalid_request_object' });
  const error = await refused(tpp.handleCallback(url, pending), 'AUTHORIZATION_FAILED');
  assert.equal(error.oauthError, 'invalid_request_object');
});

test('a pending authorization expires after an hour', async () => {
  const { tpp, pending } = leave('code');
  const url = await callback(pending);
  bank.clock.advance(3_597_000);
  assert.ok(await tpp.handleCallback(url, pending));
  bank.clock.advance(4_000);
  await refused(tpp.handleCallback(url, pending), 'CALLBACK_EXPIRED');
  await refused(tpp.handleCallback(url, { ...pending, expiresAt: 'never' }), 'CALLBACK_EXPIRED');
});

test('a pending authorization of another bank, or none at all, is refused', async () => {
  const { tpp, pending } = leave('code');
  const url = await callback(pending);
  await refused(tpp.handleCallback(url, { ...pending, issuer: 'https://other.example' }), 'CALLBACK_ISSUER_WRONG');
  await refused(tpp.handleCallback(url, undefined as unknown as PendingAuthorization), 'ARGUMENT_INVALID');
  await refused(tpp.handleCallback(url, { ...pending, state: '' }), 'ARGUMENT_INVALID');
});

test('only a bank known to send no iss is let off, and a wrong one is refused even then', async () => {
  const { endpoints } = bank.settings();
  const tpp = bank.tpp({ endpoints: { ...endpoints, callbackIssuerOptional: true } });
  const { pending } = tpp.authorizationUrl({ authorizationId: AUTHORIZATION_ID, responseType: 'code' });
  assert.ok(await tpp.handleCallback(await callback(pending, { iss: undefined }), pending));
  await refused(
    tpp.handleCallback(await callback(pending, { iss: 'https://x.example' }), pending),
    'CALLBACK_ISSUER_WRONG',
  );
});

test('what is no URL, or endless, is refused', async () => {
  const { tpp, pending } = leave('code');
  await refused(tpp.handleCallback('http://[', pending), 'CALLBACK_MALFORMED');
  await refused(
    tpp.handleCallback(`${await callback(pending)}&x=${'x'.repeat(40_000)}`, pending),
    'CALLBACK_MALFORMED',
  );
});

test('exchangeCode takes nothing that handleCallback of this client did not make', async () => {
  const { tpp, pending } = leave('code');
  const verified = await tpp.handleCallback(await callback(pending), pending);
  const forged = { authorizationId: AUTHORIZATION_ID } as VerifiedCallback;
  for (const copy of [forged, { ...verified }, structuredClone(verified), undefined as unknown as VerifiedCallback]) {
    await refused(tpp.exchangeCode(copy), 'CALLBACK_NOT_VERIFIED');
  }
  await refused(bank.tpp({ clientId: 'another-client' }).exchangeCode(verified), 'CALLBACK_NOT_VERIFIED');
  assert.equal(bank.requestsTo('/oauth/token').length, 0);
});
