import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import {
  type DirectoryOptions,
  parseRegistrationResult,
  printRegistrationResult,
  readRegistrationDirectory,
  Tpp,
} from '../../src/index.ts';
import { refused } from '../support/refused.ts';
import { REDIRECT_URIS, registrationAnswer } from '../support/registrations.ts';
import { PAYMENT, PAYMENT_ID } from '../support/samples.ts';
import { CLIENT, TestBank } from '../support/test-bank.ts';

let bank: TestBank;
const directories: string[] = [];
before(async () => {
  bank = await TestBank.open();
});
after(async () => {
  await bank.close();
  for (const directory of directories) rmSync(directory, { recursive: true });
});
beforeEach(() => bank.reset());

/** A directory as `lupa register` writes it, with changes; `undefined` leaves a file out. */
function directory(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'lupa-tpp-directory-'));
  directories.push(path);
  const { ca, client } = bank.certificates;
  const files = {
    'client.crt': client.cert,
    'key.pem': client.key,
    'ssa-signing-key.pem': bank.signingKey,
    'registration-result.txt': `${JSON.stringify(registrationAnswer(bank), null, 2)}\nssaSigningKid: tpp-1\n`,
    'bank.json': JSON.stringify({ bank: bank.issuer, endpoints: { responseKeys: `${bank.issuer}/response-keys` } }),
    'ca.crt': ca,
    ...changes,
  };
  for (const [name, text] of Object.entries(files)) if (text !== undefined) writeFileSync(join(path, name), text);
  return path;
}

const open = (path: string, options: DirectoryOptions = {}) =>
  Tpp.fromDirectory(path, { clock: bank.clock, ...options });

test('a TPP opens from its directory alone, and calls the bank', async () => {
  const tpp = await open(directory());
  bank.onApi = () => bank.signed(200, PAYMENT);
  assert.deepEqual(await tpp.readPayment(PAYMENT_ID), PAYMENT);
  const [token] = bank.requestsTo('/oauth/token');
  assert.equal(token?.form.get('client_id'), CLIENT.clientId);
  assert.equal(token?.form.get('client_secret'), CLIENT.clientSecret);
  assert.equal(token?.clientName, 'client');
  assert.equal(bank.requestsTo('/payments-psd2/')[0]?.headers['x-api-key'], CLIENT.apiKey);
  const { pending } = tpp.authorizationUrl({ authorizationId: PAYMENT.authorizationId });
  assert.equal(pending.redirectUri, REDIRECT_URIS[0]);
  tpp.close();
});

test('bank, redirect URI and addresses of the options go before those of the directory', async () => {
  const path = directory({ 'bank.json': '{"bank": "http://localhost:1"}' });
  const tpp = await open(path, {
    bank: bank.issuer,
    redirectUri: 'http://localhost:8181/return',
    endpoints: { audience: 'https://mtls.apis.op.fi' },
  });
  assert.equal(tpp.endpoints.issuer, bank.issuer);
  assert.equal(tpp.endpoints.audience, 'https://mtls.apis.op.fi');
  const { pending } = tpp.authorizationUrl({ authorizationId: PAYMENT.authorizationId });
  assert.equal(pending.redirectUri, 'http://localhost:8181/return');
  tpp.close();
});

test('without ca.crt the machine’s own issuers are trusted, so not this bank’s', async () => {
  const { client } = await readRegistrationDirectory(directory({ 'ca.crt': undefined }));
  assert.equal(client.tls.ca, undefined);
});

test('an RSA signing key signs RS256, a P-256 one ES256', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsa = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  assert.equal(
    (await readRegistrationDirectory(directory({ 'ssa-signing-key.pem': rsa }))).client.signing.alg,
    'RS256',
  );
  assert.equal((await readRegistrationDirectory(directory())).client.signing.alg, 'ES256');
});

test('every file that is missing is named at once', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'lupa-tpp-directory-'));
  directories.push(empty);
  const error = await refused(open(empty), 'SETTINGS_INVALID');
  for (const name of ['client.crt', 'key.pem', 'ssa-signing-key.pem', 'registration-result.txt']) {
    assert.match(error.message, new RegExp(`${name} is missing`));
  }
  assert.doesNotMatch(error.message, /bank\.json|ca\.crt/);
  const nowhere = await refused(open(join(empty, 'tpp')), 'SETTINGS_INVALID');
  assert.match(nowhere.message, /there is no directory \S+\/tpp; lupa register makes one/);
});

for (const [what, changes, said] of [
  ['no signing key', { 'ssa-signing-key.pem': undefined }, /ssa-signing-key\.pem is missing/],
  ['a signing key that is none', { 'ssa-signing-key.pem': 'x' }, /ssa-signing-key\.pem is not a PEM private key/],
  ['a result cut short', { 'registration-result.txt': '{"client_id": "a' }, /registration-result\.txt does not begin/],
  [
    'a result without the kid',
    { 'registration-result.txt': '{}' },
    /registration-result\.txt does not begin.*client_id/,
  ],
  ['a bank.json that is none', { 'bank.json': '[' }, /bank\.json is not of the form/],
  ['no bank.json', { 'bank.json': undefined }, /has no bank\.json, and no bank is given/],
  ['another key than the certificate’s', { 'key.pem': 'x' }, /tls\.cert and tls\.key/],
] as const) {
  test(`a directory with ${what} is refused, and says so`, async () => {
    const error = await refused(open(directory(changes)), 'SETTINGS_INVALID');
    assert.match(error.message, said);
    assert.doesNotMatch(inspect(error), /canary/);
  });
}

test('a result whose last line is missing is told apart from one that is no result', async () => {
  const path = directory({ 'registration-result.txt': JSON.stringify(registrationAnswer(bank)) });
  assert.match((await refused(open(path), 'SETTINGS_INVALID')).message, /no line "ssaSigningKid/);
});

test('a redirect URI that is not registered is refused, with those that are', async () => {
  const error = await refused(open(directory(), { redirectUri: 'http://localhost:1/' }), 'SETTINGS_INVALID');
  assert.match(
    error.message,
    /http:\/\/localhost:1\/ is not registered; registered are https:\/\/tpp\.example\/return/,
  );
});

test('registration-result.txt reads back as it was printed', async () => {
  const { registration } = await readRegistrationDirectory(directory());
  const printed = printRegistrationResult(registration, 'tpp-1');
  assert.doesNotMatch(inspect(printed), /canary/);
  const read = parseRegistrationResult(printed.reveal());
  assert.equal(read.signingKid, 'tpp-1');
  assert.deepEqual(JSON.parse(read.registration.answer.reveal()), registrationAnswer(bank));
});
