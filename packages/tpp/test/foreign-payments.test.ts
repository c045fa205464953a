import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type ForeignPayment, restoreTokens, type Tpp } from '../src/index.ts';
import { refused } from './support/refused.ts';
import {
  AUTHORIZATION,
  AUTHORIZATION_ID,
  FOREIGN_PAYMENT,
  FOREIGN_REQUEST,
  PAYMENT,
  PAYMENT_ID,
  SUBMISSION,
} from './support/samples.ts';
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
const paymentType = 'ForeignPayment' as const;
const { submissionId } = SUBMISSION;

test('a foreign payment is created signed, with its idempotency key', async () => {
  bank.onApi = () => bank.signed(201, FOREIGN_PAYMENT);
  const payment = await bank.tpp().createForeignPayment(FOREIGN_REQUEST, { idempotencyKey: 'invoice-7' });
  assert.deepEqual(payment, FOREIGN_PAYMENT);
  const [sent] = bank.requestsTo('/foreign-payments');
  assert.equal(sent?.path, '/payments-psd2/v1/foreign-payments');
  assert.deepEqual(JSON.parse(sent.body.toString()), FOREIGN_REQUEST);
  assert.equal(sent.headers['x-idempotency-key'], 'invoice-7');
  assert.match(String(sent.headers['x-jws-signature']), /^[\w-]+\.\.[\w-]+$/);
});

test('an answer about other money, to somebody else or at other charges is not believed', async () => {
  const { payee } = FOREIGN_REQUEST;
  const changes: Readonly<Record<string, Partial<ForeignPayment>>> = {
    amount: { amount: '1000.51' },
    currency: { currency: 'CAD' },
    message: { message: 'Invoice 8' },
    'payee.name': { payee: { ...payee, name: 'Eve' } },
    'payee.bankAccount.id': { payee: { ...payee, bankAccount: { ...payee.bankAccount, id: '000123456780' } } },
    'payee.financialInstitution.bic': { payee: { ...payee, financialInstitution: { bic: 'BOFAUS3N' } } },
    detailsOfCharges: { detailsOfCharges: 'OUR' },
    paymentOrder: { paymentOrder: 'HIGH' },
  };
  for (const [name, change] of Object.entries(changes)) {
    bank.onApi = () => bank.signed(201, { ...FOREIGN_PAYMENT, ...change });
    const error = await refused(bank.tpp().createForeignPayment(FOREIGN_REQUEST), 'ANSWER_MISMATCH');
    assert.ok(error.message.includes(name), `${name}: ${error.message}`);
  }
});

test('an answer of the wrong shape is not believed', async () => {
  const { payee } = FOREIGN_PAYMENT;
  const wrong: Record<string, unknown>[] = [
    { paymentType: 'SepaPayment' },
    { amount: 1000.5 },
    { amount: '1000.5' },
    { currency: 'XXX' },
    { count: 2 },
    { detailsOfCharges: 'BEN' },
    { paymentOrder: 'SEPA' },
    { message: undefined },
    { payee: { ...payee, bankAccount: undefined } },
    { payee: { ...payee, bankAccount: { ...payee.bankAccount, schemeName: 'SORT' } } },
    { payee: { ...payee, financialInstitution: 'CHASUS33' } },
    { payee: { ...payee, financialInstitution: { bic: 4 } } },
    { payee: { ...payee, foreignAddress: undefined } },
    { exchangeRateReference: 4 },
  ];
  for (const change of wrong) {
    bank.onApi = () => bank.signed(200, { ...FOREIGN_PAYMENT, ...change });
    await refused(bank.tpp().readPayment(PAYMENT_ID, { paymentType }), 'ANSWER_UNEXPECTED');
  }
});

/** Each call on a foreign payment, with its answer and what it must send. */
const CALLS: Record<string, [(tpp: Tpp) => Promise<unknown>, unknown, string]> = {
  readPayment: [(tpp) => tpp.readPayment(PAYMENT_ID, { paymentType }), FOREIGN_PAYMENT, `GET /${PAYMENT_ID}`],
  deletePayment: [(tpp) => tpp.deletePayment(PAYMENT_ID, { paymentType }), FOREIGN_PAYMENT, `DELETE /${PAYMENT_ID}`],
  submitPayment: [
    (tpp) => tpp.submitPayment(PAYMENT_ID, { paymentType, tokens, submissionId }),
    SUBMISSION,
    `PUT /${PAYMENT_ID}/submissions/${submissionId}`,
  ],
  readSubmission: [
    (tpp) => tpp.readSubmission(PAYMENT_ID, submissionId, { paymentType }),
    SUBMISSION,
    `GET /${PAYMENT_ID}/submissions/${submissionId}`,
  ],
  waitForStatus: [
    (tpp) => tpp.waitForStatus(PAYMENT_ID, submissionId, { paymentType, until: ['Accepted'] }),
    SUBMISSION,
    `GET /${PAYMENT_ID}/submissions/${submissionId}`,
  ],
};

for (const [name, [call, answer, sent]] of Object.entries(CALLS)) {
  test(`${name} of a foreign payment goes to the foreign payments`, async () => {
    bank.onApi = () => bank.signed(200, answer);
    assert.deepEqual(await call(bank.tpp()), answer);
    const [request] = bank.requestsTo('/payments-psd2/');
    assert.equal(`${request?.method} ${request?.path}`, sent.replace(' ', ' /payments-psd2/v1/foreign-payments'));
  });
}

test('a payment of whichever type is read where both are', async () => {
  for (const payment of [PAYMENT, FOREIGN_PAYMENT]) {
    bank.reset();
    bank.onApi = () => bank.signed(200, payment);
    const read = await bank.tpp().readPayment(PAYMENT_ID, { paymentType: 'any' });
    assert.equal(read.paymentType, payment.paymentType);
    assert.equal(bank.requestsTo('/payments-psd2/')[0]?.path, `/payments-psd2/v1/payments/${PAYMENT_ID}`);
  }
});

test('a payment of the other type is never taken for the one asked for', async () => {
  bank.onApi = () => bank.signed(200, FOREIGN_PAYMENT);
  await refused(bank.tpp().readPayment(PAYMENT_ID), 'ANSWER_UNEXPECTED');
  bank.onApi = () => bank.signed(200, PAYMENT);
  await refused(bank.tpp().readPayment(PAYMENT_ID, { paymentType }), 'ANSWER_UNEXPECTED');
});

test('an authorization holds its payments by their type', async () => {
  const whole = { ...AUTHORIZATION, foreignPayments: [FOREIGN_PAYMENT] };
  bank.onApi = ({ path }) => bank.signed(200, path.endsWith('/payments') ? { payments: [FOREIGN_PAYMENT] } : whole);
  assert.deepEqual(await bank.tpp().readAuthorization(AUTHORIZATION_ID, { includePayments: true }), whole);
  assert.deepEqual(await bank.tpp().readAuthorizationPayments(AUTHORIZATION_ID), [FOREIGN_PAYMENT]);
  bank.onApi = () => bank.signed(200, { ...AUTHORIZATION, foreignPayments: [PAYMENT] });
  await refused(bank.tpp().readAuthorization(AUTHORIZATION_ID, { includePayments: true }), 'ANSWER_UNEXPECTED');
});
