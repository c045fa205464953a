import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import * as jose from 'jose';
import {
  type ExchangeRecord,
  findRegistrationEndpoint,
  type RegistrationSettings,
  registerTpp,
  type Software,
} from '../../src/index.ts';
import { organisationIdOfCertificate } from '../../src/registration/check-registration.ts';
import { refused } from '../support/refused.ts';
import { DEVELOPER_KEY, REDIRECT_URIS, registrationAnswer, registrationSettings } from '../support/registrations.ts';
import { CLIENT, json, TestBank } from '../support/test-bank.ts';
import { certificateFor } from '../support/test-certificates.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => {
  bank.reset();
  bank.onApi = () => json(201, registrationAnswer(bank));
  bank.onDiscovery = () => json(200, withRegistration(`${bank.api}/tpp-registration/register`));
});

const withRegistration = (endpoint: unknown) => ({ ...bank.metadata(), registration_endpoint: endpoint });
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a registration goes out as two JWTs of contract §10, over mutual TLS, with the developer’s key', async () => {
  const registration = await registerTpp(registrationSettings(bank));
  const [sent, ...more] = bank.requestsTo('/tpp-registration/');
  assert.ok(sent);
  assert.equal(more.length, 0);
  assert.deepEqual([sent.method, sent.path, sent.clientName], ['POST', '/tpp-registration/register', 'client']);
  assert.equal(sent.headers['content-type'], 'application/jwt');
  assert.equal(sent.headers['x-api-key'], DEVELOPER_KEY);

  const now = bank.clock.epochSeconds();
  const currentDate = bank.clock.now();
  const outer = await jose.jwtVerify(sent.body.toString(), bank.signingPublicKey, { currentDate });
  assert.deepEqual(outer.protectedHeader, { alg: 'ES256', kid: 'tpp-1', typ: 'JWT' });
  const { iat, exp, jti, software_statement: statement, ...asked } = outer.payload;
  assert.deepEqual(asked, {
    aud: 'https://op.fi/',
    redirect_uris: REDIRECT_URIS,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
  });
  const inner = await jose.jwtVerify(String(statement), bank.signingPublicKey, { currentDate });
  const { iat: ssaIat, exp: ssaExp, jti: ssaJti, software_client_id: softwareId, ...said } = inner.payload;
  assert.deepEqual(said, {
    iss: 'Tuohi Oy',
    software_roles: ['PIS'],
    software_jwks_endpoint: 'https://tpp.example/jwks.json',
    software_client_name: 'Tuohi',
    software_redirect_uris: REDIRECT_URIS,
    software_client_uri: 'https://tpp.example/',
    org_name: 'Tuohi Oy',
    org_id: 'FI-FINFSA-1234567-1',
    org_contacts: [{ name: 'Support', email: 'support@tpp.example', phone: '+358123456', type: 'Support' }],
  });
  for (const id of [jti, ssaJti, softwareId]) assert.match(String(id), uuid);
  assert.equal(new Set([jti, ssaJti, softwareId]).size, 3);
  for (const [from, to] of [
    [iat, exp],
    [ssaIat, ssaExp],
  ]) {
    assert.ok(Math.abs(Number(from) - (now - 100)) <= 2);
    assert.equal(Number(to) - Number(from), 5 * 3600 + 100);
  }

  assert.equal(registration.clientId, CLIENT.clientId);
  assert.equal(registration.clientSecret.reveal(), CLIENT.clientSecret);
  assert.equal(registration.apiKey.reveal(), CLIENT.apiKey);
  assert.equal(registration.clientSecretExpiresAt, undefined);
  assert.deepEqual(JSON.parse(registration.answer.reveal()), registrationAnswer(bank));
});

test('nothing that is shown of a registration holds a secret', async () => {
  const records: ExchangeRecord[] = [];
  const registration = await registerTpp(
    registrationSettings(bank, { onExchange: (record) => void records.push(record) }),
  );
  const shown = inspect([registration, records], { depth: 9, maxStringLength: null }) + JSON.stringify([registration]);
  assert.doesNotMatch(shown, /canary/);
  const sent = bank.requestsTo('/tpp-registration/')[0]?.body.toString() ?? '';
  assert.ok(!shown.includes(sent.split('.')[2] ?? '-'), 'the signature is shown');
  assert.deepEqual(
    records.map(({ purpose, request, answer }) => `${purpose} ${request.method} ${answer?.status}`),
    ['discovery GET 200', 'registration POST 201'],
  );
});

