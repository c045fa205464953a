import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRequestObjectClaims } from '../src/parse-request-object-claims.ts';
import { buildRequestObjectClaims, checkRequestObjectTimes, type RequestObjectClaims } from '../src/request-object.ts';

const ID = '976da7b0-1db2-410d-a5c9-e3a37bc4d7a1';

/** The request object of the workflow document. */
const SAMPLE = {
  aud: 'https://mtls.apis.op.fi',
  iss: '1ztgnp8NZzUmlmiAdNoC',
  response_type: 'code id_token',
  client_id: '1ztgnp8NZzUmlmiAdNoC',
  redirect_uri: 'https://localhost:8181/oauth/access_token',
  scope: 'openid payments',
  state: 'bb16b497-097f-4528-9380-4305eb760232',
  nonce: '76fb7d3a-3a14-4bf7-96fd-e770c3c1e33e',
  max_age: 86400,
  exp: 1613548257,
  iat: 1613547357,
  claims: {
    userinfo: { authorizationId: { value: ID, essential: true } },
    id_token: {
      authorizationId: { value: ID, essential: true },
      acr: { essential: true, values: ['urn:openbanking:psd2:sca'] },
    },
  },
};

function accept(json: unknown): RequestObjectClaims {
  const result = parseRequestObjectClaims(json);
  return 'claims' in result ? result.claims : assert.fail(JSON.stringify(result.problem));
}

