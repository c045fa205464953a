import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type SepaPayment, signDetached } from '@lupa/protocol';
import { jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, type Call, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { registerAnotherTpp } from '../flow/support/tpp-identity.ts';
import { type ContractBank, openContractBank } from './support/contract-bank.ts';

describe('contract §5, headers of a request', () => {
  let bank: ContractBank;
  let tpp: TestTpp;
  let token: string;
  let path: string;
  let user: string;

  before(async () => {
    bank = await openContractBank();
    ({ tpp, token } = bank);
    const approved = await bank.approved([{ amountEUR: '0.10' }]);
    user = approved.user;
    path = `/sepa-payments/${approved.payment.paymentId}`;
  });
  after(() => bank.close());

  const status = async (call: Partial<Call>) => (await tpp.call({ path, token, ...call })).status;
  const createdWith = async (headers: Call['headers']) => (await tpp.create(token, SAMPLE, headers)).status;

  test('"Authorization: Bearer …" is required', async () => {
    assert.equal(await status({}), 200);
    assertRefused(await tpp.call({ path }), 401, 'SECURITY');
    for (const authorization of [token, `Basic ${token}`, 'Bearer', 'Bearer ']) {
      assertRefused(await tpp.call({ path, headers: { authorization } }), 401, 'SECURITY');
    }
    assert.equal(await status({ headers: { authorization: `bearer ${token}` } }), 200);
  });

  test('"x-api-key" is required', async () => {
    assertRefused(await tpp.call({ path, token, headers: { 'x-api-key': undefined } }), 401, 'SECURITY');
  });

  test('"x-api-key … must belong to the token\'s client"', async () => {
    const another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    const headers = { 'x-api-key': another.identity.apiKey };
    assertRefused(await tpp.call({ path, token, headers }), 403, 'SECURITY');
  });

  test('"x-jws-signature" is required when a payment is created', async () => {
    assert.equal(await createdWith({}), 201);
    const unsigned = await bank.store.unchangedBy(() => tpp.create(token, SAMPLE, { 'x-jws-signature': undefined }));
    assertRefused(unsigned, 400, 'SECURITY');
  });

  test('"x-jws-signature" is never needed on GET, DELETE, PUT', async () => {
    assert.equal(await status({}), 200);
    assert.equal((await tpp.submit(user, path.split('/')[2] ?? '', 'unsigned')).status, 200);
    const { paymentId } = await tpp.created(token);
    assert.equal(await status({ method: 'DELETE', path: `/sepa-payments/${paymentId}` }), 200);
  });

  test('"if sent with a body it is verified"', async () => {
    const body = Buffer.from('{}');
    const put = (signature: string) =>
      tpp.call({
        method: 'PUT',
        path: `${path}/submissions/unsigned`,
        token: user,
        body,
        headers: { 'x-jws-signature': signature },
      });
    assert.equal((await put(signDetached(body, tpp.identity.signer))).status, 200);
    assertRefused(await put(signDetached(Buffer.from('{ }'), tpp.identity.signer)), 400, 'SECURITY');
  });

  test('"x-idempotency-key" is required on POST', async () => {
    const answer = await bank.store.unchangedBy(() => tpp.create(token, SAMPLE, { 'x-idempotency-key': undefined }));
    assertRefused(answer, 400, 'VALIDATION', 'Required x-idempotency-key');
  });

  test('"x-idempotency-key" is ignored elsewhere', async () => {
    const headers = { 'x-idempotency-key': 'x'.repeat(1_000) };
    assert.equal(await status({ headers }), 200);
    const [one, other] = [await tpp.created(token), await tpp.created(token)];
    for (const { paymentId } of [one, other]) {
      assert.equal(await status({ method: 'DELETE', path: `/sepa-payments/${paymentId}`, headers }), 200);
    }
  });

  test('"x-fapi-interaction-id" is echoed in every answer, errors too', async () => {
    const headers = { 'x-fapi-interaction-id': randomUUID() };
    const calls: Call[] = [
      { path, token, headers },
      { path, headers },
      { path: '/nowhere', token, headers },
    ];
    for (const call of calls) {
      const answer = await tpp.call(call);
      assert.equal(answer.headers['x-fapi-interaction-id'], headers['x-fapi-interaction-id']);
    }
  });

  test('"x-fapi-interaction-id" is made by us when absent, another one each time', async () => {
    const made = async () => String((await tpp.call({ path, token })).headers['x-fapi-interaction-id']);
    const ids = [await made(), await made()];
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    assert.equal(new Set(ids).size, 2);
  });

  test('"x-fapi-interaction-id" that is no UUID is a 400', async () => {
    const answer = await tpp.call({ path, token, headers: { 'x-fapi-interaction-id': 'x' } });
    assertRefused(answer, 400, 'VALIDATION', 'InvalidValue x-fapi-interaction-id');
  });

  const recorded = {
    'x-fapi-customer-ip-address': '192.0.2.1',
    'x-customer-user-agent': 'Mozilla/5.0 (X11; Linux x86_64)',
    'x-fapi-customer-last-logged-time': 'Sun, 10 Sep 2017 19:43:31 GMT',
    'x-fapi-financial-id': 'a-financial-id',
    'x-session-id': 'a-session',
    'x-request-id': 'a-request',
  };

  test('the customer\'s and the other optional headers are "recorded with the payment and the audit trail"', async () => {
    const { paymentId } = jsonOf<SepaPayment>(await tpp.create(token, SAMPLE, recorded));
    const [row] = await bank.store.query<{ context: object }>('SELECT context FROM payments WHERE payment_id = $1', [
      paymentId,
    ]);
    assert.deepEqual(row?.context, recorded);
    const [event] = await bank.store.query<{ headers: object }>(
      "SELECT details->'headers' AS headers FROM audit_events WHERE details->>'paymentId' = $1",
      [paymentId],
    );
    assert.deepEqual(event?.headers, recorded);
  });

  test('each of these headers is optional', async () => {
    for (const name of Object.keys(recorded)) assert.equal(await createdWith({ ...recorded, [name]: undefined }), 201);
  });

  test('"x-fapi-customer-last-logged-time" is an RFC 7231 date; the document\'s "UTC" is one too', async () => {
    const named = (value: string) => ({ 'x-fapi-customer-last-logged-time': value });
    assert.equal(await createdWith(named('Sun, 10 Sep 2017 19:43:31 UTC')), 201);
    const answer = await tpp.create(token, SAMPLE, named('2017-09-10T19:43:31Z'));
    assertRefused(answer, 400, 'VALIDATION', 'InvalidValue x-fapi-customer-last-logged-time');
  });

  test('"x-client-certificate": never trusted; in the sandbox ignored', async () => {
    const headers = { 'x-client-certificate': 'somebody else' };
    assert.equal(await status({ headers }), 200);
    assertRefused(await tpp.call({ path, headers }), 401, 'SECURITY');
  });

  test('Content-Type: the body is parsed as JSON whatever it says', async () => {
    for (const type of ['application/json; charset=utf-8', undefined, 'text/plain', 'nonsense']) {
      assert.equal(await createdWith({ 'content-type': type }), 201, type);
    }
  });

  test('"415 for any Content-Encoding but identity"', async () => {
    assert.equal(await createdWith({ 'content-encoding': 'identity' }), 201);
    const body = gzipSync(JSON.stringify(SAMPLE));
    const answer = await bank.store.unchangedBy(() => tpp.create(token, body, { 'content-encoding': 'gzip' }));
    assertRefused(answer, 415, 'VALIDATION');
  });

  test('"Accept": absent, */* and application/json are fine; anything that excludes JSON is a 406', async () => {
    for (const accept of [undefined, '*/*', 'application/json']) {
      assert.equal(await status({ headers: { accept } }), 200, accept);
    }
    for (const accept of ['text/html', 'application/json;q=0']) {
      assertRefused(await tpp.call({ path, token, headers: { accept } }), 406, 'VALIDATION');
    }
  });
});
