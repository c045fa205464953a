import assert from 'node:assert/strict';
import { createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { parseJwkSet } from '@lupa/protocol';
import { readRegistrationDirectory } from '@lupa/tpp';
import { keepSandboxCertificates } from '../../src/certificates/sandbox-certificates.ts';
import { keepDemoTpp } from '../../src/demo-tpp/keep-demo-tpp.ts';
import { demoRedirectUris } from '../../src/demo-tpp/redirect-uris.ts';
import { parseRegistrationResult } from '../../src/demo-tpp/registration-result.ts';
import { type DataDirectory, dataDirectory } from '../../src/files/data-directory.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOW = new Date('2026-02-01T00:00:00Z');
const CRL_URL = 'http://localhost:8080/sandbox/ca.crl';

async function keep(files: DataDirectory, shopPort: number) {
  const certificates = await keepSandboxCertificates(files, CRL_URL, NOW);
  const bank = 'http://localhost:8080';
  const run = { bank, redirectUris: demoRedirectUris(shopPort), jwksEndpoint: `${bank}/x`, now: NOW };
  return keepDemoTpp(files, certificates, run);
}

test('the demo TPP’s files are those the workflow document names, and fit each other', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const { facts, jwks } = await keep(files, 8181);
  const read = (path: string) => readFile(path, 'utf8');
  const text = await read(files.tpp.registrationResult);
  assert.match(text, /\}\nssaSigningKid: [\w-]{43}\n$/);
  const result = parseRegistrationResult(text);
  assert.equal(result?.ssaSigningKid, facts.signingKid);
  assert.deepEqual(Object.keys(result.answer).sort(), [
    'api_key',
    'client_id',
    'client_id_issued_at',
    'client_name',
    'client_secret',
    'client_secret_expires_at',
    'grant_types',
    'jwks_endpoint',
    'redirect_uris',
    'scope',
    'software_id',
    'software_roles',
  ]);
  const key = parseJwkSet(JSON.parse(await read(files.tpp.publicJwks))).get(facts.signingKid)?.key;
  assert.ok(key?.equals(createPublicKey(await read(files.tpp.signingKey))));
  assert.deepEqual(JSON.parse(await read(files.tpp.publicJwks)), jwks);
  assert.equal(typeof JSON.parse(await read(files.tpp.privateJwks)).keys[0].d, 'string');
  for (const path of [files.tpp.privateJwks, files.tpp.registrationResult, files.tpp.signingKey]) {
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  }
});

test('its key sets hold the key for TLS with the QWAC and the key for signatures with the QSEALC, each with its issuer', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const { facts, jwks } = await keep(files, 8181);
  const inBase64 = async (path: string) => new X509Certificate(await readFile(path)).raw.toString('base64');
  const ca = await inBase64(files.caCertificate);
  const keys = jwks.keys as (JsonWebKey & { kid: string; alg: string; x5c: string[] })[];
  assert.deepEqual(
    keys.map(({ alg, x5c }) => [alg, x5c]),
    [
      ['RS256', [await inBase64(files.tpp.certificate), ca]],
      ['ES256', [await inBase64(files.tpp.signingCertificate), ca]],
    ],
  );
  assert.equal(keys[1]?.kid, facts.signingKid);
  const readable = parseJwkSet(jwks);
  for (const { kid, x5c } of keys) {
    const certified = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64')).publicKey;
    assert.ok(readable.get(kid)?.key.equals(certified));
  }
  const secret = JSON.parse(await readFile(files.tpp.privateJwks, 'utf8')).keys;
  assert.deepEqual(
    secret.map(({ d, p, q, dp, dq, qi, ...open }: JsonWebKey) => open),
    keys,
  );
});

test('a later start keeps id, secret and key; the redirect URIs follow the shop’s port', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const first = await keep(files, 8181);
  const second = await keep(files, 9191);
  const { redirectUris: before, ...firstFacts } = first.facts;
  const { redirectUris: after, ...secondFacts } = second.facts;
  assert.deepEqual(secondFacts, firstFacts);
  assert.equal(before[0], 'http://localhost:8181/return');
  assert.equal(after[0], 'http://localhost:9191/return');
  assert.ok(after.includes('https://localhost:8181/oauth/access_token'));
});

test('the SDK reads its directory as one that lupa register wrote', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const { facts } = await keep(files, 8181);
  const { bank, client } = await readRegistrationDirectory(files.tpp.directory);
  assert.equal(bank, 'http://localhost:8080');
  assert.deepEqual(
    [client.clientId, client.signing.kid, client.signing.alg],
    [facts.clientId, facts.signingKid, 'ES256'],
  );
});

test('a registration result cut short is none', () => {
  const whole = '{"client_id":"a","client_secret":"b","api_key":"c","redirect_uris":[]}\nssaSigningKid: k\n';
  assert.equal(parseRegistrationResult(whole)?.ssaSigningKid, 'k');
  assert.equal(parseRegistrationResult(whole.slice(0, 30)), undefined);
  assert.equal(parseRegistrationResult(whole.slice(10)), undefined);
});