function assertProblem(json: unknown, error: string, description?: string): void {
  const result = parseRequestObjectClaims(json);
  assert.ok('problem' in result, `accepted: ${JSON.stringify(json)}`);
  assert.equal(result.problem.error, error, result.problem.description);
  if (description !== undefined) assert.equal(result.problem.description, description);
  // RFC 6749 section 4.1.2.1: what an error_description may consist of.
  assert.match(result.problem.description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
}

/** The sample with the value at a path replaced, or removed where the value is `undefined`. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(SAMPLE) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let target = copy;
  for (const name of names) target = target[name] as Record<string, unknown>;
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}

test('the request object of the workflow document is read', () => {
  assert.deepEqual(accept(SAMPLE), {
    audiences: ['https://mtls.apis.op.fi'],
    clientId: '1ztgnp8NZzUmlmiAdNoC',
    responseType: 'code id_token',
    redirectUri: 'https://localhost:8181/oauth/access_token',
    scope: 'openid payments',
    state: SAMPLE.state,
    nonce: SAMPLE.nonce,
    maxAgeSeconds: 86400,
    issuedAtSeconds: 1613547357,
    expiresAtSeconds: 1613548257,
    authorizationId: ID,
    acrValues: ['urn:openbanking:psd2:sca'],
  });
});

test('what a TPP builds with us is the sample, and is read again', () => {
  const built = buildRequestObjectClaims({
    clientId: SAMPLE.client_id,
    audience: SAMPLE.aud,
    redirectUri: SAMPLE.redirect_uri,
    responseType: 'code id_token',
    authorizationId: ID,
    state: SAMPLE.state,
    nonce: SAMPLE.nonce,
    issuedAtSeconds: SAMPLE.iat,
  });
  assert.deepEqual(built, SAMPLE);
  assert.equal(accept(built).clientId, SAMPLE.client_id);
});

test('every claim is required', () => {
  for (const name of Object.keys(SAMPLE)) assertProblem(changed(name, undefined), 'invalid_request_object');
  for (const path of [
    'claims.userinfo',
    'claims.id_token',
    'claims.userinfo.authorizationId',
    'claims.id_token.authorizationId',
    'claims.id_token.acr',
  ]) {
    assertProblem(changed(path, undefined), 'invalid_request_object', `${path} is missing or not an object`);
  }
  for (const path of [
    'claims.userinfo.authorizationId.essential',
    'claims.id_token.authorizationId.essential',
    'claims.id_token.acr.essential',
  ]) {
    for (const value of [undefined, false, 'true', 1]) assertProblem(changed(path, value), 'invalid_request_object');
  }
});

test('every claim has its JSON type', () => {
  for (const name of Object.keys(SAMPLE)) {
    const wrong = name === 'claims' || name === 'aud' ? [null, 7, true, []] : [null, true, [], {}, ''];
    for (const value of wrong) {
      const result = parseRequestObjectClaims(changed(name, value));
      assert.ok('problem' in result, `${name} ${JSON.stringify(value)}`);
    }
  }
  for (const json of [null, undefined, [], 'x', 4]) assertProblem(json, 'invalid_request_object');
});

test('aud may be an array', () => {
  assert.deepEqual(accept(changed('aud', ['a', 'b'])).audiences, ['a', 'b']);
  for (const aud of [[], ['a', 7], [''], '']) assertProblem(changed('aud', aud), 'invalid_request_object');
});

test('iss is the client_id', () => {
  assertProblem(changed('iss', 'another'), 'invalid_request_object', 'iss is not the client_id');
});

test('response_type is code or code id_token', () => {
  assert.equal(accept(changed('response_type', 'code')).responseType, 'code');
  for (const type of ['token', 'id_token', 'id_token code', 'code token', 'code id_token token', 'CODE', '']) {
    assertProblem(changed('response_type', type), 'unsupported_response_type');
  }
});

test('scope is openid and payments, in either order, and nothing else', () => {
  assert.equal(accept(changed('scope', 'payments openid')).scope, 'payments openid');
  for (const scope of [
    'payments',
    'openid',
    'openid payments accounts',
    'openid  payments',
    'openid accounts',
    'openid payments openid',
    '',
  ]) {
    assertProblem(changed('scope', scope), 'invalid_scope');
  }
});

test('state has only characters of base64url', () => {
  for (const state of ['a b', 'a=', 'a+b', 'a/b', 'a.b', 'ä', 'a\n', '', 'a'.repeat(513)]) {
    assertProblem(changed('state', state), 'invalid_request_object');
  }
  assert.equal(accept(changed('state', 'aZ09_-')).state, 'aZ09_-');
});

test('nonce and redirect_uri are printable and of bounded length', () => {
  for (const nonce of ['', ' ', 'a\u0000', 'ä', 'a'.repeat(513)])
    assertProblem(changed('nonce', nonce), 'invalid_request_object');
  for (const uri of ['', 'https://x.example/\r\n', `https://x.example/${'a'.repeat(2048)}`]) {
    assertProblem(changed('redirect_uri', uri), 'invalid_request_object');
  }
});

test('times are whole seconds', () => {
  for (const name of ['max_age', 'exp', 'iat']) {
    for (const value of ['900', 1.5, -1, Number.MAX_SAFE_INTEGER + 1, null])
      assertProblem(changed(name, value), 'invalid_request_object');
  }
});

test('the authorizationId is the same UUID in both places', () => {
  const other = ID.replace('9', '8');
  assertProblem(
    changed('claims.userinfo.authorizationId.value', other),
    'invalid_request_object',
    'claims.userinfo and claims.id_token name different values of authorizationId',
  );
  for (const value of [ID.toUpperCase(), '', 7, null, 'x'])
    assertProblem(changed('claims.id_token.authorizationId.value', value), 'invalid_request_object');
});

test('acr.values contains sca, and may contain ca beside it', () => {
  const both = ['urn:openbanking:psd2:ca', 'urn:openbanking:psd2:sca'];
  assert.deepEqual(accept(changed('claims.id_token.acr.values', both)).acrValues, both);
  for (const values of [
    ['urn:openbanking:psd2:ca'],
    [],
    'urn:openbanking:psd2:sca',
    null,
    [7],
    ['urn:openbanking:psd2:sca', 7],
  ]) {
    assertProblem(changed('claims.id_token.acr.values', values), 'invalid_request_object');
  }
});

test('claims we do not know change nothing', () => {
  assert.deepEqual(accept({ ...SAMPLE, jti: 'x', nbf: 1, prompt: 'none' }), accept(SAMPLE));
});

test('a request object is good until its exp, and not at it', () => {
  const times = { issuedAtSeconds: 1000, expiresAtSeconds: 1900 };
  assert.equal(checkRequestObjectTimes(times, 1000), undefined);
  assert.equal(checkRequestObjectTimes(times, 1899), undefined);
  assert.equal(checkRequestObjectTimes(times, 1900)?.description, 'the request object has expired');
});

test('a request object lives at most an hour', () => {
  assert.equal(checkRequestObjectTimes({ issuedAtSeconds: 1000, expiresAtSeconds: 4600 }, 1000), undefined);
  const tooLong = checkRequestObjectTimes({ issuedAtSeconds: 1000, expiresAtSeconds: 4601 }, 1000);
  assert.equal(tooLong?.description, 'exp is more than 3600 seconds after iat');
  assert.equal(
    checkRequestObjectTimes({ issuedAtSeconds: 1000, expiresAtSeconds: 1000 }, 900)?.description,
    'exp is not after iat',
  );
});

test('a TPP’s clock may run a minute ahead', () => {
  const times = { issuedAtSeconds: 1060, expiresAtSeconds: 1960 };
  assert.equal(checkRequestObjectTimes(times, 1000), undefined);
  assert.equal(checkRequestObjectTimes(times, 999)?.description, 'iat lies in the future');
});

test('no JSON value makes the parser throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(SAMPLE), 'claims.id_token', 'claims.id_token.acr'),
      fc.jsonValue({ maxDepth: 3 }),
      (path, value) => {
        const result = parseRequestObjectClaims(changed(path, value));
        assert.ok('claims' in result || result.problem.description.length > 0);
      },
    ),
  );
});
