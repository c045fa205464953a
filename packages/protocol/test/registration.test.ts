import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseClientChange } from '../src/parse-client-change.ts';
import {
  checkRegistrationTimes,
  grantsUsable,
  parseRegistrationClaims,
  parseSoftwareStatementClaims,
} from '../src/parse-registration.ts';
import { MAX_REDIRECT_URIS, redirectUriProblem } from '../src/redirect-uri.ts';
import { type RegistrationCheck, RegistrationRefused, registrationErrorBody } from '../src/registration.ts';

/** OP's published example, its values shortened. */
const REGISTRATION = {
  iat: 1_700_000_000,
  exp: 1_700_018_100,
  aud: 'https://op.fi/',
  jti: 'a5f3e0c4-2c1a-4d7e-9a57-3f1f5f8f0c3e',
  redirect_uris: ['https://localhost:8181/oauth/access_token', 'http://localhost/callback'],
  grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
  software_statement: 'header.payload.signature',
};
const STATEMENT = {
  iss: 'PSDFI-FINFSA-1234567-1',
  iat: 1_700_000_000,
  exp: 1_700_018_100,
  jti: 'a5f3e0c4',
  software_client_id: 'my-software',
  software_roles: ['PIS', 'AIS'],
  software_jwks_endpoint: 'https://tpp.example/jwks.json',
  software_jwks_revoked_endpoint: 'https://tpp.example/revoked.json',
  software_client_name: 'Kauppa €',
  software_redirect_uris: ['https://localhost:8181/oauth/access_token', 'http://localhost/callback'],
  software_client_uri: 'https://tpp.example',
  org_name: 'Example',
  org_id: 'FI-FINFSA-1234567-1',
  org_contacts: [{ name: 'N', email: 'n@tpp.example', phone: '+358', type: 'Technical' }],
};

