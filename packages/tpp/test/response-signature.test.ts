import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import * as jose from 'jose';
import type { TppErrorCode } from '../src/index.ts';
import { refused } from './support/refused.ts';
import { PAYMENT, PAYMENT_ID, REQUEST } from './support/samples.ts';
import { type Reply, TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function resigned(reply: Reply, signature: string): Reply {
  return { ...reply, headers: { ...reply.headers, 'x-jws-signature': signature } };
}

/** Each takes a good answer and spoils its signature. */
const FORGERIES: Record<string, [TppErrorCode, (reply: Reply, body: Uint8Array) => Reply | Promise<Reply>]> = {
  'no signature': [
    'RESPONSE_SIGNATURE_MISSING',
    (reply) => ({ ...reply, headers: { 'content-type': 'application/json' } }),
  ],
  'no signature and no media type': ['RESPONSE_SIGNATURE_MISSING', (reply) => ({ ...reply, headers: {} })],
  'an empty signature': ['RESPONSE_SIGNATURE_MISSING', (reply) => resigned(reply, '')],
  'one byte of the body flipped': [
    'RESPONSE_SIGNATURE_WRONG',
    (reply, body) => ({ ...reply, body: Buffer.from(body).fill(body[0] === 0x7b ? 0x20 : 0x7b, 0, 1) }),
  ],
  'an amount changed': [
    'RESPONSE_SIGNATURE_WRONG',
    (reply, body) => ({ ...reply, body: Buffer.from(body).toString().replace('4.00', '4.01') }),
  ],
  'a byte added': [
    'RESPONSE_SIGNATURE_WRONG',
    (reply, body) => ({ ...reply, body: Buffer.concat([body, Buffer.from(' ')]) }),
  ],
  'the body cut short and its length adjusted': [
    'RESPONSE_SIGNATURE_WRONG',
    (reply, body) => ({ ...reply, body: body.subarray(0, body.length - 20) }),
  ],
  'the signature of another body': [
    'RESPONSE_SIGNATURE_WRONG',
    async (reply) => resigned(reply, await bank.sign(Buffer.from('{}'))),
  ],
  'a signature that is not detached': [
    'RESPONSE_SIGNATURE_MALFORMED',
    (reply, body) =>
      resigned(
        reply,
        String(reply.headers?.['x-jws-signature']).replace('..', `.${Buffer.from(body).toString('base64url')}.`),
      ),
  ],
  'alg none': [
    'RESPONSE_SIGNATURE_MALFORMED',
    (reply) => resigned(reply, `${encode({ alg: 'none', kid: 'response-1' })}..`),
  ],
  'HS256 with the public key as the secret': [
    'RESPONSE_SIGNATURE_MALFORMED',
    (reply, body) => {
      const input = `${encode({ alg: 'HS256', kid: 'response-1' })}.${Buffer.from(body).toString('base64url')}`;
      const mac = createHmac('sha256', JSON.stringify(bank.responseKeys[0])).update(input).digest('base64url');
      return resigned(reply, `${input.split('.')[0]}..${mac}`);
    },
  ],
  'b64 false': [
    'RESPONSE_SIGNATURE_MALFORMED',
    async (reply, body) => {
      const header = { alg: 'ES256', kid: 'response-1', b64: false, crit: ['b64'] };
      const { protected: head, signature } = await new jose.FlattenedSign(body)
        .setProtectedHeader(header)
        .sign(bank.responseKey);
      return resigned(reply, `${head}..${signature}`);
    },
  ],
  'a key the bank does not publish': [
    'RESPONSE_SIGNATURE_KEY_UNKNOWN',
    async (reply, body) => {
      const { privateKey } = await jose.generateKeyPair('ES256');
      return resigned(reply, await bank.sign(body, privateKey, { alg: 'ES256', kid: 'response-x' }));
    },
  ],
  "another key under the bank's kid": [
    'RESPONSE_SIGNATURE_WRONG',
    async (reply, body) => {
      const { privateKey } = await jose.generateKeyPair('ES256');
      return resigned(reply, await bank.sign(body, privateKey));
    },
  ],
  'its own key in the header': [
    'RESPONSE_SIGNATURE_WRONG',
    async (reply, body) => {
      const { privateKey, publicKey } = await jose.generateKeyPair('ES256');
      const jwk = await jose.exportJWK(publicKey);
      return resigned(reply, await bank.sign(body, privateKey, { alg: 'ES256', kid: 'response-1', jwk }));
    },
  ],
  'a key of the ID tokens': [
    'RESPONSE_SIGNATURE_KEY_UNKNOWN',
    async (reply, body) => resigned(reply, await bank.sign(body, bank.idKey, { alg: 'RS256', kid: 'id-1' })),
  ],
};

for (const [what, [code, spoil]] of Object.entries(FORGERIES)) {
  test(`an answer with ${what} is ${code}, and of a payment created so the outcome is unknown`, async () => {
    const good = await bank.signed(201, PAYMENT);
    bank.onApi = () => spoil(good, Buffer.from(good.body ?? ''));
    const error = await refused(bank.tpp().createPayment(REQUEST, { idempotencyKey: 'key-1' }), code);
    assert.equal(error.outcomeUnknown, true);
    assert.equal(error.retrySafe, true);
    assert.deepEqual(error.retryWith, { idempotencyKey: 'key-1' });
    assert.match(error.message, /outcome|unknown; retrying with the same idempotency key is safe/);
    assert.equal(bank.requestsTo('/sepa-payments').length, 1, 'it is not retried behind the caller’s back');
  });
}

test('the same answer unspoilt is accepted', async () => {
  bank.onApi = () => bank.signed(201, PAYMENT);
  assert.deepEqual(await bank.tpp().createPayment(REQUEST), PAYMENT);
});

test('a reading that could not be verified leaves nothing unknown', async () => {
  bank.onApi = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(PAYMENT) });
  const error = await refused(bank.tpp().readPayment(PAYMENT_ID), 'RESPONSE_SIGNATURE_MISSING');
  assert.equal(error.outcomeUnknown, false);
});

