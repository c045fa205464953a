import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { askGenerator, generatorOf } from '../../src/register/ask-generator.ts';
import {
  checkTppCertificates,
  privateJwkOf,
  publicJwkOf,
  type TppCertificates,
} from '../../src/register/tpp-certificates.ts';
import { ownCertificate, testIssuer } from '../support/own-certificates.ts';

let answer: { status: number; body: unknown };
let asked: IncomingMessage[] = [];
let server: Server;
let bank: string;
let made: TppCertificates;

before(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bank = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = await testIssuer();
  const [qwac, qseal] = await Promise.all([ownCertificate('web', { issuer }), ownCertificate('seal', { issuer })]);
  made = checkTppCertificates({ qwac, qseal }, new Date());
});
after(() => server.close());

const whole = () => ({
  privateJwks: { keys: [privateJwkOf(made.qseal), privateJwkOf(made.qwac)] },
  publicJwksUrl: 'https://keys.example/any/place.json',
});

function ask(body: unknown, status = 200) {
  answer = { status, body };
  asked = [];
  const wish = { country: 'fi', name: 'My & TPP', developerKey: 'key-1' };
  return askGenerator(generatorOf(bank), wish, {
    onFetch: () => {},
    signal: new AbortController().signal,
    at: new Date(),
  });
}

test('a TPP is asked for as contract §10 has it', async () => {
  const { certificates, jwksUrl, jwksRevokedUrl } = await ask(whole());
  const [request] = asked;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url, '/psd2-sandbox-tpp-generator/sandbox-tpp?c=fi&cn=My+%26+TPP');
  assert.equal(request?.headers['x-api-key'], 'key-1');
  assert.equal(request?.headers['content-length'], '0');
  assert.deepEqual([certificates.qwac.kid, certificates.qseal.kid], [made.qwac.kid, made.qseal.kid]);
  assert.equal(jwksUrl, 'https://keys.example/any/place.json');
  assert.equal(jwksRevokedUrl, undefined);
});

test('Lupa’s own generator lists withdrawn keys beside the others', async () => {
  const publicJwksUrl = `${bank}/psd2-sandbox-tpp-generator/jwks/0192-a.json`;
  const { jwksRevokedUrl } = await ask({ ...whole(), publicJwksUrl });
  assert.equal(jwksRevokedUrl, `${bank}/psd2-sandbox-tpp-generator/jwks/0192-a/revoked.json`);
});

test('a bank that makes no certificates is no sandbox; a refusal is told in its words', async () => {
  await assert.rejects(ask({}, 404), /makes no certificates: it is no sandbox\. .*--qwac/);
  await assert.rejects(
    ask({ error_description: 'c must be a country' }, 400),
    /refused \(HTTP 400\)\. It says: c must be a country/,
  );
  await assert.rejects(ask('x', 500), /refused \(HTTP 500\)\.$/);
});

for (const [what, change, said] of [
  ['no keys', () => ({ privateJwks: {} }), /privateJwks or publicJwksUrl is missing/],
  ['no address', () => ({ publicJwksUrl: 'x' }), /privateJwks or publicJwksUrl is missing/],
  [
    'one key',
    () => ({ privateJwks: { keys: [privateJwkOf(made.qwac)] } }),
    /no ES256 key with kid and x5c for the QSEALC/,
  ],
  [
    'a public key',
    () => ({ privateJwks: { keys: [privateJwkOf(made.qwac), publicJwkOf(made.qseal)] } }),
    /no private key for the QSEALC/,
  ],
] as const) {
  test(`an answer with ${what} is not taken`, async () => {
    await assert.rejects(ask({ ...whole(), ...change() }), said);
  });
}

test('certificates that no bank would take are refused here already', async () => {
  const issuer = await testIssuer();
  const qwac = await ownCertificate('web', { issuer, organizationIdentifier: 'PSDFI-FINFSA-1111111-1' });
  const other = checkTppCertificates(
    { qwac, qseal: await ownCertificate('seal', { issuer, organizationIdentifier: 'PSDFI-FINFSA-1111111-1' }) },
    new Date(),
  );
  await assert.rejects(
    ask({ ...whole(), privateJwks: { keys: [privateJwkOf(other.qwac), privateJwkOf(made.qseal)] } }),
    /Take those of one organisation/,
  );
});
