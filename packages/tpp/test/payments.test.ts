import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { restoreTokens, type Tpp } from '../src/index.ts';
import { refused } from './support/refused.ts';
import { AUTHORIZATION, AUTHORIZATION_ID, OTHER_ID, PAYMENT, PAYMENT_ID, SUBMISSION } from './support/samples.ts';
import { TestBank } from './support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => bank.reset());

const tokens = restoreTokens({
  accessToken: 'user-token-canary',
  authorizationId: AUTHORIZATION_ID,
  scope: 'openid payments',
  expiresAt: '2030-01-01T00:00:00Z',
  nonce: 'n',
});

const { submissionId } = SUBMISSION;

/** Each call with its answer and what it must send: method, path below the API, whose token. */
const CALLS: Record<string, [(tpp: Tpp) => Promise<unknown>, unknown, string, string, 'client' | 'user']> = {
  readPayment: [(tpp) => tpp.readPayment(PAYMENT_ID), PAYMENT, 'GET', `/sepa-payments/${PAYMENT_ID}`, 'client'],
  'readPayment with submissions': [
    (tpp) => tpp.readPayment(PAYMENT_ID, { includeSubmissions: true, tokens }),
    { ...PAYMENT, submissions: [SUBMISSION] },
    'GET',
    `/sepa-payments/${PAYMENT_ID}?include=submissions`,
    'user',
  ],
  deletePayment: [
    (tpp) => tpp.deletePayment(PAYMENT_ID),
    { ...PAYMENT, status: 'Revoked' },
    'DELETE',
    `/sepa-payments/${PAYMENT_ID}`,
    'client',
  ],
  submitPayment: [
    (tpp) => tpp.submitPayment(PAYMENT_ID, { tokens, submissionId }),
    SUBMISSION,
    'PUT',
    `/sepa-payments/${PAYMENT_ID}/submissions/${submissionId}`,
    'user',
  ],
  readSubmission: [
    (tpp) => tpp.readSubmission(PAYMENT_ID, submissionId, { tokens }),
    { ...SUBMISSION, archiveId: 'A1', status: 'Submitted' },
    'GET',
    `/sepa-payments/${PAYMENT_ID}/submissions/${submissionId}`,
    'user',
  ],
  readAuthorization: [
    (tpp) => tpp.readAuthorization(AUTHORIZATION_ID),
    AUTHORIZATION,
    'GET',
    `/authorizations/${AUTHORIZATION_ID}`,
    'client',
  ],
  'readAuthorization with payments': [
    (tpp) => tpp.readAuthorization(AUTHORIZATION_ID, { includePayments: true }),
    { ...AUTHORIZATION, sepaPayments: [PAYMENT] },
    'GET',
    `/authorizations/${AUTHORIZATION_ID}?include=payments`,
    'client',
  ],
  sandboxAuthorize: [
    (tpp) => tpp.sandboxAuthorize(AUTHORIZATION_ID),
    { ...AUTHORIZATION, status: 'Authorized' },
    'POST',
    `/authorizations/${AUTHORIZATION_ID}/sandbox-authorize`,
    'client',
  ],
  sandboxReject: [
    (tpp) => tpp.sandboxReject(AUTHORIZATION_ID),
    { ...AUTHORIZATION, status: 'Rejected' },
    'POST',
    `/authorizations/${AUTHORIZATION_ID}/sandbox-reject`,
    'client',
  ],
  'submitPayment of what the sandbox approved': [
    (tpp) => tpp.submitPayment(PAYMENT_ID, { submissionId, scenario: `SandboxAuthorized=${AUTHORIZATION_ID}` }),
    SUBMISSION,
    'PUT',
    `/sepa-payments/${PAYMENT_ID}/submissions/${submissionId}`,
    'client',
  ],
  revokeAuthorization: [
    (tpp) => tpp.revokeAuthorization(AUTHORIZATION_ID),
    { ...AUTHORIZATION, status: 'Revoked' },
    'DELETE',
    `/authorizations/${AUTHORIZATION_ID}`,
    'client',
  ],
};

