import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { refused } from './support/refused.ts';
import { PAYMENT, PAYMENT_ID, REQUEST } from './support/samples.ts';
import { CLIENT, json, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => {
  bank.reset();
  bank.onApi = () => bank.signed(200, PAYMENT);
});

const tokenRequests = () => bank.requestsTo('/oauth/token');
const unauthorised = { type: 'SECURITY', message: 'the token is expired', id: 'r', violations: [] };

test('the token is asked for over mutual TLS with the secret in the form, as the contract has it', async () => {
  await bank.tpp().readPayment(PAYMENT_ID);
  const [sent] = tokenRequests();
  assert.equal(sent?.clientName, 'client');
  assert.deepEqual(Object.fromEntries(sent.form), {
    grant_type: 'client_credentials',
    scope: 'payments',
    client_id: CLIENT.clientId,
    client_secret: CLIENT.clientSecret,
  });
});

test('twenty callers at once make one token request', async () => {
  bank.onToken = () => ({ ...bank.clientToken(), delayMs: 30 });
  const tpp = bank.tpp();
  await Promise.all(Array.from({ length: 20 }, () => tpp.readPayment(PAYMENT_ID)));
  assert.equal(tokenRequests().length, 1);
});

test('one caller who gives up does not take the token from the others', async () => {
  const order: string[] = [];
  bank.onToken = async () => {
    await sleep(200);
    order.push('token');
    return bank.clientToken();
  };
  const tpp = bank.tpp();
  const stop = new AbortController();
  const hasty = refused(tpp.readPayment(PAYMENT_ID, { signal: stop.signal }), 'ABORTED').then(() =>
    order.push('hasty'),
  );
  const hurried = refused(tpp.readPayment(PAYMENT_ID, { deadlineMs: 60 }), 'TIMEOUT').then(() => order.push('hurried'));
  const patient = tpp.readPayment(PAYMENT_ID).then(() => order.push('patient'));
  setTimeout(() => stop.abort(), 30);
  await Promise.all([hasty, hurried, patient]);
  assert.deepEqual(order, ['hasty', 'hurried', 'token', 'patient']);
  assert.equal(tokenRequests().length, 1);
  assert.equal(bank.requestsTo('/sepa-payments').length, 1);
});

test('the token is kept until a minute before it ends, and renewed then', async () => {
  const tpp = bank.tpp();
  await tpp.readPayment(PAYMENT_ID);
  bank.clock.advance((86_399 - 65) * 1000);
  await tpp.readPayment(PAYMENT_ID);
  assert.equal(tokenRequests().length, 1);
  bank.clock.advance(10_000);
  await tpp.readPayment(PAYMENT_ID);
  assert.equal(tokenRequests().length, 2);
});

test('expires_in is read as a number too', async () => {
  bank.onToken = () => json(200, { token_type: 'Bearer', access_token: 'a-token', scope: 'payments', expires_in: 100 });
  const tpp = bank.tpp();
  await tpp.readPayment(PAYMENT_ID);
  bank.clock.advance(91_000);
  await tpp.readPayment(PAYMENT_ID);
  assert.equal(tokenRequests().length, 2);
});

test('a refused token is renewed once, for all who were refused, and the request goes out again unchanged', async () => {
  let issued = 0;
  bank.onToken = () => bank.clientToken(`token-number-${++issued}`);
  bank.onApi = ({ headers }) =>
    headers.authorization === 'Bearer token-number-1' ? bank.signed(401, unauthorised) : bank.signed(201, PAYMENT);
  const tpp = bank.tpp();
  await Promise.all(
    Array.from({ length: 5 }, (_, index) => tpp.createPayment(REQUEST, { idempotencyKey: `key-${index}` })),
  );
  assert.equal(issued, 2);
  const keys = bank.requestsTo('/sepa-payments').map(({ headers }) => headers['x-idempotency-key']);
  assert.deepEqual(keys.toSorted(), Array.from({ length: 5 }, (_, index) => [`key-${index}`, `key-${index}`]).flat());
});

test('a token refused again after its renewal is ACCESS_TOKEN_REFUSED', async () => {
  bank.onApi = () => bank.signed(401, unauthorised);
  const error = await refused(bank.tpp().readPayment(PAYMENT_ID), 'ACCESS_TOKEN_REFUSED');
  assert.equal(error.status, 401);
  assert.equal(tokenRequests().length, 2);
  assert.equal(bank.requestsTo('/sepa-payments').length, 2);
});

test('a wrong secret is TOKEN_REFUSED with the OAuth error, is not retried, and the next call asks anew', async () => {
  bank.onToken = () =>
    json(401, { error: 'invalid_client', error_description: 'no such client' }, { 'x-request-id': 'rq-9' });
  const tpp = bank.tpp();
  const error = await refused(tpp.readPayment(PAYMENT_ID), 'TOKEN_REFUSED');
  assert.equal(error.oauthError, 'invalid_client');
  assert.equal(error.status, 401);
  assert.equal(error.requestId, 'rq-9');
  assert.equal(tokenRequests().length, 1);
  bank.onToken = () => bank.clientToken();
  assert.ok(await tpp.readPayment(PAYMENT_ID));
});

test('a busy or lost token endpoint is asked again, and creates no doubt about a payment that was never sent', async () => {
  bank.onToken = () => (tokenRequests().length === 1 ? { status: 200, isSilent: true } : bank.clientToken());
  assert.ok(await bank.tpp().readPayment(PAYMENT_ID));
  bank.onToken = () => json(503, {}, { 'retry-after': '1' });
  const error = await refused(bank.tpp().createPayment(REQUEST), 'UNAVAILABLE');
  assert.equal(error.outcomeUnknown, false);
});

for (const [what, answer] of Object.entries({
  'no access token': { token_type: 'bearer', expires_in: 1 },
  'another token type': { token_type: 'DPoP', access_token: 'x', expires_in: 1 },
  'a token that fits no header': { token_type: 'bearer', access_token: 'x\r\ny', expires_in: 1 },
  'no lifetime': { token_type: 'bearer', access_token: 'x' },
  'another scope': { token_type: 'bearer', access_token: 'x', expires_in: 1, scope: 'accounts' },
  'a list': [],
})) {
  test(`a token answer with ${what} is refused`, async () => {
    bank.onToken = () => json(200, answer);
    await refused(bank.tpp().readPayment(PAYMENT_ID), 'ANSWER_UNEXPECTED');
  });
}
