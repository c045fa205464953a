import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { signDetached } from '@lupa/protocol';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import { assertRefused, type Call, SAMPLE, type TestTpp } from '../support/test-tpp.ts';

describe('HTTP requests that are not as they should be', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let token: string;
  let paymentId: string;
  let authorizationId: string;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    token = await tpp.clientToken();
    ({ paymentId, authorizationId } = await tpp.created(token));
  });
  after(() => bank.close());

  const unchanged = (call: Call) => bank.store.unchangedBy(() => tpp.call({ token, ...call }));

  test('a body of 64 KiB is read, one byte more is a 413', async () => {
    const padded = (length: number) => Buffer.from(JSON.stringify(SAMPLE).padEnd(length));
    assert.equal((await tpp.create(token, padded(65_536))).status, 201);
    const tooLarge = await bank.store.unchangedBy(() => tpp.create(token, padded(65_537)));
    assertRefused(tooLarge, 413, 'VALIDATION');
  });

  test('a Content-Encoding is a 415, identity is none', async () => {
    const body = gzipSync(JSON.stringify(SAMPLE));
    for (const encoding of ['gzip', 'br', 'deflate', 'gzip, identity']) {
      const answer = await bank.store.unchangedBy(() => tpp.create(token, body, { 'content-encoding': encoding }));
      assertRefused(answer, 415, 'VALIDATION');
    }
    assert.equal((await tpp.create(token, SAMPLE, { 'content-encoding': 'identity' })).status, 201);
  });

  test('an Accept that excludes JSON is a 406, any other is fine', async () => {
    const path = `/sepa-payments/${paymentId}`;
    for (const accept of ['text/html', 'application/json;q=0', 'application/xml, */*;q=0', 'text/*']) {
      assertRefused(await unchanged({ path, headers: { accept } }), 406, 'VALIDATION');
    }
    for (const accept of [
      undefined,
      '',
      '*/*',
      'application/json',
      'application/*',
      'text/html, */*;q=0.1',
      'application/json;charset=utf-8',
    ]) {
      assert.equal((await tpp.call({ path, token, headers: { accept } })).status, 200, accept);
    }
  });

  test('a wrong method is a 405 that lists the right ones', async () => {
    const wrong: [string, string, string][] = [
      ['GET', '/sepa-payments', 'POST'],
      ['PUT', `/sepa-payments/${paymentId}`, 'GET, DELETE'],
      ['PATCH', `/sepa-payments/${paymentId}`, 'GET, DELETE'],
      ['POST', `/sepa-payments/${paymentId}/submissions/1`, 'PUT, GET'],
      ['DELETE', `/sepa-payments/${paymentId}/submissions`, 'GET'],
      ['POST', `/authorizations/${authorizationId}`, 'GET, DELETE'],
      ['DELETE', `/payments/${paymentId}`, 'GET'],
    ];
    for (const [method, path, allowed] of wrong) {
      const answer = await unchanged({ method, path });
      assertRefused(answer, 405, 'VALIDATION');
      assert.equal(answer.headers.allow, allowed, `${method} ${path}`);
    }
  });

  test('a path that is none is a 404', async () => {
    for (const path of [
      '',
      '/',
      '/foreign',
      '/sepa-payments/',
      `/sepa-payments/${paymentId}/`,
      '/%',
      '/%00',
      `/Sepa-Payments/${paymentId}`,
    ]) {
      assertRefused(await unchanged({ path }), 404, 'VALIDATION');
    }
  });

  test('headers that are too large are a signed 431', async () => {
    const answer = await unchanged({ path: `/payments/${paymentId}`, headers: { 'x-session-id': 'x'.repeat(20_000) } });
    assertRefused(answer, 431, 'VALIDATION');
  });

  test('the body is read as JSON whatever its Content-Type says', async () => {
    for (const type of [
      undefined,
      'text/plain',
      'application/json',
      'application/x-www-form-urlencoded',
      'nonsense;;;',
      'multipart/form-data',
      ';',
      'application/json; charset=latin1',
    ]) {
      assert.equal((await tpp.create(token, SAMPLE, { 'content-type': type })).status, 201, type);
    }
  });

  test('a query that asks for what cannot be included is a 400', async () => {
    const calls = [
      `/sepa-payments/${paymentId}?include=payments`,
      `/authorizations/${authorizationId}?include=everything`,
      `/sepa-payments/${paymentId}?include=submissions&include=submissions`,
    ];
    for (const path of calls) assertRefused(await unchanged({ path }), 400, 'VALIDATION', 'InvalidValue include');
  });

  test('the interaction id comes back as it was sent, in errors too, and there is one where none was sent', async () => {
    const path = `/sepa-payments/${paymentId}`;
    const calls: Call[] = [
      { path, token },
      { path, token: 'unknown' },
      { path: `/sepa-payments/${randomUUID()}`, token },
      { path: '/nowhere', token },
      { path, token, method: 'PATCH' },
      { path, token, headers: { accept: 'text/html' } },
      { path, token, headers: { 'x-api-key': undefined } },
      { path: '/sepa-payments', method: 'POST', token, body: 'x'.repeat(65_537) },
    ];
    for (const call of calls) {
      for (const id of [randomUUID(), randomUUID().toUpperCase()]) {
        const answer = await unchanged({ ...call, headers: { ...call.headers, 'x-fapi-interaction-id': id } });
        assert.equal(answer.headers['x-fapi-interaction-id'], id, JSON.stringify(call.path));
      }
      assert.match(String((await unchanged(call)).headers['x-fapi-interaction-id']), /^[0-9a-f-]{36}$/);
    }
  });

  test('x-client-certificate proves nothing and is ignored in the sandbox', async () => {
    const headers = { 'x-client-certificate': 'anything' };
    assert.equal((await tpp.call({ path: `/payments/${paymentId}`, token, headers })).status, 200);
    assertRefused(await unchanged({ path: `/payments/${paymentId}`, token: 'unknown', headers }), 401, 'SECURITY');
  });

  test('what the customer’s headers say is kept with the payment', async () => {
    const headers = {
      'x-fapi-customer-ip-address': '2001:db8::1',
      'x-customer-user-agent': 'Mozilla/5.0',
      'x-fapi-customer-last-logged-time': 'Sun, 10 Sep 2017 19:43:31 UTC',
      'x-fapi-financial-id': 'test',
    };
    const answer = await tpp.create(token, SAMPLE, headers);
    assert.equal(answer.status, 201);
    const { paymentId: id } = JSON.parse(answer.bytes.toString());
    const [row] = await bank.store.query<{ context: object }>('SELECT context FROM payments WHERE payment_id = $1', [
      id,
    ]);
    assert.deepEqual(row?.context, headers);
  });

  test('a bad token is told before a bad body, and a missing API key before either', async () => {
    const body = Buffer.from('{"amountEUR":4}');
    const headers = { 'x-jws-signature': signDetached(body, tpp.identity.signer), 'x-idempotency-key': 'order' };
    const call = { method: 'POST', path: '/sepa-payments', body, headers };
    assert.equal((await unchanged(call)).status, 400);
    assert.equal((await unchanged({ ...call, token: 'unknown' })).status, 401);
    const keyless = await unchanged({ ...call, token: 'unknown', headers: { ...headers, 'x-api-key': undefined } });
    assert.match(keyless.headers['www-authenticate'] ?? '', /API key/);
  });
});