function assertRefused(check: RegistrationCheck, act: () => unknown, what = ''): void {
  assert.throws(
    act,
    (error) => {
      assert.ok(error instanceof RegistrationRefused, `${what}: ${error}`);
      assert.equal(error.check, check, `${what}: ${error.message}`);
      // RFC 6749 section 5.2: what an error_description may consist of.
      assert.match(error.message, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
      return true;
    },
    `${what} was accepted`,
  );
}

/** Undefined takes the member out. */
const changed = (json: object, change: object) => JSON.parse(JSON.stringify({ ...json, ...change }));

describe('a registration JWT', () => {
  test('of OP’s example is read', () => {
    assert.deepEqual(parseRegistrationClaims(REGISTRATION), {
      audiences: ['https://op.fi/'],
      issuedAtSeconds: 1_700_000_000,
      expiresAtSeconds: 1_700_018_100,
      jti: REGISTRATION.jti,
      redirectUris: REGISTRATION.redirect_uris,
      grantTypes: REGISTRATION.grant_types,
      softwareStatement: 'header.payload.signature',
    });
  });

  test('may name several audiences, leave the grants out, and hold what we do not know', () => {
    const { grant_types: _left, ...rest } = REGISTRATION;
    const claims = parseRegistrationClaims({ ...rest, aud: ['x', 'https://op.fi/'], policy_uri: 7 });
    assert.deepEqual(claims.audiences, ['x', 'https://op.fi/']);
    assert.equal(claims.grantTypes.length, 4);
  });

  const WRONG: readonly [RegistrationCheck, object][] = [
    ['registration-claims', { iat: undefined }],
    ['registration-claims', { iat: '1700000000' }],
    ['registration-claims', { iat: 1.5 }],
    ['registration-claims', { exp: null }],
    ['registration-claims', { exp: -1 }],
    ['registration-claims', { aud: undefined }],
    ['registration-claims', { aud: [] }],
    ['registration-claims', { aud: [7] }],
    ['registration-claims', { jti: undefined }],
    ['registration-claims', { jti: '' }],
    ['registration-claims', { jti: 'a b' }],
    ['registration-claims', { jti: 'x'.repeat(257) }],
    ['registration-claims', { software_statement: undefined }],
    ['registration-claims', { software_statement: {} }],
    ['grant-types', { grant_types: [] }],
    ['grant-types', { grant_types: 'client_credentials' }],
    ['grant-types', { grant_types: ['password'] }],
    ['grant-types', { grant_types: [null] }],
    ['redirect-uris', { redirect_uris: undefined }],
    ['redirect-uris', { redirect_uris: [] }],
    ['redirect-uris', { redirect_uris: 'https://tpp.example' }],
    ['redirect-uris', { redirect_uris: [7] }],
    ['redirect-uris', { redirect_uris: ['https://tpp.example/*'] }],
  ];
  test('that is wrong is refused by the check of what is wrong', () => {
    for (const [check, change] of WRONG) {
      assertRefused(check, () => parseRegistrationClaims(changed(REGISTRATION, change)), JSON.stringify(change));
    }
    for (const json of [null, [], 'x', 7]) assertRefused('registration-claims', () => parseRegistrationClaims(json));
  });

  test(`has ${MAX_REDIRECT_URIS} redirect URIs at most`, () => {
    const uris = (count: number) => Array.from({ length: count }, (_, place) => `https://tpp.example/${place}`);
    const read = (count: number) => parseRegistrationClaims({ ...REGISTRATION, redirect_uris: uris(count) });
    assert.equal(read(MAX_REDIRECT_URIS).redirectUris.length, MAX_REDIRECT_URIS);
    assertRefused('redirect-uris', () => read(MAX_REDIRECT_URIS + 1));
  });
});

describe('a software statement', () => {
  test('of OP’s example is read', () => {
    assert.deepEqual(parseSoftwareStatementClaims(STATEMENT), {
      tppId: 'PSDFI-FINFSA-1234567-1',
      issuedAtSeconds: 1_700_000_000,
      expiresAtSeconds: 1_700_018_100,
      jti: 'a5f3e0c4',
      softwareId: 'my-software',
      roles: ['PIS', 'AIS'],
      jwksEndpoint: 'https://tpp.example/jwks.json',
      jwksRevokedEndpoint: 'https://tpp.example/revoked.json',
      clientName: 'Kauppa €',
      redirectUris: STATEMENT.software_redirect_uris,
      organisationId: 'FI-FINFSA-1234567-1',
    });
  });

  test('need not name an endpoint of revoked keys', () => {
    const claims = parseSoftwareStatementClaims(changed(STATEMENT, { software_jwks_revoked_endpoint: undefined }));
    assert.equal(claims.jwksRevokedEndpoint, undefined);
  });

  test('that is wrong is refused', () => {
    const wrong: readonly object[] = [
      { iss: undefined },
      { iss: 'a\u0007b' },
      { iat: undefined },
      { exp: '1' },
      { jti: undefined },
      { software_client_id: undefined },
      { software_roles: undefined },
      { software_roles: [] },
      { software_roles: ['PIS', 'ASPSP'] },
      { software_jwks_endpoint: undefined },
      { software_jwks_endpoint: 'tpp.example' },
      { software_jwks_endpoint: 'ftp://tpp.example' },
      { software_jwks_endpoint: 'https://tpp.example/€' },
      { software_jwks_endpoint: `https://tpp.example/${'x'.repeat(2_048)}` },
      { software_jwks_revoked_endpoint: '' },
      { software_client_name: undefined },
      { software_client_name: '' },
      { software_client_name: ' ' },
      { software_client_name: 'x'.repeat(141) },
      // What would make a customer read another name.
      { software_client_name: 'Kauppa\u202e' },
      { software_redirect_uris: [] },
      { software_redirect_uris: ['http://tpp.example'] },
      { org_id: undefined },
      { org_id: 'PSDFI-FINFSA-1234567-1' },
      { org_id: 'FI-FINFSA' },
      { org_id: 'FI-finfsa-1' },
    ];
    for (const change of wrong) {
      const act = () => parseSoftwareStatementClaims(changed(STATEMENT, change));
      assertRefused('software-claims', act, JSON.stringify(change));
    }
    assertRefused('software-claims', () => parseSoftwareStatementClaims(null));
  });
});

describe('the times of both', () => {
  const NOW = 1_700_000_000;
  const check = (issuedAtSeconds: number, expiresAtSeconds: number, of: 'registration JWT' | 'software statement') =>
    checkRegistrationTimes({ issuedAtSeconds, expiresAtSeconds }, NOW, of);

  test('may lie in the past and the future as OP’s example has them', () => {
    check(NOW - 100, NOW + 18_000, 'registration JWT');
    check(NOW - 100, NOW + 18_000, 'software statement');
  });

  test('are refused one second beyond each limit, and accepted at it', () => {
    const day = 86_400;
    for (const [of, longest, name] of [
      ['registration JWT', day, 'registration-times'],
      ['software statement', 366 * day, 'software-times'],
    ] as const) {
      check(NOW - longest + 1, NOW + 1, of);
      assertRefused(name, () => check(NOW - longest, NOW + 1, of), 'too long');
      assertRefused(name, () => check(NOW - 10, NOW, of), 'expired');
      check(NOW + 60, NOW + 61, of);
      assertRefused(name, () => check(NOW + 61, NOW + 62, of), 'from the future');
      assertRefused(name, () => check(NOW, NOW, of), 'no life at all');
    }
  });
});

describe('a redirect URI', () => {
  test('is https, or http on the customer’s own machine', () => {
    for (const uri of [
      'https://tpp.example',
      'https://tpp.example/callback?bank=op',
      'https://localhost:8181/oauth/access_token',
      'http://localhost/callback',
      'http://localhost:3000/',
      'http://127.0.0.1:3000/x',
      'http://[::1]:3000/x',
      'https://tpp.example/user@home',
    ]) {
      assert.equal(redirectUriProblem(uri), undefined, uri);
    }
  });

  test('is nothing else', () => {
    for (const uri of [
      'http://tpp.example',
      'http://localhost.tpp.example/',
      'http://127.0.0.2/',
      'https://tpp.example/#x',
      'https://tpp.example/#',
      'https://*.tpp.example/',
      'https://tpp.example/*',
      'https://user@tpp.example/',
      'https://user:word@tpp.example/',
      'https://@tpp.example/',
      'https:///tpp.example',
      'https:tpp.example',
      'https:\\\\tpp.example',
      'https://tpp.example/a b',
      'https://tpp.example/ä',
      'https://tpp.example/\n',
      'javascript:alert(1)',
      'data:text/html,x',
      'app://callback',
      '/callback',
      '',
      `https://tpp.example/${'x'.repeat(2_048)}`,
      7,
      null,
      undefined,
    ]) {
      assert.equal(typeof redirectUriProblem(uri), 'string', String(uri));
    }
  });
});

describe('a change of a registration', () => {
  const FIXED = { software_id: 'my-software', software_roles: ['PIS'], scope: 'openid payments' };
  const CHANGE = {
    client_id: 'id',
    client_name: 'Kauppa',
    redirect_uris: ['https://tpp.example'],
    grant_types: ['client_credentials'],
    jwks_endpoint: 'https://tpp.example/jwks',
  };

  test('is the whole of it (RFC 7592), where what cannot change may stand as it is', () => {
    assert.deepEqual(parseClientChange({ ...CHANGE, ...FIXED }, FIXED), {
      clientId: 'id',
      clientName: 'Kauppa',
      redirectUris: ['https://tpp.example'],
      grantTypes: ['client_credentials'],
      jwksEndpoint: 'https://tpp.example/jwks',
      jwksRevokedEndpoint: undefined,
    });
  });

  test('that holds anything else is refused', () => {
    const wrong: readonly [RegistrationCheck, object][] = [
      ['request', { client_id: undefined }],
      ['request', { client_name: undefined }],
      ['request', { client_name: 'x\u0007' }],
      ['redirect-uris', { redirect_uris: undefined }],
      ['redirect-uris', { redirect_uris: ['http://tpp.example'] }],
      ['grant-types', { grant_types: ['password'] }],
      ['request', { jwks_endpoint: 7 }],
      ['request', { jwks_endpoint: undefined, jwks_revoked_endpoint: 'https://tpp.example/revoked' }],
      ['request', { registration_access_token: 'x' }],
      ['request', { registration_client_uri: 'x' }],
      ['request', { client_secret_expires_at: 0 }],
      ['request', { client_id_issued_at: 0 }],
      ['request', { client_secret: 'x' }],
      ['request', { software_id: 'another' }],
      ['request', { software_roles: ['PIS', 'AIS'] }],
      ['request', { org_id: 'FI-FINFSA-1' }],
      ['request', { api_key: 'x' }],
    ];
    for (const [check, change] of wrong) {
      assertRefused(check, () => parseClientChange(changed(CHANGE, change), FIXED), JSON.stringify(change));
    }
    assertRefused('request', () => parseClientChange([], FIXED));
  });
});

test('whoever may refresh may pay by exemption, and nobody else who did not ask for it', () => {
  const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  assert.deepEqual(grantsUsable(['refresh_token']), ['refresh_token', JWT_BEARER]);
  assert.deepEqual(grantsUsable(['client_credentials']), ['client_credentials']);
  assert.deepEqual(grantsUsable([JWT_BEARER]), [JWT_BEARER]);
});

test('a refusal is told as RFC 7591 has it, with the check that failed', () => {
  assert.deepEqual(registrationErrorBody({ check: 'redirect-uris', description: 'why' }), {
    error: 'invalid_redirect_uri',
    error_description: 'why',
    check: 'redirect-uris',
  });
});
