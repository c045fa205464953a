import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import * as jose from 'jose';
import { refused } from './support/refused.ts';
import { AUTHORIZATION_ID, OTHER_ID, PAYMENT, REQUEST } from './support/samples.ts';
import { CLIENT, json, type Received, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const keyOf = ({ headers }: Received) => headers['x-idempotency-key'];

test('a payment is created over mutual TLS with every header the contract asks for', async () => {
  bank.onApi = () => bank.signed(201, PAYMENT);
  const payment = await bank.tpp().createPayment(REQUEST, {
    idempotencyKey: 'idempotent_5',
    interactionId: '351cd754-1177-4f87-812e-3a996a44aba8',
    customer: {
      ipAddress: '192.0.2.7',
      userAgent: 'Mozilla/5.0 (Kännykkä)',
      lastLogged: new Date('2017-09-10T19:43:31Z'),
    },
  });
  assert.deepEqual(payment, PAYMENT);
  const [sent] = bank.requestsTo('/sepa-payments');
  assert.equal(sent?.method, 'POST');
  assert.equal(sent.path, '/payments-psd2/v1/sepa-payments');
  assert.equal(sent.clientName, 'client');
  assert.deepEqual(JSON.parse(sent.body.toString()), REQUEST);
  const { headers } = sent;
  assert.equal(headers.authorization, 'Bearer client-token-canary-1');
  assert.equal(headers['x-api-key'], CLIENT.apiKey);
  assert.equal(headers['x-idempotency-key'], 'idempotent_5');
  assert.equal(headers['x-fapi-interaction-id'], '351cd754-1177-4f87-812e-3a996a44aba8');
  assert.equal(headers['x-fapi-customer-ip-address'], '192.0.2.7');
  assert.equal(headers['x-customer-user-agent'], 'Mozilla/5.0 (K?nnykk?)');
  assert.equal(headers['x-fapi-customer-last-logged-time'], 'Sun, 10 Sep 2017 19:43:31 GMT');
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
});

test('the signature covers exactly the bytes sent, and jose agrees', async () => {
  bank.onApi = () => bank.signed(201, PAYMENT);
  await bank.tpp().createPayment(REQUEST);
  const [sent] = bank.requestsTo('/sepa-payments');
  assert.ok(sent);
  const [header, middle, signature] = String(sent.headers['x-jws-signature']).split('.');
  assert.equal(middle, '');
  const whole = `${header}.${sent.body.toString('base64url')}.${signature}`;
  const verified = await jose.compactVerify(whole, bank.signingPublicKey);
  assert.deepEqual(verified.protectedHeader, { kid: 'tpp-1', alg: 'ES256' });
});

test('without an idempotency key each payment gets a new one', async () => {
  bank.onApi = () => bank.signed(201, PAYMENT);
  const tpp = bank.tpp();
  await tpp.createPayment(REQUEST);
  await tpp.createPayment(REQUEST);
  const [first, second] = bank.requestsTo('/sepa-payments').map(keyOf);
  assert.match(String(first), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first, second);
});

for (const [how, fault] of [
  ['cut in the middle of the answer', { isCut: true }],
  ['cut before the answer', { isSilent: true }],
] as const) {
  test(`a connection ${how} is retried with the same key and the same bytes`, async () => {
    const good = await bank.signed(201, PAYMENT);
    bank.onApi = () => (bank.requestsTo('/sepa-payments').length < 3 ? { ...good, ...fault } : good);
    assert.deepEqual(await bank.tpp().createPayment(REQUEST), PAYMENT);
    const [first, second, third, ...others] = bank.requestsTo('/sepa-payments');
    assert.ok(first && second && third);
    assert.equal(others.length, 0);
    for (const again of [second, third]) {
      assert.equal(keyOf(again), keyOf(first));
      assert.deepEqual(again.body, first.body);
      assert.equal(again.headers['x-jws-signature'], first.headers['x-jws-signature']);
    }
  });
}

test('a connection lost every time ends with an unknown outcome and the key to call again with', async () => {
  bank.onApi = () => ({ status: 200, isSilent: true });
  const error = await refused(bank.tpp().createPayment(REQUEST, { idempotencyKey: 'order-7' }), 'CONNECTION_LOST');
  assert.equal(error.outcomeUnknown, true);
  assert.equal(error.retrySafe, true);
  assert.deepEqual(error.retryWith, { idempotencyKey: 'order-7' });
  assert.match(error.message, /retrying with the same idempotency key is safe/);
  assert.equal(bank.requestsTo('/sepa-payments').length, 5);
});

test('a bank nobody listens at leaves nothing unknown', async () => {
  const { endpoints } = bank.settings();
  const tpp = bank.tpp({ endpoints: { ...endpoints, api: 'https://localhost:9/payments-psd2/v1' } });
  const error = await refused(tpp.createPayment(REQUEST), 'CONNECTION_FAILED');
  assert.equal(error.outcomeUnknown, false);
  assert.equal(error.retrySafe, true);
  assert.equal(bank.clock.slept.length, 4, 'it was tried five times');
});

test('a 503 is retried no earlier than Retry-After, with the same key', async () => {
  const busy = { type: 'TECHNICAL', message: 'busy', id: 'r1', violations: [] };
  bank.onApi = () =>
    bank.requestsTo('/sepa-payments').length === 1
      ? bank.signed(503, busy, { 'retry-after': '7' })
      : bank.signed(201, PAYMENT);
  await bank.tpp().createPayment(REQUEST);
  const [first, second] = bank.requestsTo('/sepa-payments');
  assert.equal(keyOf(first as Received), keyOf(second as Received));
  const [slept = 0] = bank.clock.slept;
  assert.ok(slept >= 7_000 && slept <= 7_200, `slept ${slept}`);
});

test('a 429 is retried too, and a Retry-After beyond the deadline ends the call at once', async () => {
  const busy = { type: 'TECHNICAL', message: 'slow down', id: 'r2', violations: [] };
  bank.onApi = () =>
    bank.requestsTo('/sepa-payments').length === 1
      ? bank.signed(429, busy, { 'retry-after': '1' })
      : bank.signed(201, PAYMENT);
  await bank.tpp().createPayment(REQUEST);
  assert.equal(bank.requestsTo('/sepa-payments').length, 2);

  bank.reset();
  bank.onApi = () => bank.signed(429, busy, { 'retry-after': '61' });
  const error = await refused(bank.tpp().createPayment(REQUEST), 'TOO_MANY_REQUESTS');
  assert.equal(bank.requestsTo('/sepa-payments').length, 1);
  assert.equal(error.outcomeUnknown, false);
  assert.equal(error.retryAfterMs, 61_000);
});

test('waits between retries double from attempt to attempt, with jitter', async () => {
  bank.onApi = () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>busy</h1>' });
  const error = await refused(
    bank.tpp({ randomBytes: (size) => new Uint8Array(size) }).createPayment(REQUEST),
    'UNAVAILABLE',
  );
  assert.deepEqual(bank.clock.slept, [100, 200, 400, 800]);
  assert.equal(error.outcomeUnknown, true, 'a gateway does not say what the bank has done');
  bank.reset();
  bank.onApi = () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>busy</h1>' });
  await refused(
    bank.tpp({ randomBytes: (size) => new Uint8Array(size).fill(255) }).createPayment(REQUEST),
    'UNAVAILABLE',
  );
  assert.ok(bank.clock.slept.every((ms, index) => ms > 199 * 2 ** index * 0.99 && ms < 200 * 2 ** index));
});

test('a bank too slow for every attempt ends in TIMEOUT with an unknown outcome', async () => {
  bank.onApi = async () => ({ ...(await bank.signed(201, PAYMENT)), delayMs: 400 });
  const tpp = bank.tpp({ limits: { attemptMs: 60, attempts: 2 } });
  const error = await refused(tpp.createPayment(REQUEST), 'TIMEOUT');
  assert.equal(error.outcomeUnknown, true);
  assert.equal(error.retrySafe, true);
  assert.equal(bank.requestsTo('/sepa-payments').length, 2);
});

test('the overall deadline ends a call that could still try', async () => {
  bank.onApi = async () => ({ ...(await bank.signed(201, PAYMENT)), delayMs: 5_000 });
  await refused(bank.tpp().createPayment(REQUEST, { deadlineMs: 300 }), 'TIMEOUT');
});

test('an AbortSignal ends the call in flight, and the outcome is then unknown', async () => {
  const stop = new AbortController();
  bank.onApi = () => {
    stop.abort(new Error('the customer left'));
    return { status: 200, delayMs: 50 };
  };
  const error = await refused(bank.tpp().createPayment(REQUEST, { signal: stop.signal }), 'ABORTED');
  assert.equal(error.outcomeUnknown, true);
  assert.equal(error.cause, stop.signal.reason);
  const early = await refused(bank.tpp().createPayment(REQUEST, { signal: stop.signal }), 'ABORTED');
  assert.equal(early.outcomeUnknown, false);
});

test('a refusal shows every violation, the request id that was signed, and the interaction id', async () => {
  const violations = [
    { type: 'SepaIban', path: 'payee.iban', message: 'payee.iban is not a valid IBAN' },
    { type: 'Max', path: 'count', message: 'count is at most 1000', value: 1000, inclusive: true },
  ];
  bank.onApi = () => bank.signed(400, { type: 'VALIDATION', message: 'two things are wrong', id: '0192', violations });
  const interactionId = '351cd754-1177-4f87-812e-3a996a44aba8';
  const error = await refused(bank.tpp().createPayment(REQUEST, { interactionId }), 'REQUEST_INVALID');
  assert.deepEqual(error.violations, violations);
  assert.equal(error.status, 400);
  assert.equal(error.requestId, '0192');
  assert.equal(error.interactionId, interactionId);
  assert.equal(error.retrySafe, false);
  assert.equal(error.outcomeUnknown, false);
  assert.match(error.message, /two things are wrong/);
});

test('a refused token after a lost answer leaves the first in doubt, and the same key safe', async () => {
  bank.onApi = () =>
    bank.requestsTo('/sepa-payments').length === 1
      ? { status: 200, isSilent: true }
      : bank.signed(403, { type: 'SECURITY', message: 'no', id: 'r', violations: [] });
  const error = await refused(bank.tpp().createPayment(REQUEST), 'FORBIDDEN');
  assert.equal(error.outcomeUnknown, true);
  assert.equal(error.retrySafe, true);
});

test('a signed refusal after a lost answer is the last word; a 429 is not', async () => {
  bank.onApi = () =>
    bank.requestsTo('/sepa-payments').length === 1
      ? { status: 200, isSilent: true }
      : bank.signed(400, { type: 'VALIDATION', message: 'no', id: 'r', violations: [] });
  assert.equal((await refused(bank.tpp().createPayment(REQUEST), 'REQUEST_INVALID')).outcomeUnknown, false);
  bank.reset();
  bank.onApi = () =>
    bank.requestsTo('/sepa-payments').length === 1
      ? { status: 200, isSilent: true }
      : bank.signed(429, { type: 'TECHNICAL', message: 'slow', id: 'r', violations: [] }, { 'retry-after': '100' });
  assert.equal((await refused(bank.tpp().createPayment(REQUEST), 'TOO_MANY_REQUESTS')).outcomeUnknown, true);
});

for (const [code, status, type, violation] of [
  ['REQUEST_SIGNATURE_REFUSED', 400, 'SECURITY', undefined],
  ['FORBIDDEN', 403, 'SECURITY', undefined],
  ['NOT_FOUND', 404, 'VALIDATION', undefined],
  ['REQUEST_INVALID', 413, 'VALIDATION', undefined],
  ['ILLEGAL_STATE', 409, 'BUSINESS', 'IllegalState'],
  ['DUPLICATE_PAYMENT', 409, 'BUSINESS', 'DuplicatePayment'],
  ['INSUFFICIENT_FUNDS', 422, 'BUSINESS', 'InsufficientFunds'],
  ['PAYMENT_FAIL', 422, 'BUSINESS', 'PaymentFail'],
  ['BANK_FAILED', 500, 'TECHNICAL', undefined],
] as const) {
  test(`${status} ${violation ?? type} becomes ${code}`, async () => {
    const violations = violation === undefined ? [] : [{ type: violation, path: '', message: 'because' }];
    bank.onApi = () => bank.signed(status, { type, message: 'because', id: 'r', violations });
    const error = await refused(bank.tpp().createPayment(REQUEST), code);
    assert.equal(error.status, status);
    assert.equal(bank.requestsTo('/sepa-payments').length, 1);
  });
}

for (const [what, answer] of Object.entries({
  'another amount': { ...PAYMENT, amountEUR: '400.00' },
  'another payee': { ...PAYMENT, payee: { ...PAYMENT.payee, iban: 'FI5850009420172322' } },
  'another payer': { ...PAYMENT, payer: { iban: 'FI5850009420172322' } },
  'another message': { ...PAYMENT, message: 'test_paymens' },
  'another count': { ...PAYMENT, count: 2 },
})) {
  test(`a signed answer about ${what} is refused`, async () => {
    bank.onApi = () => bank.signed(201, answer);
    const error = await refused(bank.tpp().createPayment(REQUEST), 'ANSWER_MISMATCH');
    assert.equal(error.outcomeUnknown, true);
  });
}

test('an amount the bank writes with its decimals is the same amount', async () => {
  bank.onApi = () => bank.signed(201, PAYMENT);
  assert.deepEqual(await bank.tpp().createPayment({ ...REQUEST, amountEUR: '4' }), PAYMENT);
});

for (const [what, answer] of Object.entries({
  'an unknown status': { ...PAYMENT, status: 'Paid' },
  'an amount as a number': { ...PAYMENT, amountEUR: 4 },
  'no paymentId': { ...PAYMENT, paymentId: undefined },
  'an id that is a path': { ...PAYMENT, authorizationId: '../../x' },
  'no object at all': [PAYMENT],
})) {
  test(`a signed answer with ${what} is refused`, async () => {
    bank.onApi = () => bank.signed(201, answer);
    await refused(bank.tpp().createPayment(REQUEST), 'ANSWER_UNEXPECTED');
  });
}

test('a bundle joins its payments by the authorizationId of the first, each under a key of its own', async () => {
  bank.onApi = ({ body }) => bank.signed(201, { ...PAYMENT, ...JSON.parse(body.toString()) });
  const other = { ...REQUEST, amountEUR: '5.00' };
  const bundle = await bank.tpp().createBundle([REQUEST, other, REQUEST], { idempotencyKey: 'cart-9' });
  assert.equal(bundle.authorizationId, AUTHORIZATION_ID);
  assert.deepEqual(
    bundle.payments.map(({ amountEUR }) => amountEUR),
    ['4.00', '5.00', '4.00'],
  );
  const sent = bank.requestsTo('/sepa-payments');
  assert.deepEqual(sent.map(keyOf), ['cart-9.0', 'cart-9.1', 'cart-9.2']);
  const joined = sent.map(({ body }) => JSON.parse(body.toString()).authorizationId);
  assert.deepEqual(joined, [undefined, AUTHORIZATION_ID, AUTHORIZATION_ID]);
});

test('a bundle that fails half-way can be called again with its own key', async () => {
  bank.onApi = ({ body }) =>
    bank.requestsTo('/sepa-payments').length === 1
      ? bank.signed(201, { ...PAYMENT, ...JSON.parse(body.toString()) })
      : { status: 200, isSilent: true };
  const error = await refused(
    bank.tpp().createBundle([REQUEST, REQUEST], { idempotencyKey: 'cart-9' }),
    'CONNECTION_LOST',
  );
  assert.deepEqual(error.retryWith, { idempotencyKey: 'cart-9' });
});

test('a payment that joins another bundle than it was told to is refused', async () => {
  bank.onApi = () => bank.signed(201, PAYMENT);
  await refused(bank.tpp().createPayment({ ...REQUEST, authorizationId: OTHER_ID }), 'ANSWER_MISMATCH');
});

test('arguments that cannot be sent are refused before anything is', async () => {
  const tpp = bank.tpp();
  await refused(tpp.createPayment(REQUEST, { idempotencyKey: 'with space' }), 'ARGUMENT_INVALID');
  await refused(tpp.createPayment(REQUEST, { idempotencyKey: 'x'.repeat(201) }), 'ARGUMENT_INVALID');
  await refused(tpp.createPayment(REQUEST, { interactionId: 'not-a-uuid' }), 'ARGUMENT_INVALID');
  await refused(tpp.createPayment(REQUEST, { customer: { ipAddress: '192.0.2.7\r\nx: y' } }), 'ARGUMENT_INVALID');
  await refused(tpp.createBundle([]), 'ARGUMENT_INVALID');
  await refused(tpp.createBundle([{ ...REQUEST, authorizationId: OTHER_ID }]), 'ARGUMENT_INVALID');
  assert.equal(bank.received.length, 0);
});

test('a bank whose keys cannot be had is not asked to do anything', async () => {
  bank.onKeys = () => json(404, {});
  const error = await refused(bank.tpp().createPayment(REQUEST), 'KEYS_UNAVAILABLE');
  assert.equal(error.outcomeUnknown, false);
  assert.equal(bank.requestsTo('/sepa-payments').length, 0);
});