test('the mutual-TLS alias goes before the endpoint, and an address of one’s own before both', async () => {
  bank.onDiscovery = () =>
    json(200, {
      ...withRegistration('https://nowhere.example/register'),
      mtls_endpoint_aliases: { registration_endpoint: `${bank.api}/alias` },
    });
  await registerTpp(registrationSettings(bank));
  assert.equal(bank.received.at(-1)?.path, '/alias');
  bank.received.length = 0;
  await registerTpp(registrationSettings(bank, { registrationUrl: `${bank.api}/mine` }));
  assert.deepEqual(
    bank.received.map(({ path }) => path),
    ['/mine'],
  );
});

for (const [what, endpoint] of [
  ['names no registration endpoint', undefined],
  ['names one over plain http', 'http://localhost:1/register'],
] as const) {
  test(`a bank that ${what} is not registered at`, async () => {
    bank.onDiscovery = () => json(200, withRegistration(endpoint));
    await refused(registerTpp(registrationSettings(bank)), 'DISCOVERY_FAILED');
    assert.equal(bank.requestsTo('register').length, 0);
  });
}

test('every mistake shows at once, and nothing is sent', async () => {
  const { software } = registrationSettings(bank);
  const error = await refused(
    registerTpp(
      registrationSettings(bank, {
        bank: 'http://bank.example',
        developerKey: '',
        redirectUris: [
          'https://tpp.example/*',
          'http://tpp.example/',
          'https://u:p@tpp.example/',
          'https://tpp.example/#a',
        ],
        audience: '',
        grantTypes: [],
        software: {
          ...software,
          tppId: '',
          name: ' ',
          uri: 'tpp.example',
          roles: ['PISP'] as unknown as NonNullable<Software['roles']>,
          jwksEndpoint: 'http://tpp.example/jwks.json',
          organisation: { name: '', id: 'PSDFI-FINFSA-1234567-1' },
        },
        signing: { key: bank.signingKey, kid: '', alg: 'RS256' },
      }),
    ),
    'SETTINGS_INVALID',
  );
  for (const part of [
    'bank is neither https',
    'developerKey is missing',
    'redirectUris: https://tpp.example/* has a wildcard',
    'redirectUris: http://tpp.example/ is neither https nor http on localhost',
    'redirectUris: https://u:p@tpp.example/ holds a user name',
    'redirectUris: https://tpp.example/#a has a fragment',
    'audience is empty',
    'grantTypes is empty',
    'software.tppId',
    'software.name',
    'software.uri',
    'software.roles: PISP is none of PIS, AIS, CBPII',
    'software.jwksEndpoint',
    'software.organisation.name',
    'software.organisation.id begins with PSD',
    'signing.kid',
    'signing.key does not fit RS256',
  ]) {
    assert.ok(error.message.includes(part), `${part}\n${error.message}`);
  }
  assert.equal(bank.received.length, 0);
});

test('a redirect URI outside the software’s own is a mistake, and so are twenty-one of them; twenty are not', async () => {
  const uris = (count: number) => Array.from({ length: count }, (_, index) => `https://tpp.example/${index}`);
  const { software } = registrationSettings(bank);
  await refused(
    registerTpp(
      registrationSettings(bank, { redirectUris: uris(2), software: { ...software, redirectUris: uris(1) } }),
    ),
    'SETTINGS_INVALID',
  );
  await refused(registerTpp(registrationSettings(bank, { redirectUris: uris(21) })), 'SETTINGS_INVALID');
  await refused(registerTpp(registrationSettings(bank, { redirectUris: [] })), 'SETTINGS_INVALID');
  await registerTpp(registrationSettings(bank, { redirectUris: uris(20) }));
});

test('the organisation is the one of the certificate, unless another is given', async () => {
  const { ca, key, cert } = certificateFor('/organizationIdentifier=PSDFI-FINFSA-7654321-0/CN=Tuohi');
  assert.equal(organisationIdOfCertificate(cert), 'FI-FINFSA-7654321-0');
  assert.equal(organisationIdOfCertificate(bank.certificates.client.cert), undefined);
  assert.equal(organisationIdOfCertificate(certificateFor('/CN=organizationIdentifier=PSDFI-X-1').cert), undefined);
  const { software } = registrationSettings(bank);
  const nameless = { ...software, organisation: { name: 'Tuohi Oy' } };
  const error = await refused(registerTpp(registrationSettings(bank, { software: nameless })), 'SETTINGS_INVALID');
  assert.match(error.message, /tls\.cert names no organisation/);
  // The test bank does not trust this certificate, so the check is as far as it gets.
  const settings: RegistrationSettings = {
    ...registrationSettings(bank, { software: nameless }),
    tls: { cert, key, ca },
  };
  await refused(registerTpp({ ...settings, registrationUrl: `${bank.api}/register` }), 'TLS_FAILED');
});