for (const [name, [call, answer, method, path, whose]] of Object.entries(CALLS)) {
  test(`${name} is ${method} ${path.replaceAll(/[0-9a-f-]{36}/g, '{id}')} with the token of the ${whose}`, async () => {
    bank.onApi = () => bank.signed(200, answer);
    assert.deepEqual(await call(bank.tpp()), answer);
    const [sent] = bank.requestsTo('/payments-psd2/');
    assert.equal(sent?.method, method);
    assert.equal(sent.path, `/payments-psd2/v1${path}`);
    assert.equal(
      sent.headers.authorization,
      whose === 'user' ? 'Bearer user-token-canary' : 'Bearer client-token-canary-1',
    );
    assert.equal(sent.body.length, 0);
    if (method === 'PUT' || method === 'POST') assert.equal(sent.headers['content-length'], '0');
  });

  test(`${name} refuses a signed answer about another id`, async () => {
    const other = { ...(answer as object), paymentId: OTHER_ID, submissionId: 'other', authorizationId: OTHER_ID };
    bank.onApi = () => bank.signed(200, other);
    await refused(call(bank.tpp()), 'ANSWER_MISMATCH');
  });
}

test('a scenario goes with the submission it is for, and no scenario with none', async () => {
  bank.onApi = () => bank.signed(200, SUBMISSION);
  const tpp = bank.tpp();
  await tpp.submitPayment(PAYMENT_ID, { tokens, submissionId, scenario: 'PaymentFail=AccountClosed' });
  await tpp.readSubmission(PAYMENT_ID, submissionId, { tokens, scenario: 'FutureSimulation=P1D' });
  await tpp.readSubmission(PAYMENT_ID, submissionId, { tokens });
  assert.deepEqual(
    bank.requestsTo('/submissions').map(({ headers }) => headers['x-sandbox-scenario']),
    ['PaymentFail=AccountClosed', 'FutureSimulation=P1D', undefined],
  );
});

test('a misspelt scenario, and a submission in nobody’s name, never reach the wire', async () => {
  const tpp = bank.tpp();
  const misspelt = tpp.submitPayment(PAYMENT_ID, { tokens, scenario: 'FutureSimulation=1 day' });
  await refused(misspelt, 'ARGUMENT_INVALID');
  await refused(tpp.readSubmission(PAYMENT_ID, submissionId, { scenario: 'Success' }), 'ARGUMENT_INVALID');
  const nobodys = { scenario: 'PaymentSubmitSuccess' } as unknown as Parameters<Tpp['submitPayment']>[1];
  await refused(tpp.submitPayment(PAYMENT_ID, nobodys), 'ARGUMENT_INVALID');
  await refused(tpp.submitPayment(PAYMENT_ID, {} as Parameters<Tpp['submitPayment']>[1]), 'ARGUMENT_INVALID');
  assert.equal(bank.received.length, 0);
});

test('readSubmissions and readAuthorizationPayments unwrap their lists', async () => {
  bank.onApi = ({ path }) =>
    bank.signed(200, path.endsWith('/submissions') ? { submissions: [SUBMISSION] } : { payments: [PAYMENT] });
  assert.deepEqual(await bank.tpp().readSubmissions(PAYMENT_ID), [SUBMISSION]);
  assert.deepEqual(await bank.tpp().readAuthorizationPayments(AUTHORIZATION_ID), [PAYMENT]);
  await refused(bank.tpp().readAuthorizationPayments(OTHER_ID), 'ANSWER_MISMATCH');
  bank.onApi = () => bank.signed(200, [SUBMISSION]);
  await refused(bank.tpp().readSubmissions(PAYMENT_ID), 'ANSWER_UNEXPECTED');
});

test('a lost submission is sent again with the same submissionId', async () => {
  bank.onApi = () =>
    bank.requestsTo('/submissions').length === 1 ? { status: 200, isSilent: true } : bank.signed(200, SUBMISSION);
  await bank.tpp().submitPayment(PAYMENT_ID, { tokens, submissionId });
  const paths = bank.requestsTo('/submissions').map(({ method, path }) => `${method} ${path}`);
  assert.equal(paths.length, 2);
  assert.equal(paths[0], paths[1]);
});

