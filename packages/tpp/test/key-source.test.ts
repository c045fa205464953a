import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { refused } from './support/refused.ts';
import { PAYMENT, PAYMENT_ID } from './support/samples.ts';
import { json, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const HOUR_MS = 3_600_000;
const fetches = () => bank.requestsTo('/response-keys').length;

test('the key set is fetched once for many answers, without the client certificate', async () => {
  bank.onApi = () => bank.signed(200, PAYMENT);
  const tpp = bank.tpp();
  await Promise.all(Array.from({ length: 10 }, () => tpp.readPayment(PAYMENT_ID)));
  await tpp.readPayment(PAYMENT_ID);
  assert.equal(fetches(), 1);
  assert.equal(bank.requestsTo('/response-keys')[0]?.clientName, undefined);
});

test('a key the bank has rotated to is fetched at once, and an unknown one at most once a minute', async () => {
  bank.onApi = () => bank.signed(200, PAYMENT);
  const tpp = bank.tpp();
  await tpp.readPayment(PAYMENT_ID);
  const rotated = await bank.newResponseKey('response-2');
  const answerWith = (kid: string) => {
    bank.onApi = async () => {
      const good = await bank.signed(200, PAYMENT);
      const signature = await bank.sign(Buffer.from(good.body ?? ''), rotated, { alg: 'ES256', kid });
      return { ...good, headers: { ...good.headers, 'x-jws-signature': signature } };
    };
  };
  answerWith('response-2');
  await tpp.readPayment(PAYMENT_ID);
  assert.equal(fetches(), 2);

  answerWith('response-unknown');
  await refused(tpp.readPayment(PAYMENT_ID), 'RESPONSE_SIGNATURE_KEY_UNKNOWN');
  bank.clock.advance(59_000 - 2_000);
  await refused(tpp.readPayment(PAYMENT_ID), 'RESPONSE_SIGNATURE_KEY_UNKNOWN');
  assert.equal(fetches(), 2);
  bank.clock.advance(3_000);
  await refused(tpp.readPayment(PAYMENT_ID), 'RESPONSE_SIGNATURE_KEY_UNKNOWN');
  assert.equal(fetches(), 3);
  bank.responseKeys.pop();
});

test('keys are refreshed every hour beside the calls, and serve on for a day while the key host is down', async () => {
  bank.onApi = () => bank.signed(200, PAYMENT);
  const tpp = bank.tpp();
  await tpp.readPayment(PAYMENT_ID);
  bank.onKeys = () => json(404, {});
  bank.clock.advance(HOUR_MS);
  await tpp.readPayment(PAYMENT_ID);
  await tpp.readPayment(PAYMENT_ID);
  assert.equal(fetches(), 2);
  bank.clock.advance(22 * HOUR_MS);
  await tpp.readPayment(PAYMENT_ID);
  bank.clock.advance(HOUR_MS);
  await refused(tpp.readPayment(PAYMENT_ID), 'KEYS_UNAVAILABLE');
});

test('a refresh just before the bank rotates does not keep the new key from being fetched', async () => {
  bank.onApi = () => bank.signed(200, PAYMENT);
  const tpp = bank.tpp();
  await tpp.readPayment(PAYMENT_ID);
  bank.clock.advance(HOUR_MS);
  await tpp.readPayment(PAYMENT_ID);
  const rotated = await bank.newResponseKey('response-3');
  bank.onApi = async () => {
    const good = await bank.signed(200, PAYMENT);
    const signature = await bank.sign(Buffer.from(good.body ?? ''), rotated, { alg: 'ES256', kid: 'response-3' });
    return { ...good, headers: { ...good.headers, 'x-jws-signature': signature } };
  };
  await tpp.readPayment(PAYMENT_ID);
  assert.equal(fetches(), 3);
  bank.responseKeys.pop();
});

test('what is no key set is KEYS_UNAVAILABLE, and the next call asks again', async () => {
  const tpp = bank.tpp();
  bank.onApi = () => bank.signed(200, PAYMENT);
  for (const answer of [json(200, { keys: 'none' }), json(200, []), { status: 200, body: '<html>' }, json(500, {})]) {
    bank.onKeys = () => answer;
    await refused(tpp.readPayment(PAYMENT_ID), 'KEYS_UNAVAILABLE');
  }
  bank.reset();
  bank.onApi = () => bank.signed(200, PAYMENT);
  assert.ok(await tpp.readPayment(PAYMENT_ID));
});

test('a redirect of the key set is not followed', async () => {
  bank.onKeys = ({ path }) =>
    path === '/response-keys'
      ? { status: 302, headers: { location: `${bank.issuer}/other-keys` } }
      : json(200, { keys: bank.responseKeys });
  await refused(bank.tpp().readPayment(PAYMENT_ID), 'KEYS_UNAVAILABLE');
  assert.equal(bank.requestsTo('/other-keys').length, 0);
});
