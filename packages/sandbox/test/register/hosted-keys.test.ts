import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { checkHostedKeys } from '../../src/register/hosted-keys.ts';
import {
  checkTppCertificates,
  privateJwkOf,
  publicJwkOf,
  type TppCertificates,
} from '../../src/register/tpp-certificates.ts';
import { ownCertificate, testIssuer } from '../support/own-certificates.ts';

/** What the TPP's own server answers. */
let answer: { status: number; body: string; location?: string };
let server: Server;
let url: string;
let own: TppCertificates;
let other: TppCertificates;

before(async () => {
  server = createServer((_request, response) => {
    response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  const issuer = await testIssuer();
  const make = async () => {
    const [qwac, qseal] = await Promise.all([ownCertificate('web', { issuer }), ownCertificate('seal', { issuer })]);
    return checkTppCertificates({ qwac, qseal }, new Date());
  };
  [own, other] = await Promise.all([make(), make()]);
});
after(() => server.close());

const signal = new AbortController().signal;
const check = (address = url) => checkHostedKeys(address, own, { onFetch: () => {}, signal });
const host = (keys: unknown, status = 200) => {
  answer = { status, body: JSON.stringify(keys) };
};

async function problemsOf(address = url): Promise<string> {
  try {
    await check(address);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'HostedKeysWrong', String(error));
    return error.message;
  }
  assert.fail('they were taken');
}

test('a set with both keys is taken, among others and whatever their kids are', async () => {
  const [web, seal] = [publicJwkOf(own.qwac), publicJwkOf(own.qseal)];
  host({ keys: [publicJwkOf(other.qwac), { kty: 'OKP' }, 'x', { ...web, kid: 'web-1' }, { ...seal, kid: 'seal-1' }] });
  const found = await check();
  assert.deepEqual([found.qwac.kid, found.qseal.kid], ['web-1', 'seal-1']);
});

test('a set without one of them is not, nor one with another’s', async () => {
  host({ keys: [publicJwkOf(own.qwac)] });
  assert.match(await problemsOf(), /The key of the QSEALC is not in it\.$/);
  host({ keys: [publicJwkOf(other.qwac), publicJwkOf(other.qseal)] });
  assert.match(await problemsOf(), /QWAC is not in it\.\n {2}The key of the QSEALC is not in it/);
});

test('each key comes with a kid and its own certificate', async () => {
  const { kid: _, ...nameless } = publicJwkOf(own.qwac);
  const { x5c: __, ...bare } = publicJwkOf(own.qseal) as Record<string, unknown>;
  host({ keys: [nameless, bare] });
  assert.match(await problemsOf(), /The key of the QWAC has no kid in it\.\n {2}The key of the QSEALC has no x5c/);
  host({ keys: [{ ...publicJwkOf(own.qwac), x5c: publicJwkOf(other.qwac).x5c }, publicJwkOf(own.qseal)] });
  assert.match(await problemsOf(), /The key of the QWAC has another certificate in its x5c/);
});

test('a private key in public is told before anything else', async () => {
  host({ keys: [privateJwkOf(own.qwac), publicJwkOf(own.qseal)] });
  assert.match(await problemsOf(), /publishes a private key: everybody can sign with it now/);
});

test('an address that answers no key set is refused, and says what it does answer', async () => {
  host({ keys: {} });
  assert.match(await problemsOf(), /not a JWK Set/);
  answer = { status: 200, body: '<html>' };
  assert.match(await problemsOf(), /not a JWK Set/);
  host({}, 404);
  assert.match(await problemsOf(), /It answers 404, not 200\.$/);
  answer = { status: 302, body: '', location: url };
  assert.match(await problemsOf(), /It answers 302, not 200\. A bank follows no redirect/);
  answer = { status: 200, body: 'x'.repeat(1_048_577) };
  assert.match(await problemsOf(), /larger than 1 MiB/);
  assert.match(
    await problemsOf('http://127.0.0.1:1/jwks.json'),
    /cannot be fetched: nobody listens there \(ECONNREFUSED\)\.$/,
  );
});