test('a refusal says which check failed, in the bank’s words', async () => {
  bank.onApi = () =>
    json(
      400,
      {
        error: 'invalid_software_statement',
        error_description: 'org_id is FI-FINFSA-1 and the certificate says FI-FINFSA-2',
        check: 'organisation-differs',
      },
      { 'x-request-id': 'rq-7' },
    );
  const error = await refused(registerTpp(registrationSettings(bank)), 'REGISTRATION_REFUSED');
  assert.equal(error.status, 400);
  assert.equal(error.check, 'organisation-differs');
  assert.equal(error.oauthError, 'invalid_software_statement');
  assert.equal(error.requestId, 'rq-7');
  assert.equal(error.outcomeUnknown, false);
  assert.match(error.message, /the bank says: invalid_software_statement: org_id is FI-FINFSA-1/);
  assert.equal(bank.requestsTo('/tpp-registration/').length, 1);
});

test('what a bank answers instead of a refusal is shown without secrets, and no odd check is believed', async () => {
  bank.onApi = () => json(403, { error: 'x', error_description: `key ${DEVELOPER_KEY}`, check: 'a b\nc' });
  const error = await refused(registerTpp(registrationSettings(bank)), 'REGISTRATION_REFUSED');
  assert.doesNotMatch(inspect(error), /canary/);
  assert.equal(error.check, undefined);
  bank.onApi = () => ({ status: 302, headers: { location: 'https://attacker.example' } });
  await refused(registerTpp(registrationSettings(bank)), 'ANSWER_UNEXPECTED');
});

test('a registration whose answer is lost is not sent again: the bank may have done it', async () => {
  bank.onApi = () => ({ status: 201, isSilent: true });
  const error = await refused(registerTpp(registrationSettings(bank)), 'CONNECTION_LOST');
  assert.equal(error.outcomeUnknown, true);
  assert.equal(bank.requestsTo('/tpp-registration/').length, 1);
  bank.reset();
  bank.onDiscovery = () => json(200, withRegistration(`${bank.api}/tpp-registration/register`));
  let attempts = 0;
  bank.onApi = () => {
    attempts += 1;
    return attempts < 3 ? json(429, {}, { 'retry-after': '2' }) : json(201, registrationAnswer(bank));
  };
  await registerTpp(registrationSettings(bank));
  assert.equal(attempts, 3);
});

for (const [what, changes] of Object.entries({
  'no client_id': { client_id: undefined },
  'a client_id that is none': { client_id: 'a b' },
  'no secret': { client_secret: undefined },
  'a secret of two lines': { client_secret: 'a\nb' },
  'no API key': { api_key: '' },
  'redirect URIs that are none': { redirect_uris: 'https://tpp.example' },
  'an expiry that is none': { client_secret_expires_at: 'never' },
})) {
  test(`an answer with ${what} is not taken, and the bank may have registered`, async () => {
    bank.onApi = () => json(201, registrationAnswer(bank, changes));
    const error = await refused(registerTpp(registrationSettings(bank)), 'ANSWER_UNEXPECTED');
    assert.equal(error.outcomeUnknown, true);
    assert.doesNotMatch(inspect(error), /canary/);
  });
}

test('a secret that expires, and a bank that manages nothing', async () => {
  bank.onApi = () =>
    json(
      201,
      registrationAnswer(bank, { client_secret_expires_at: 1_800_000_000, registration_access_token: undefined }),
    );
  const registration = await registerTpp(registrationSettings(bank));
  assert.deepEqual(registration.clientSecretExpiresAt, new Date(1_800_000_000_000));
  assert.equal(registration.management, undefined);
});

test('an RSA key signs RS256, as in OP’s example', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await registerTpp(registrationSettings(bank, { signing: { key, kid: 'qwac', alg: 'RS256' } }));
  const body = bank.requestsTo('/tpp-registration/')[0]?.body.toString() ?? '';
  const { protectedHeader } = await jose.jwtVerify(body, publicKey, { currentDate: bank.clock.now() });
  assert.deepEqual(protectedHeader, { alg: 'RS256', kid: 'qwac', typ: 'JWT' });
});

test('where a bank registers is asked without a certificate', async () => {
  const { clock } = bank;
  assert.equal(await findRegistrationEndpoint({ bank: bank.issuer, clock }), `${bank.api}/tpp-registration/register`);
  await refused(findRegistrationEndpoint({ bank: 'http://bank.example', clock }), 'SETTINGS_INVALID');
  assert.equal(bank.received.length, 1);
});
