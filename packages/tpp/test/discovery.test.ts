import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { DiscoverySettings } from '../src/index.ts';
import { refused } from './support/refused.ts';
import { PAYMENT, PAYMENT_ID } from './support/samples.ts';
import { json, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

test('the addresses come from the discovery document, the token endpoint from its mutual-TLS alias', async () => {
  const tpp = await bank.discover();
  assert.deepEqual(tpp.endpoints, {
    issuer: bank.issuer,
    authorize: `${bank.issuer}/oauth/authorize`,
    token: `${bank.api}/oauth/token`,
    revocation: `${bank.api}/oauth/revoke`,
    api: `${bank.api}/payments-psd2/v1`,
    idTokenKeys: `${bank.issuer}/id-keys`,
    responseKeys: `${bank.issuer}/jwks/payments/jwks.json`,
    audience: bank.api,
    callbackIssuerOptional: false,
  });
  assert.deepEqual(
    bank.received.map(({ path }) => path),
    ['/.well-known/openid-configuration'],
  );
  bank.onApi = () => bank.signed(200, PAYMENT);
  assert.deepEqual(await tpp.readPayment(PAYMENT_ID), PAYMENT);
});

test('OAuth’s document is asked for where there is no OpenID one', async () => {
  bank.onDiscovery = ({ path }) => (path.endsWith('openid-configuration') ? json(404, {}) : json(200, bank.metadata()));
  const tpp = await bank.discover();
  assert.equal(tpp.endpoints.issuer, bank.issuer);
  assert.equal(bank.received.at(-1)?.path, '/.well-known/oauth-authorization-server');
});

test('the path of an issuer comes before OpenID’s well-known path and after OAuth’s', async () => {
  const issuer = `${bank.issuer}/tenant`;
  bank.onDiscovery = ({ path }) =>
    path.endsWith('openid-configuration') ? json(404, {}) : json(200, { ...bank.metadata(), issuer });
  await bank.discover({ bank: issuer });
  const paths = ['/tenant/.well-known/openid-configuration', '/.well-known/oauth-authorization-server/tenant'];
  assert.deepEqual(
    bank.received.map(({ path }) => path),
    paths,
  );
});

for (const [what, issuer] of [
  ['another issuer', () => 'https://attacker.example'],
  ['the issuer with a slash', () => `${bank.issuer}/`],
  ['no issuer', () => undefined],
] as const) {
  test(`a document with ${what} is refused`, async () => {
    bank.onDiscovery = () => json(200, { ...bank.metadata(), issuer: issuer() });
    await refused(bank.discover(), 'DISCOVERY_ISSUER_WRONG');
  });
}

test('addresses of one’s own go before the discovered ones', async () => {
  const tpp = await bank.discover({ endpoints: { api: `${bank.api}/other/v9/`, audience: 'https://mtls.apis.op.fi' } });
  assert.equal(tpp.endpoints.api, `${bank.api}/other/v9`);
  assert.equal(tpp.endpoints.audience, 'https://mtls.apis.op.fi');
});

test('a bank that promises iss is held to it, one that does not may be let off', async () => {
  const endpoints = { callbackIssuerOptional: true };
  assert.equal((await bank.discover({ endpoints })).endpoints.callbackIssuerOptional, false);
  bank.onDiscovery = () => json(200, { ...bank.metadata(), authorization_response_iss_parameter_supported: undefined });
  assert.equal((await bank.discover({ endpoints })).endpoints.callbackIssuerOptional, true);
  assert.equal((await bank.discover()).endpoints.callbackIssuerOptional, false);
});

test('a document that is missing, no JSON, or leads elsewhere is DISCOVERY_FAILED', async () => {
  bank.onDiscovery = () => json(404, {});
  assert.equal((await refused(bank.discover(), 'DISCOVERY_FAILED')).status, 404);
  bank.onDiscovery = () => ({ status: 200, body: '<html>' });
  await refused(bank.discover(), 'DISCOVERY_FAILED');
  bank.onDiscovery = () => ({ status: 302, headers: { location: `${bank.issuer}/elsewhere` } });
  await refused(bank.discover(), 'DISCOVERY_FAILED');
  bank.onDiscovery = () => json(200, { ...bank.metadata(), jwks_uri: undefined });
  await refused(bank.discover(), 'DISCOVERY_FAILED');
});

test('discovered addresses must be https where secrets go', async () => {
  bank.onDiscovery = () =>
    json(200, { ...bank.metadata(), mtls_endpoint_aliases: { token_endpoint: 'http://localhost/t' } });
  await refused(bank.discover(), 'SETTINGS_INVALID');
  bank.onDiscovery = () => json(200, { ...bank.metadata(), jwks_uri: 'http://bank.example/keys' });
  await refused(bank.discover(), 'SETTINGS_INVALID');
});

test('plain http is for this machine, and a wrong setting sends nothing', async () => {
  await refused(bank.discover({ bank: 'http://bank.example' }), 'SETTINGS_INVALID');
  await refused(bank.discover({ bank: 'localhost:8080' }), 'SETTINGS_INVALID');
  await refused(bank.discover({ tls: undefined as unknown as DiscoverySettings['tls'] }), 'SETTINGS_INVALID');
  assert.equal(bank.received.length, 0);
});
