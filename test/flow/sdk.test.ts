import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { playCustomer } from '@lupa/sandbox';
import { type ExchangeRecord, type PendingAuthorization, Tpp, TppError, type TppErrorCode } from '@lupa/tpp';
import { readClientSettings } from '../../packages/sandbox/src/demo-tpp/client-settings.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';

const REDIRECT_URI = 'http://localhost/callback';
const AINO = { username: 'aino', password: 'aino-salasana' };
const PAYEE = { iban: 'FI4950009420028730', name: 'Test Person' };
const RESPONSE_TYPES = ['code', 'code id_token'] as const;

describe('the SDK does the whole flow', () => {
  let bank: TestSandbox;
  let tpp: Tpp;
  const exchanges: ExchangeRecord[] = [];

  before(async () => {
    bank = await startTestSandbox();
    const client = await readClientSettings(bank.sandbox, REDIRECT_URI);
    const onExchange = (record: ExchangeRecord) => exchanges.push(record);
    tpp = await Tpp.discover({ ...client, bank: bank.sandbox.authorize, onExchange });
  });
  after(async () => {
    tpp?.close();
    await bank.close();
  });

  const create = () => tpp.createPayment({ amountEUR: '0.10', payee: PAYEE, message: 'Order 1234' });

  /** A new payment, and where its customer came back to. */
  async function approve(responseType: (typeof RESPONSE_TYPES)[number], script: object = {}) {
    const payment = await create();
    const { url, pending } = tpp.authorizationUrl({ authorizationId: payment.authorizationId, responseType });
    const callback = await playCustomer({ authorizationUrl: url, ...AINO, ...script });
    // A session keeps it as JSON.
    return { payment, callback, pending: JSON.parse(JSON.stringify(pending)) as PendingAuthorization };
  }

  async function assertThrows(call: Promise<unknown>, code: TppErrorCode): Promise<TppError> {
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof TppError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }

  for (const [responseType, factor] of [
    ['code', 'keycode'],
    ['code id_token', 'mobilekey'],
  ] as const) {
    test(`a bundle, approved with ${responseType} and the ${factor}, paid, and its tokens renewed`, async () => {
      const wishes = ['1.00', '2.50', '0.01'].map((amountEUR) => ({ amountEUR, payee: PAYEE, message: amountEUR }));
      const { authorizationId, payments } = await tpp.createBundle(wishes);
      const { url, pending } = tpp.authorizationUrl({ authorizationId, responseType });
      const callback = await playCustomer({ authorizationUrl: url, ...AINO, factor });
      assert.ok(callback.startsWith(`${REDIRECT_URI}${responseType === 'code' ? '?' : '#'}`), callback);
      const tokens = await tpp.exchangeCode(await tpp.handleCallback(callback, pending));
      assert.equal((await tpp.readAuthorization(authorizationId, { tokens })).status, 'Authorized');

      const [first, second, third] = payments;
      assert.ok(first && second && third);
      await tpp.submitPayment(first.paymentId, { tokens, submissionId: 'first' });
      const paid = await tpp.waitForStatus(first.paymentId, 'first', { tokens });
      assert.equal(paid.status, 'Submitted');
      assert.ok(paid.archiveId);
      const again = await tpp.submitPayment(first.paymentId, { tokens, submissionId: 'first' });
      assert.deepEqual(again, paid);

      const renewed = await tpp.refresh(tokens);
      assert.notEqual(renewed.accessToken.reveal(), tokens.accessToken.reveal());
      await tpp.submitPayment(second.paymentId, { tokens: renewed, submissionId: 'second' });
      assert.equal((await tpp.deletePayment(third.paymentId)).status, 'Revoked');
      const read = await tpp.readPayment(second.paymentId, { includeSubmissions: true });
      assert.deepEqual(
        read.submissions?.map(({ submissionId }) => submissionId),
        ['second'],
      );
      await tpp.revokeTokens(renewed);
      await assertThrows(tpp.readPayment(second.paymentId, { tokens: renewed }), 'ACCESS_TOKEN_REFUSED');
    });
  }

  test('one idempotency key makes one payment, through the SDK too', async () => {
    const request = { amountEUR: '4.00', payee: PAYEE, message: 'once' };
    const first = await tpp.createPayment(request, { idempotencyKey: 'sdk-once' });
    assert.deepEqual(await tpp.createPayment(request, { idempotencyKey: 'sdk-once' }), first);
    const other = tpp.createPayment({ ...request, amountEUR: '5.00' }, { idempotencyKey: 'sdk-once' });
    await assertThrows(other, 'DUPLICATE_PAYMENT');
  });

  test('what the bank refuses is told with status, request id and violations', async () => {
    const wrong = { amountEUR: '4.0', payee: { ...PAYEE, iban: 'FI00' }, message: '' };
    const error = await assertThrows(tpp.createPayment(wrong), 'REQUEST_INVALID');
    assert.deepEqual(
      error.violations.map(({ type, path }) => `${type} ${path}`),
      ['EuroCents amountEUR', 'SepaIban payee.iban', 'Size message'],
    );
    assert.equal(error.status, 400);
    assert.ok(error.requestId && error.interactionId);
    assert.equal(error.retrySafe, false);
  });

  test('a submission without the money is INSUFFICIENT_FUNDS, and may be tried again', async () => {
    const payment = await tpp.createPayment({ amountEUR: '15.01', payee: PAYEE, message: 'too much' });
    const { url, pending } = tpp.authorizationUrl({ authorizationId: payment.authorizationId });
    const callback = await playCustomer({ authorizationUrl: url, username: 'elsa', password: 'elsa-salasana' });
    const tokens = await tpp.exchangeCode(await tpp.handleCallback(callback, pending));
    const error = await assertThrows(tpp.submitPayment(payment.paymentId, { tokens }), 'INSUFFICIENT_FUNDS');
    assert.equal(error.status, 422);
    assert.equal(error.retrySafe, true);
  });

  for (const responseType of RESPONSE_TYPES) {
    for (const decision of ['reject', 'cancel'] as const) {
      test(`${responseType}: a customer who presses ${decision} is AUTHORIZATION_DENIED`, async () => {
        const { callback, pending } = await approve(responseType, { decision });
        const error = await assertThrows(tpp.handleCallback(callback, pending), 'AUTHORIZATION_DENIED');
        assert.equal(error.oauthError, 'access_denied');
      });
    }
  }

  test("another customer's callback, with everything in it genuine, is refused by its state", async () => {
    for (const responseType of RESPONSE_TYPES) {
      const [mine, yours] = [await approve(responseType), await approve(responseType)];
      await assertThrows(tpp.handleCallback(yours.callback, mine.pending), 'CALLBACK_STATE_WRONG');
    }
  });

  test('an ID token swapped for that of another payment is refused', async () => {
    const [mine, yours] = [await approve('code id_token'), await approve('code id_token')];
    const swapped = withField(mine.callback, 'id_token', fieldOf(yours.callback, 'id_token'));
    await assertThrows(tpp.handleCallback(swapped, mine.pending), 'ID_TOKEN_NONCE_WRONG');
    const sameNonce = { ...mine.pending, nonce: yours.pending.nonce };
    await assertThrows(tpp.handleCallback(swapped, sameNonce), 'ID_TOKEN_AUTHORIZATION_WRONG');
    const sameBundle = { ...sameNonce, authorizationId: yours.pending.authorizationId };
    await assertThrows(tpp.handleCallback(swapped, sameBundle), 'ID_TOKEN_STATE_HASH_WRONG');
  });

  test('a swapped code, a missing or changed ID token, and a changed or missing issuer are refused', async () => {
    const [mine, yours] = [await approve('code id_token'), await approve('code id_token')];
    const { callback, pending } = mine;
    const tampered = (name: string, value: string | undefined) =>
      tpp.handleCallback(withField(callback, name, value), pending);
    await assertThrows(tampered('code', fieldOf(yours.callback, 'code')), 'ID_TOKEN_CODE_HASH_WRONG');
    await assertThrows(tampered('id_token', undefined), 'ID_TOKEN_MISSING');
    const token = fieldOf(callback, 'id_token') ?? '';
    const signed = token.slice(0, token.lastIndexOf('.'));
    await assertThrows(tampered('id_token', `${signed}.`), 'ID_TOKEN_MALFORMED');
    await assertThrows(tampered('id_token', `${signed}.${'A'.repeat(342)}`), 'ID_TOKEN_SIGNATURE_WRONG');
    await assertThrows(tampered('iss', 'https://bank.example'), 'CALLBACK_ISSUER_WRONG');
    await assertThrows(tampered('iss', undefined), 'CALLBACK_ISSUER_WRONG');
    await tpp.exchangeCode(await tpp.handleCallback(callback, pending));
  });

  test('a verified callback is exchanged once, and only by who verified it', async () => {
    const { callback, pending } = await approve('code');
    const verified = await tpp.handleCallback(callback, pending);
    await assertThrows(tpp.exchangeCode({ ...verified }), 'CALLBACK_NOT_VERIFIED');
    await tpp.exchangeCode(verified);
    await assertThrows(tpp.exchangeCode(verified), 'CALLBACK_USED');
  });

  test('nothing that is secret is in the record of what went over the wire', async () => {
    const { callback, pending } = await approve('code id_token');
    const tokens = await tpp.exchangeCode(await tpp.handleCallback(callback, pending));
    await tpp.refresh(tokens);
    const { clientSecret, apiKey } = bank.sandbox.tpp;
    const secrets = [clientSecret, apiKey, fieldOf(callback, 'code') ?? '', fieldOf(callback, 'id_token') ?? ''];
    const record = JSON.stringify(exchanges);
    assert.ok(record.includes('/oauth/token') && record.includes('/sepa-payments'));
    for (const secret of [...secrets, tokens.accessToken.reveal(), tokens.refreshToken?.reveal() ?? '']) {
      assert.ok(secret.length > 10 && !record.includes(secret));
    }
  });
});

/** A field of a callback, of its query or its fragment. */
function fieldOf(callback: string, name: string): string | undefined {
  return new URLSearchParams(callback.slice(callback.search(/[?#]/) + 1)).get(name) ?? undefined;
}

function withField(callback: string, name: string, value: string | undefined): string {
  const at = callback.search(/[?#]/) + 1;
  const fields = new URLSearchParams(callback.slice(at));
  if (value === undefined) fields.delete(name);
  else fields.set(name, value);
  return `${callback.slice(0, at)}${fields}`;
}
