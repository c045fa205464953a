import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import { type ExchangeRecord, restoreTokens, type Tpp, TppError } from '../../src/index.ts';
import { redactExchange, scrub } from '../../src/wire/redaction.ts';
import { halfHash, idTokenClaims, signIdToken } from '../support/id-tokens.ts';
import { AUTHORIZATION_ID, PAYMENT, PAYMENT_ID, REQUEST, SUBMISSION } from '../support/samples.ts';
import { CLIENT, json, type Reply, TestBank } from '../support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

/** Every secret of a whole flow has this in it, besides what cannot. */
const CANARY = /canary/;
const CODE = 'code-canary+/= &ä'.replace('ä', '');
const ACCESS = 'access-canary+/=';
const REFRESH = 'refresh-canary%2B"\\';

function watched(): { tpp: Tpp; records: ExchangeRecord[] } {
  const records: ExchangeRecord[] = [];
  return { tpp: bank.tpp({ onExchange: (record) => records.push(record) }), records };
}

/** Goes through a whole payment. */
async function pay(tpp: Tpp, idTokens: string[]): Promise<void> {
  await tpp.createPayment(REQUEST);
  const { pending } = tpp.authorizationUrl({ authorizationId: AUTHORIZATION_ID, responseType: 'code' });
  const query = new URLSearchParams({ code: CODE, state: pending.state, iss: bank.issuer });
  const verified = await tpp.handleCallback(`${CLIENT.redirectUri}?${query}`, pending);
  const claims = idTokenClaims(bank, pending, { at_hash: halfHash(ACCESS), rt_hash: halfHash(REFRESH) });
  const id_token = await signIdToken(claims, bank.idKey);
  idTokens.push(id_token);
  const answer = { access_token: ACCESS, refresh_token: REFRESH, id_token, token_type: 'bearer', expires_in: 3600 };
  bank.onToken = () => json(200, answer, { 'set-cookie': 'session=cookie-canary' });
  const tokens = await tpp.refresh(await tpp.exchangeCode(verified));
  await tpp.submitPayment(PAYMENT_ID, { tokens, submissionId: SUBMISSION.submissionId });
  await tpp.revokeTokens(tokens);
}

test('a whole payment shows what went over the wire, and no secret of it', async () => {
  const { tpp, records } = watched();
  bank.onApi = ({ method }) => bank.signed(200, method === 'PUT' ? SUBMISSION : PAYMENT);
  const idTokens: string[] = [];
  await pay(tpp, idTokens);
  const shown = inspect(records, { depth: 9, maxStringLength: null }) + JSON.stringify(records);
  assert.doesNotMatch(shown, CANARY);
  for (const signature of idTokens.map((token) => token.split('.')[2] ?? '')) assert.ok(!shown.includes(signature));
  const what = records.map(({ purpose, request, answer }) => `${purpose} ${request.method} ${answer?.status}`);
  assert.deepEqual(what, [
    'keys GET 200',
    'token POST 200',
    'payments POST 200',
    'token POST 200',
    'keys GET 200',
    'token POST 200',
    'payments PUT 200',
    'revocation POST 200',
  ]);
  const creation = records[2];
  assert.deepEqual(JSON.parse(creation?.request.body ?? ''), REQUEST);
  assert.deepEqual(JSON.parse(creation?.answer?.body ?? ''), PAYMENT);
  assert.equal(creation?.request.headers.authorization, 'Bearer [redacted]');
  assert.equal(creation?.request.headers['x-api-key'], '[redacted]');
  assert.match(creation?.request.headers['x-jws-signature'] ?? '', /^[\w-]+\.\.[\w-]+$/);
  assert.ok((creation?.durationMs ?? -1) >= 0);
  const exchange = records[3];
  assert.match(exchange?.request.body ?? '', /^grant_type=authorization_code&code=\[redacted\]&redirect_uri=http/);
  assert.equal(JSON.parse(exchange?.answer?.body ?? '{}').expires_in, 3600);
  const [header, claims, signature] = JSON.parse(exchange?.answer?.body ?? '{}').id_token.split('.');
  assert.deepEqual([header, claims], idTokens[0]?.split('.').slice(0, 2));
  assert.equal(signature, '[redacted]');
  assert.equal(exchange?.answer?.headers['set-cookie'], '[redacted]');
});

/** A bank that repeats every secret it is told, in every place an answer has. */
function echo(received: { body: Buffer; headers: object }): string {
  return `${decodeURIComponent(received.body.toString().replaceAll('+', ' '))} ${JSON.stringify(received.headers)}`;
}

