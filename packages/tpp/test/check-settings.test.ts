import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import { Secret, type TppSettings } from '../src/index.ts';
import { refused } from './support/refused.ts';
import { CLIENT, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());

test('every mistake in the settings shows at once', async () => {
  const { endpoints } = bank.settings();
  const error = await refused(
    () =>
      bank.tpp({
        clientId: '',
        apiKey: 'with\nline',
        redirectUri: '/return',
        limits: { attemptMs: 0 },
        endpoints: { ...endpoints, token: 'http://localhost/oauth/token', audience: '' },
      }),
    'SETTINGS_INVALID',
  );
  for (const part of [
    'clientId',
    'apiKey',
    'redirectUri',
    'limits.attemptMs',
    'endpoints.token',
    'endpoints.audience',
  ]) {
    assert.match(error.message, new RegExp(part.replace('.', '\\.')));
  }
});

const pem = (key: ReturnType<typeof generateKeyPairSync>['privateKey'] & object) =>
  (key as unknown as { export(options: object): string }).export({ type: 'pkcs8', format: 'pem' });

for (const [what, change] of Object.entries({
  'a signing key that is no key': () => ({ signing: { key: 'not a key', kid: 'k', alg: 'ES256' } }),
  'a P-384 key for ES256': () => ({
    signing: { key: pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey), kid: 'k', alg: 'ES256' },
  }),
  'an EC key for RS256': () => ({ signing: { key: bank.signingKey, kid: 'k', alg: 'RS256' } }),
  'an RSA key of 1024 bits': () => ({
    signing: { key: pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), kid: 'k', alg: 'RS256' },
  }),
  HS256: () => ({ signing: { key: bank.signingKey, kid: 'k', alg: 'HS256' } }),
  'no kid': () => ({ signing: { key: bank.signingKey, kid: '', alg: 'ES256' } }),
  'a certificate without its key': () => ({
    tls: { cert: bank.certificates.client.cert, key: bank.certificates.server.key },
  }),
  'a certificate that is none': () => ({ tls: { cert: 'x', key: bank.certificates.client.key } }),
  'an address with a password': () => ({
    endpoints: { ...bank.settings().endpoints, api: 'https://a:b@localhost/v1' },
  }),
  'no addresses': () => ({ endpoints: undefined }),
  'no secret': () => ({ clientSecret: undefined }),
})) {
  test(`${what} is refused when the SDK is constructed`, async () => {
    await refused(() => bank.tpp(change() as unknown as Partial<TppSettings>), 'SETTINGS_INVALID');
  });
}

test('secrets may be given as Secret, and nothing that is inspected shows them', () => {
  const tpp = bank.tpp({ clientSecret: new Secret(CLIENT.clientSecret), apiKey: new Secret(CLIENT.apiKey) });
  const shown = inspect(tpp, { showHidden: true, depth: 9 }) + JSON.stringify(tpp);
  assert.doesNotMatch(shown, /canary|PRIVATE KEY/);
});

test('a Secret shows itself to reveal() alone', () => {
  const secret = new Secret('canary');
  const shown = `${secret}${String(secret)}${JSON.stringify({ secret })}${inspect({ secret }, { showHidden: true })}`;
  assert.doesNotMatch(shown, /canary/);
  assert.equal(secret.reveal(), 'canary');
});
