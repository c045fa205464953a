import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { parseJwkSet } from '@lupa/protocol';
import { keepDemoTpp } from '../../src/demo-tpp/keep-demo-tpp.ts';
import { demoRedirectUris } from '../../src/demo-tpp/redirect-uris.ts';
import { parseRegistrationResult } from '../../src/demo-tpp/registration-result.ts';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOW = new Date('2026-02-01T00:00:00Z');
const run = (shopPort: number) => ({
  redirectUris: demoRedirectUris(shopPort),
  jwksEndpoint: 'http://localhost:8080/x',
  now: NOW,
});

test('the demo TPP’s files are those the workflow document names, and fit each other', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const { facts, jwks } = await keepDemoTpp(files, run(8181));
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

test('a later start keeps id, secret and key; the redirect URIs follow the shop’s port', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  const first = await keepDemoTpp(files, run(8181));
  const second = await keepDemoTpp(files, run(9191));
  const { redirectUris: before, ...firstFacts } = first.facts;
  const { redirectUris: after, ...secondFacts } = second.facts;
  assert.deepEqual(secondFacts, firstFacts);
  assert.equal(before[0], 'http://localhost:8181/return');
  assert.equal(after[0], 'http://localhost:9191/return');
  assert.ok(after.includes('https://localhost:8181/oauth/access_token'));
});

test('a registration result cut short is none', () => {
  const whole = '{"client_id":"a","client_secret":"b","api_key":"c"}\nssaSigningKid: k\n';
  assert.equal(parseRegistrationResult(whole)?.ssaSigningKid, 'k');
  assert.equal(parseRegistrationResult(whole.slice(0, 30)), undefined);
  assert.equal(parseRegistrationResult(whole.slice(10)), undefined);
});
