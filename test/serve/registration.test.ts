import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Registration, registerTpp, TppError } from '@lupa/tpp';
import { TestTpp } from '../flow/support/test-tpp.ts';
import { pemOf } from '../flow/support/tpp-identity.ts';
import { type PublicHost, publicHost } from './support/public-host.ts';
import { type ServeProcess, says, startServe } from './support/serve-process.ts';
import { type CertifiedTpp, certifyTpp } from './support/serve-tpp.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';

const DEVELOPER_KEY = 'a-developer-of-the-portal';
const REDIRECT_URI = 'http://localhost/callback';

let bank: ServedBank;
let server: ServeProcess;
let keyServer: PublicHost;
let tpp: CertifiedTpp;
let configure: (registration: object) => Promise<string>;

before(async () => {
  bank = await prepareServedBank();
  const { files } = bank;
  tpp = certifyTpp(files, 'newcomer');
  // Its issuer is one that the bank trusts for TPPs, and no system trusts.
  files.certify('key-server', { names: 'DNS:keys.tpp.example' });
  const [cert, key] = ['key-server.pem', 'key-server-key.pem'].map((name) =>
    readFileSync(join(files.directory, name), 'utf8'),
  );
  keyServer = await publicHost(JSON.stringify(tpp.jwks), { cert: String(cert), key: String(key) });
  const members = await bank.configuration();
  const developerKeys = [createHash('sha256').update(DEVELOPER_KEY).digest('hex')];
  configure = async (registration) => files.write({ ...members, registration: { developerKeys, ...registration } });
  server = await startServe(await configure({}), { workers: 1, environment: keyServer.environment });
});
after(async () => {
  await server?.end('SIGKILL');
  keyServer?.close();
  await bank?.close();
});

function register(): Promise<Registration> {
  return registerTpp({
    bank: server.authorize,
    developerKey: DEVELOPER_KEY,
    tls: tpp.tls,
    signing: { key: pemOf(tpp.signer.key), kid: tpp.signer.kid, alg: 'ES256' },
    software: {
      tppId: 'Newcomer',
      name: 'Newcomer',
      uri: 'https://tpp.example/',
      jwksEndpoint: `${keyServer.origin}/keys.json`,
      organisation: { name: 'Newcomer' },
    },
    redirectUris: [REDIRECT_URI],
  });
}

test('a key server whose certificate no system trusts is refused', async () => {
  const refused = await register().catch((error: unknown) => error);
  assert.ok(refused instanceof TppError, String(refused));
  assert.deepEqual([refused.code, refused.check], ['REGISTRATION_REFUSED', 'key-set']);
  assert.match(String(refused.oauthDescription), /over a trusted connection \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/);
});

test('once registration.keyServerIssuers names its issuer the TPP is registered, and calls', async () => {
  await configure({ keyServerIssuersFile: 'ca.pem' });
  server.signal('SIGHUP');
  await server.logged(says('reloaded'));
  const { clientId, clientSecret, apiKey } = await register();
  const [secret, key] = [clientSecret.reveal(), apiKey.reveal()];
  const identity = { ...tpp, clientId, clientSecret: secret, apiKey: key, redirectUri: REDIRECT_URI };
  const calls = await TestTpp.of(identity, server);
  await calls.created(await calls.clientToken());
  calls.close();
});
