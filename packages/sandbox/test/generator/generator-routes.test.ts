import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertifiedJwk } from '../../src/certificates/certified-jwk.ts';
import { testSandbox } from '../support/test-sandbox.ts';

const sandbox = testSandbox();
const GENERATOR = '/psd2-sandbox-tpp-generator';

interface Answer {
  readonly privateJwks: { readonly keys: readonly CertifiedJwk[] };
  readonly publicJwksUrl: string;
}

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, sandbox().authorize), { redirect: 'manual', ...init });
}

function post(path: string, headers: Record<string, string> = { 'x-api-key': 'mine' }): Promise<Response> {
  return ask(path, { method: 'POST', headers });
}

async function generate(): Promise<Answer> {
  const answer = await post(`${GENERATOR}/sandbox-tpp?c=fi&cn=My%20TPP`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return (await answer.json()) as Answer;
}

async function keysAt(url: string): Promise<CertifiedJwk[]> {
  return ((await (await ask(url)).json()) as { keys: CertifiedJwk[] }).keys;
}

/** What a refusal says, its text left out. */
async function refusal(answering: Promise<Response>): Promise<[number, string]> {
  const answer = await answering;
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  const { error, error_description: description, ...rest } = (await answer.json()) as Record<string, string>;
  assert.ok(description !== undefined && description.length > 20);
  assert.deepEqual(rest, {});
  return [answer.status, error ?? ''];
}

test('the generator answers exactly the members of the contract, and the public halves are where it says', async () => {
  const made = await generate();
  assert.deepEqual(Object.keys(made), ['privateJwks', 'publicJwksUrl']);
  assert.ok(made.publicJwksUrl.startsWith(`${sandbox().authorize}${GENERATOR}/jwks/`));
  const published = await keysAt(made.publicJwksUrl);
  assert.deepEqual(
    published,
    made.privateJwks.keys.map(({ d, p, q, dp, dq, qi, ...open }) => open),
  );
  assert.deepEqual(
    published.map(({ alg, x5c }) => [alg, x5c.length]),
    [
      ['RS256', 2],
      ['ES256', 2],
    ],
  );
});

test('public keys may be kept for seconds only, and are known by their ETag', async () => {
  const { publicJwksUrl } = await generate();
  const first = await ask(publicJwksUrl);
  assert.equal(first.headers.get('cache-control'), 'public, max-age=10');
  const etag = first.headers.get('etag') ?? '';
  assert.equal((await ask(publicJwksUrl, { headers: { 'if-none-match': etag } })).status, 304);
  assert.equal((await post(publicJwksUrl.replace(/\.json$/, '/keys'))).status, 201);
  const changed = await ask(publicJwksUrl, { headers: { 'if-none-match': etag } });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.get('etag'), etag);
});

test('a key is added, the old one deleted and found among the revoked ones', async () => {
  const { publicJwksUrl, privateJwks } = await generate();
  const base = publicJwksUrl.replace(/\.json$/, '');
  const old = privateJwks.keys[1]?.kid ?? assert.fail();
  const remove = (headers: Record<string, string>) => ask(`${base}/keys/${old}`, { method: 'DELETE', headers });
  const added = (await (await post(`${base}/keys`)).json()) as Answer;
  assert.equal(added.publicJwksUrl, publicJwksUrl);
  assert.deepEqual(
    added.privateJwks.keys.map(({ alg }) => alg),
    ['ES256'],
  );
  assert.deepEqual(await keysAt(`${base}/revoked.json`), []);
  assert.deepEqual(await refusal(remove({ 'x-api-key': 'not mine' })), [403, 'wrong_api_key']);
  assert.equal((await remove({ 'x-api-key': 'mine' })).status, 204);
  assert.deepEqual(
    (await keysAt(publicJwksUrl)).map(({ kid }) => kid),
    [privateJwks.keys[0]?.kid, added.privateJwks.keys[0]?.kid],
  );
  assert.deepEqual(
    (await keysAt(`${base}/revoked.json`)).map(({ kid }) => kid),
    [old],
  );
});

test('every refusal is JSON that says what to do', async () => {
  const { publicJwksUrl } = await generate();
  const base = publicJwksUrl.replace(/\.json$/, '');
  const make = (query: string, headers?: Record<string, string>) =>
    refusal(post(`${GENERATOR}/sandbox-tpp${query}`, headers));
  assert.deepEqual(await make('?c=fi&cn=A', {}), [401, 'missing_api_key']);
  assert.deepEqual(await make('?c=fi&cn=A', { 'x-api-key': '' }), [401, 'missing_api_key']);
  assert.deepEqual(await make('?c=fi&cn=A', { 'x-api-key': 'k'.repeat(257) }), [401, 'missing_api_key']);
  assert.deepEqual(await make(''), [400, 'invalid_country']);
  assert.deepEqual(await make('?c=us&cn=A'), [400, 'invalid_country']);
  assert.deepEqual(await make('?c=fi&c=se&cn=A'), [400, 'invalid_country']);
  assert.deepEqual(await make('?c=fi'), [400, 'invalid_name']);
  assert.deepEqual(await make(`?c=fi&cn=${'a'.repeat(65)}`), [400, 'invalid_name']);
  assert.deepEqual(await refusal(post(`${base}/keys?type=email`)), [400, 'invalid_type']);
  assert.deepEqual(await refusal(post(`${base.slice(0, -1)}/keys`)), [404, 'unknown_tpp']);
  assert.deepEqual(await refusal(ask(`${base}x.json`)), [404, 'unknown_tpp']);
  assert.deepEqual(await refusal(ask(`${GENERATOR}/jwks/..%2f..%2fbank%2fsecrets.json`)), [404, 'unknown_tpp']);
});

test('a body is not read, whatever it says it is; a long one is refused', async () => {
  const send = (body: string, type: string) =>
    ask(`${GENERATOR}/sandbox-tpp?c=fi&cn=A`, {
      method: 'POST',
      body,
      headers: { 'x-api-key': 'mine', 'content-type': type },
    });
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
    assert.equal((await send('{', type)).status, 200, type);
  }
  assert.equal((await send('x'.repeat(2000), 'text/plain')).status, 413);
});