const ECHOES: Record<string, (tpp: Tpp) => Promise<unknown>> = {
  'a refused client token': (tpp) => {
    bank.onToken = (received) => json(401, { error: 'invalid_client', error_description: echo(received) });
    return tpp.readPayment(PAYMENT_ID);
  },
  'a secret that comes back as the error itself': (tpp) => {
    bank.onToken = ({ form }) => json(401, { error: form.get('client_secret') }, { 'x-request-id': CLIENT.apiKey });
    return tpp.readPayment(PAYMENT_ID);
  },
  'a token answer that is no JSON': (tpp) => {
    bank.onToken = (received) => ({ status: 200, body: `access_token=access-canary ${echo(received)}` });
    return tpp.readPayment(PAYMENT_ID);
  },
  'a token answer that was cut': (tpp) => {
    bank.onToken = (): Reply => ({ ...bank.clientToken(), isCut: true });
    return tpp.readPayment(PAYMENT_ID);
  },
  'a refused refresh token': (tpp) => {
    bank.onToken = (received) =>
      json(400, { error: received.form.get('refresh_token'), error_description: echo(received) });
    const stored = {
      accessToken: ACCESS,
      refreshToken: REFRESH,
      authorizationId: AUTHORIZATION_ID,
      scope: 'x',
      nonce: 'n',
    };
    return tpp.refresh(restoreTokens({ ...stored, expiresAt: 'e' }));
  },
  'a refused payment': (tpp) => {
    bank.onApi = (received) => {
      const violations = [{ type: 'Required', path: 'x', message: echo(received) }];
      return bank.signed(
        400,
        { type: 'VALIDATION', message: echo(received), id: 'r', violations },
        { 'x-echo': CLIENT.apiKey },
      );
    };
    return tpp.createPayment(REQUEST);
  },
  'a payment nobody signed': (tpp) => {
    bank.onApi = (received) => json(201, { secret: echo(received) });
    return tpp.createPayment(REQUEST);
  },
};

for (const [what, run] of Object.entries(ECHOES)) {
  test(`${what} shows no secret, neither in its error nor on the wire page`, async () => {
    const { tpp, records } = watched();
    const error = await run(tpp).then(
      () => assert.fail('it should have failed'),
      (cause: unknown) => cause,
    );
    assert.ok(error instanceof TppError);
    const shown =
      inspect(error, { depth: 9, showHidden: true, maxStringLength: null }) + JSON.stringify(error) + error.stack;
    assert.doesNotMatch(shown, CANARY);
    assert.doesNotMatch(inspect(records, { depth: 9, maxStringLength: null }), CANARY);
  });
}

test('an observer that throws does not make a payment fail', async () => {
  bank.onApi = () => bank.signed(201, PAYMENT);
  const tpp = bank.tpp({
    onExchange: () => {
      throw new Error('the log is full');
    },
  });
  assert.deepEqual(await tpp.createPayment(REQUEST), PAYMENT);
});

test('failures and retries are told with their attempt', async () => {
  const { tpp, records } = watched();
  bank.onApi = () =>
    bank.requestsTo('/sepa-payments').length === 1 ? { status: 200, isSilent: true } : bank.signed(201, PAYMENT);
  await tpp.createPayment(REQUEST);
  const payments = records.filter(({ purpose }) => purpose === 'payments');
  assert.deepEqual(
    payments.map(({ attempt, failure }) => [attempt, failure]),
    [
      [1, 'lost'],
      [2, undefined],
    ],
  );
});

test('a code too short to be sought is still not shown where it belongs', () => {
  const request = {
    method: 'POST',
    url: 'https://localhost/oauth/token',
    headers: {},
    body: Buffer.from('grant_type=authorization_code&code=abc12'),
    clientCertificate: true,
    freshConnection: true,
    timeoutMs: 1,
    maxAnswerBytes: 1,
  } as const;
  const shown = redactExchange('token', request, undefined, []);
  assert.equal(shown.request.body, 'grant_type=authorization_code&code=[redacted]');
});

test('a secret is found in each of its spellings, and a text too short to be one is left alone', () => {
  const secret = 'se+cret/ "x"';
  const texts = [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString(),
    JSON.stringify(secret),
  ];
  for (const text of texts) assert.doesNotMatch(scrub(text, [secret]), /cret/);
  assert.equal(scrub('a banana', ['a']), 'a banana');
});
