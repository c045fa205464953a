import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXEMPTION_REFUSALS, parseExemptionRefusal } from '../src/exemption-refusal.ts';
import { buildExemptionClaims, type ExemptionClaims, parseExemptionClaims } from '../src/exemption-request.ts';
import { checkRequestObjectTimes } from '../src/request-object.ts';

const ID = '26c71e03-e5e9-43b9-b913-36f30baf26d2';

/** The exemption JWT of the workflow document: it has neither `exp` nor `iat`. */
const SAMPLE = {
  iss: '1ztgnp8NZzUmlmiAdNoC',
  aud: 'https://mtls.apis.op.fi',
  response_type: 'token',
  client_id: '1ztgnp8NZzUmlmiAdNoC',
  scope: 'payments',
  state: '1234',
  nonce: 'ttpp1573632173204',
  max_age: 86400,
  claims: {
    id_token: {
      acr: { values: ['urn:openbanking:psd2:ca'], essential: true },
      authorizationId: { value: ID, essential: true },
    },
    userinfo: { authorizationId: { value: ID, essential: true } },
  },
};

function accept(json: unknown): ExemptionClaims {
  const result = parseExemptionClaims(json);
  return 'claims' in result ? result.claims : assert.fail(JSON.stringify(result.problem));
}

function assertRefused(change: object, description: RegExp): void {
  const result = parseExemptionClaims({ ...SAMPLE, ...change });
  assert.ok('problem' in result, `accepted: ${JSON.stringify(change)}`);
  assert.equal(result.problem.error, 'invalid_request_object');
  assert.match(result.problem.description, description);
}

test('the exemption JWT of the workflow document is read, without exp and iat', () => {
  assert.deepEqual(accept(SAMPLE), {
    audiences: ['https://mtls.apis.op.fi'],
    clientId: '1ztgnp8NZzUmlmiAdNoC',
    state: '1234',
    nonce: 'ttpp1573632173204',
    maxAgeSeconds: 86400,
    issuedAtSeconds: undefined,
    expiresAtSeconds: undefined,
    authorizationId: ID,
  });
});

test('what is built is read as it was meant', () => {
  const built = buildExemptionClaims({
    clientId: 'client',
    audience: 'https://localhost:8080',
    authorizationId: ID,
    state: 'state',
    nonce: 'nonce',
    issuedAtSeconds: 1000,
  });
  assert.deepEqual([built.response_type, built.scope], ['token', 'payments']);
  assert.deepEqual(built.claims.id_token.acr.values, ['urn:openbanking:psd2:ca']);
  const { issuedAtSeconds, expiresAtSeconds, maxAgeSeconds } = accept(JSON.parse(JSON.stringify(built)));
  assert.deepEqual([issuedAtSeconds, expiresAtSeconds, maxAgeSeconds], [1000, 1900, 86400]);
});

test('a redirect_uri may be there, and is no matter', () => {
  assert.deepEqual(accept({ ...SAMPLE, redirect_uri: 7 }), accept(SAMPLE));
});

test('response_type is token and nothing else', () => {
  for (const response_type of ['code', 'code id_token', 'token id_token', undefined, null])
    assertRefused({ response_type }, /^response_type is not token$/);
});

test('scope is payments and nothing else', () => {
  for (const scope of ['openid payments', 'openid', '', undefined]) assertRefused({ scope }, /^scope is not payments$/);
});

test('acr.values is exactly the context of an exemption', () => {
  const withAcr = (acr: unknown) => ({
    claims: { ...SAMPLE.claims, id_token: { ...SAMPLE.claims.id_token, acr } },
  });
  const ca = 'urn:openbanking:psd2:ca';
  for (const values of [
    ['urn:openbanking:psd2:sca'],
    [ca, 'urn:openbanking:psd2:sca'],
    ['urn:openbanking:psd2:sca', ca],
    [ca, ca],
    [],
    ca,
    null,
  ]) {
    assertRefused(withAcr({ essential: true, values }), /^claims.id_token.acr.values is not exactly/);
  }
  assertRefused(withAcr({ essential: false, values: [ca] }), /^claims.id_token.acr is not essential$/);
});

test('state and nonce are required', () => {
  assertRefused({ state: undefined }, /^state /);
  assertRefused({ state: 'no spaces' }, /^state /);
  assertRefused({ nonce: undefined }, /^nonce /);
  assertRefused({ nonce: '' }, /^nonce /);
});

test('exp and iat may be left out, and are checked where they are', () => {
  for (const time of ['1613548257', -1, 1.5, null]) {
    assertRefused({ exp: time }, /^exp /);
    assertRefused({ iat: time }, /^iat /);
  }
  const times = (issuedAtSeconds?: number, expiresAtSeconds?: number) => ({ issuedAtSeconds, expiresAtSeconds });
  assert.equal(checkRequestObjectTimes(times(), 1000), undefined);
  assert.equal(checkRequestObjectTimes(times(undefined, 1001), 1000), undefined);
  assert.equal(checkRequestObjectTimes(times(undefined, 1000), 1000)?.description, 'the request object has expired');
  assert.equal(checkRequestObjectTimes(times(1060), 1000), undefined);
  assert.equal(checkRequestObjectTimes(times(1061), 1000)?.description, 'iat lies in the future');
});

test('both halves of claims name the same authorizationId', () => {
  const other = { value: '976da7b0-1db2-410d-a5c9-e3a37bc4d7a1', essential: true };
  assertRefused({ claims: { ...SAMPLE.claims, userinfo: { authorizationId: other } } }, /different values/);
  assertRefused({ claims: { id_token: SAMPLE.claims.id_token } }, /^claims.userinfo is missing/);
});

test('iss is the client', () => assertRefused({ iss: 'somebody' }, /^iss is not the client_id$/));

test('no JSON value makes the parser throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SAMPLE)), fc.jsonValue({ maxDepth: 3 }), (name, value) => {
      const result = parseExemptionClaims({ ...SAMPLE, [name]: value });
      assert.ok('claims' in result || result.problem.description.length > 0);
    }),
  );
});

test('a refusal is known by its description, and every description is one OAuth allows', () => {
  for (const [refusal, description] of Object.entries(EXEMPTION_REFUSALS)) {
    assert.equal(parseExemptionRefusal(description), refusal);
    // RFC 6749 section 5.2
    assert.match(description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  }
  assert.equal(parseExemptionRefusal('nonce was used before'), undefined);
});