test('an error answer is believed only with its signature', async () => {
  const body = { type: 'BUSINESS', message: 'forged', id: 'r', violations: [] };
  for (const status of [400, 401, 404, 409, 422, 500]) {
    bank.reset();
    bank.onApi = () => ({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const error = await refused(bank.tpp().createPayment(REQUEST), 'RESPONSE_SIGNATURE_MISSING');
    assert.doesNotMatch(error.message, /forged/);
    assert.equal(bank.requestsTo('/oauth/token').length, 1, 'an unsigned 401 renews no token');
  }
});

test('JSON without a signature is not the bank’s even when it only says "not now", though it is worth another try', async () => {
  bank.onApi = () => ({ status: 503, headers: { 'content-type': 'application/problem+json' }, body: '{}' });
  const error = await refused(bank.tpp().createPayment(REQUEST), 'RESPONSE_SIGNATURE_MISSING');
  assert.equal(error.status, 503);
  assert.equal(bank.requestsTo('/sepa-payments').length, 5);
});

test('two signature headers are no signature', async () => {
  bank.onApi = async () => {
    const good = await bank.signed(200, PAYMENT);
    const signature = String(good.headers?.['x-jws-signature']);
    return { ...good, headers: { ...good.headers, 'x-jws-signature': [signature, signature] as unknown as string } };
  };
  await refused(bank.tpp().readPayment(PAYMENT_ID), 'RESPONSE_SIGNATURE_MALFORMED');
});

test('an RS256 response signature is accepted where the bank publishes such a key', async () => {
  const { privateKey, publicKey } = await jose.generateKeyPair('RS256', { extractable: true });
  bank.responseKeys.push({ ...(await jose.exportJWK(publicKey)), kid: 'response-rsa', alg: 'RS256' });
  bank.onApi = async () => {
    const good = await bank.signed(200, PAYMENT);
    return resigned(
      good,
      await bank.sign(Buffer.from(good.body ?? ''), privateKey, { alg: 'RS256', kid: 'response-rsa' }),
    );
  };
  assert.deepEqual(await bank.tpp().readPayment(PAYMENT_ID), PAYMENT);
});

test('a redirect is not followed', async () => {
  bank.onApi = () => ({ status: 302, headers: { location: `${bank.api}/payments-psd2/v1/elsewhere` } });
  await refused(bank.tpp().readPayment(PAYMENT_ID), 'ANSWER_UNEXPECTED');
  assert.equal(bank.requestsTo('/elsewhere').length, 0);
});

test('signed JSON with a member twice is not read', async () => {
  const body = Buffer.from(`{"paymentId":"x","paymentId":"${PAYMENT_ID}"}`);
  bank.onApi = async () => ({ status: 200, body, headers: { 'x-jws-signature': await bank.sign(body) } });
  await refused(bank.tpp().readPayment(PAYMENT_ID), 'ANSWER_UNEXPECTED');
});

test('an answer larger than the limit is not read to its end', async () => {
  bank.onApi = () => bank.signed(200, { ...PAYMENT, padding: 'x'.repeat(10_000) });
  const tpp = bank.tpp({ limits: { answerBytes: 10_000 } });
  await refused(tpp.readPayment(PAYMENT_ID), 'ANSWER_TOO_LARGE');
  assert.ok(await bank.tpp({ limits: { answerBytes: 11_000 } }).readPayment(PAYMENT_ID));
});