test('a submissionId made by the SDK stays the same over its retries and is told in the error', async () => {
  bank.onApi = () => ({ status: 200, isSilent: true });
  const error = await refused(bank.tpp().submitPayment(PAYMENT_ID, { tokens }), 'CONNECTION_LOST');
  const ids = new Set(bank.requestsTo('/submissions').map(({ path }) => path.split('/').at(-1)));
  assert.deepEqual([...ids], [error.retryWith?.submissionId]);
  assert.match(error.message, /retrying with the same submissionId is safe/);
  assert.equal(error.outcomeUnknown, true);
});

test('a submission whose answer could not be verified says that its outcome is unknown', async () => {
  bank.onApi = async () => ({
    ...(await bank.signed(200, SUBMISSION)),
    body: JSON.stringify({ ...SUBMISSION, status: 'Submitted' }),
  });
  const error = await refused(
    bank.tpp().submitPayment(PAYMENT_ID, { tokens, submissionId }),
    'RESPONSE_SIGNATURE_WRONG',
  );
  assert.equal(error.outcomeUnknown, true);
  assert.deepEqual(error.retryWith, { submissionId });
});

test('a refused user token is not renewed behind the caller’s back', async () => {
  bank.onApi = () => bank.signed(401, { type: 'SECURITY', message: 'expired', id: 'r', violations: [] });
  await refused(bank.tpp().submitPayment(PAYMENT_ID, { tokens, submissionId }), 'ACCESS_TOKEN_REFUSED');
  assert.equal(bank.received.filter(({ path }) => path.startsWith('/oauth/')).length, 0);
  assert.equal(bank.requestsTo('/submissions').length, 1);
});

test('a deletion found done after a lost answer is still in doubt, one refused at once is not', async () => {
  const refusal = {
    type: 'BUSINESS',
    message: 'no',
    id: 'r',
    violations: [{ type: 'IllegalState', path: '', message: 'no' }],
  };
  bank.onApi = () => bank.signed(409, refusal);
  assert.equal((await refused(bank.tpp().deletePayment(PAYMENT_ID), 'ILLEGAL_STATE')).outcomeUnknown, false);
  bank.reset();
  bank.onApi = () =>
    bank.requestsTo('/sepa-payments').length === 1 ? { status: 200, isSilent: true } : bank.signed(409, refusal);
  assert.equal((await refused(bank.tpp().deletePayment(PAYMENT_ID), 'ILLEGAL_STATE')).outcomeUnknown, true);
});

test('a deadline may be as long as one likes, but must be one', async () => {
  bank.onApi = () => bank.signed(200, PAYMENT);
  assert.ok(await bank.tpp().readPayment(PAYMENT_ID, { deadlineMs: Number.POSITIVE_INFINITY }));
  for (const deadlineMs of [Number.NaN, -1, 'soon' as unknown as number]) {
    await refused(bank.tpp().readPayment(PAYMENT_ID, { deadlineMs }), 'ARGUMENT_INVALID');
  }
  await refused(bank.tpp().readPayment(PAYMENT_ID, { deadlineMs: 0 }), 'TIMEOUT');
});

test('too little money may be tried again with the same id', async () => {
  const violations = [{ type: 'InsufficientFunds', path: '', message: 'too little' }];
  bank.onApi = () => bank.signed(422, { type: 'BUSINESS', message: 'too little', id: 'r', violations });
  const error = await refused(bank.tpp().submitPayment(PAYMENT_ID, { tokens, submissionId }), 'INSUFFICIENT_FUNDS');
  assert.equal(error.retrySafe, true);
  assert.equal(error.outcomeUnknown, false);
});

test('ids that are paths never reach the wire', async () => {
  const tpp = bank.tpp();
  await refused(tpp.readPayment('../authorizations'), 'ARGUMENT_INVALID');
  await refused(tpp.readAuthorization(PAYMENT_ID.toUpperCase()), 'ARGUMENT_INVALID');
  await refused(tpp.readSubmission(PAYMENT_ID, '..'), 'ARGUMENT_INVALID');
  await refused(tpp.submitPayment(PAYMENT_ID, { tokens, submissionId: 'a/b' }), 'ARGUMENT_INVALID');
  assert.equal(bank.received.length, 0);
});
