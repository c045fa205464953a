import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type Authorization, type ForeignPayment, type Submission, signDetached } from '@lupa/protocol';
import { type Answer, jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { type ContractBank, openContractBank } from './support/contract-bank.ts';

/** To an American bank, outside the EU/ETA area. */
const PAYEE = {
  name: 'Ada Lovelace',
  bankAccount: { id: '000123456789', schemeName: 'BBAN' },
  financialInstitution: { bic: 'CHASUS33' },
  foreignAddress: { addressLine1: '1 Main Street', addressLine2: 'New York NY 10001', country: 'US' },
};
const FOREIGN = { amount: '10.50', currency: 'USD', message: 'Invoice 7', payee: PAYEE };
const GERMAN = { id: 'DE89370400440532013000', schemeName: 'IBAN' };
const BANK_ADDRESS = { address: '270 Park Avenue', city: 'New York', country: 'US' };

let bank: ContractBank;
let tpp: TestTpp;
let token: string;
before(async () => {
  bank = await openContractBank();
  ({ tpp, token } = bank);
});
after(() => bank.close());

function create(change: object = {}): Promise<Answer> {
  const body = Buffer.from(JSON.stringify({ ...FOREIGN, ...change }));
  const headers = { 'x-idempotency-key': randomUUID(), 'x-jws-signature': signDetached(body, tpp.identity.signer) };
  return tpp.call({ method: 'POST', path: '/foreign-payments', token, body, headers });
}

const accepted = (change: object = {}) => bank.json<ForeignPayment>(create(change), 201);
async function refused(change: object, ...violations: readonly string[]): Promise<void> {
  assertRefused(await create(change), 400, 'VALIDATION', ...violations);
}
const payee = (change: object) => ({ payee: { ...PAYEE, ...change } });
const institution = (financialInstitution: object) => payee({ financialInstitution });

describe('contract §5, "the same six under /foreign-payments"', () => {
  test('POST answers 201 with a ForeignPayment and a Location', async () => {
    const answer = await create();
    assert.equal(answer.status, 201, answer.bytes.toString());
    const { paymentId, paymentType } = jsonOf<ForeignPayment>(answer);
    assert.equal(paymentType, 'ForeignPayment');
    assert.equal(answer.headers.location, `/payments-psd2/v1/foreign-payments/${paymentId}`);
  });

  test('GET answers 200 with it, at /payments too, and at /sepa-payments 404', async () => {
    const payment = await accepted();
    for (const path of ['/foreign-payments', '/payments']) {
      assert.deepEqual(await bank.read(`${path}/${payment.paymentId}`), payment);
    }
    assertRefused(await tpp.call({ path: `/sepa-payments/${payment.paymentId}`, token }), 404, 'VALIDATION');
    const sepa = await tpp.created(token);
    assertRefused(await tpp.call({ path: `/foreign-payments/${sepa.paymentId}`, token }), 404, 'VALIDATION');
  });

  test('DELETE answers 200 with it, now Revoked', async () => {
    const { paymentId } = await accepted();
    const path = `/foreign-payments/${paymentId}`;
    assert.equal((await bank.json<ForeignPayment>(tpp.call({ method: 'DELETE', path, token }))).status, 'Revoked');
  });

  test('PUT and GET of a submission, and GET of the submissions', async () => {
    const { paymentId, authorizationId } = await accepted();
    const { access_token: user } = await tpp.userTokens(authorizationId);
    const path = `/foreign-payments/${paymentId}/submissions`;
    const put = await bank.json<Submission>(tpp.call({ method: 'PUT', path: `${path}/1`, token: user }));
    assert.deepEqual([put.submissionId, put.status], ['1', 'Accepted']);
    await bank.settledAfter(async () => undefined);
    const read = await bank.read<Submission>(`${path}/1`);
    assert.equal(read.status, 'Submitted');
    assert.deepEqual(await bank.read(path), { submissions: [read] });
  });

  test('GET /authorizations/{authorizationId}?include=payments adds foreignPayments', async () => {
    const payment = await accepted();
    const path = `/authorizations/${payment.authorizationId}`;
    const { foreignPayments, sepaPayments } = await bank.read<Authorization>(`${path}?include=payments`);
    assert.deepEqual({ foreignPayments, sepaPayments }, { foreignPayments: [payment], sepaPayments: undefined });
    assert.deepEqual(await bank.read(`${path}/payments`), { payments: [payment] });
  });
});

describe('contract §5, ForeignPaymentRequest and ForeignPayment', () => {
  test('amount, currency, message and payee are required', () =>
    refused(
      { amount: undefined, currency: undefined, message: undefined, payee: undefined },
      ...['Required amount', 'Required currency', 'Required message', 'Required payee'],
    ));

  test('amount is a "string, as above"', async () => {
    await refused({ amount: 10.5 }, 'TypeMismatch amount');
    await refused({ amount: '0' }, 'Min amount');
    await refused({ amount: '10,50' }, 'InvalidValue amount');
  });

  test('currency is "ISO 4217, with its own number of decimals"', async () => {
    assert.equal((await accepted({ currency: 'JPY', amount: '1000' })).amount, '1000');
    await refused({ currency: 'JPY', amount: '1000.00' }, 'InvalidValue amount');
    await refused({ amount: '10.500' }, 'InvalidValue amount');
    for (const currency of ['usd', 'XYZ', 'EURO']) await refused({ currency }, 'InvalidValue currency');
  });

  test('message has 1–140 characters', async () => {
    await accepted({ message: 'x'.repeat(140) });
    for (const message of ['', 'x'.repeat(141)]) await refused({ message }, 'Size message');
  });

  test("payee's name, bankAccount, financialInstitution and foreignAddress are required", () =>
    refused(
      { payee: {} },
      ...['Required payee.name', 'Required payee.bankAccount', 'Required payee.financialInstitution'],
      'Required payee.foreignAddress',
    ));

  test('bankAccount is "id*, schemeName* IBAN|BBAN, issuer"', async () => {
    const account = (change: object) => payee({ bankAccount: { ...PAYEE.bankAccount, ...change } });
    await accepted(account({ issuer: 'Chase' }));
    await refused(payee({ bankAccount: {} }), 'Required payee.bankAccount.id', 'Required payee.bankAccount.schemeName');
    await refused(account({ schemeName: 'OTHER' }), 'InvalidValue payee.bankAccount.schemeName');
    await refused(account({ schemeName: 'IBAN' }), 'Iban payee.bankAccount.id');
  });

  test('"BBAN: digits, at most 35"', async () => {
    const numbered = (id: string) => payee({ bankAccount: { id, schemeName: 'BBAN' } });
    await accepted(numbered('1'.repeat(35)));
    for (const id of ['1'.repeat(36), '12A4']) await refused(numbered(id), 'InvalidValue payee.bankAccount.id');
  });

  test('financialInstitution has "bic | clearingSystemId (not both)"', async () => {
    await accepted(institution({ clearingSystemId: 'USABA021000021' }));
    await refused(institution({ bic: 'CHAS' }), 'ValidBic payee.financialInstitution.bic');
    await refused(
      institution({ bic: 'CHASUS33', clearingSystemId: 'USABA021000021' }),
      'CreditorBicOrAddress payee.financialInstitution.clearingSystemId',
    );
  });

  test('"without bic and clearingSystemId the address is required"', async () => {
    await accepted(institution({ foreignBankAddress: BANK_ADDRESS }));
    await refused(institution({}), 'CreditorBicOrAddress payee.financialInstitution.foreignBankAddress');
    await refused(
      institution({ foreignBankAddress: { ...BANK_ADDRESS, country: undefined } }),
      'Required payee.financialInstitution.foreignBankAddress.country',
    );
  });

  test('foreignAddress is "addressLine1*, addressLine2*, country*"', async () => {
    const path = 'payee.foreignAddress';
    await refused(
      payee({ foreignAddress: {} }),
      ...[`Required ${path}.addressLine1`, `Required ${path}.addressLine2`, `Required ${path}.country`],
    );
    await refused(payee({ foreignAddress: { ...PAYEE.foreignAddress, country: 'XX' } }), `CountryCode ${path}.country`);
  });

  test('detailsOfCharges is "SHA (default) | OUR"', async () => {
    assert.equal((await accepted()).detailsOfCharges, 'SHA');
    assert.equal((await accepted({ detailsOfCharges: 'OUR' })).detailsOfCharges, 'OUR');
    await refused({ detailsOfCharges: 'BEN' }, 'ValidDetailOfCharges detailsOfCharges');
  });

  test('paymentOrder is "NORM (default) | HIGH"', async () => {
    assert.equal((await accepted()).paymentOrder, 'NORM');
    assert.equal((await accepted({ paymentOrder: 'HIGH' })).paymentOrder, 'HIGH');
    await refused({ paymentOrder: 'SEPA' }, 'ValidPaymentOrder paymentOrder');
  });

  test('payer and exchangeRateReference are optional and come back', async () => {
    const sent = { payer: { iban: 'FI9259995020084225' }, exchangeRateReference: 'AGREED-7' };
    const { payer, exchangeRateReference } = await accepted(sent);
    assert.deepEqual({ payer, exchangeRateReference }, sent);
  });

  test('"count, where sent, must be 1": never recurring', async () => {
    assert.equal((await accepted({ count: 1 })).count, 1);
    for (const count of [2, 0]) await refused({ count }, 'ValidForeignPaymentRecurrence count');
  });

  test('"Never bundled": it joins nothing, and nothing joins it', async () => {
    const { authorizationId } = await accepted();
    await refused({ authorizationId }, 'UnrecognizedProperty authorizationId');
    assertRefused(await tpp.create(token, { ...SAMPLE, authorizationId }), 409, 'BUSINESS', 'IllegalState ');
  });

  test('"Payments inside the EU/ETA area need both BIC and IBAN"', async () => {
    await accepted(payee({ bankAccount: GERMAN, financialInstitution: { bic: 'DEUTDEFF' } }));
    await refused(
      payee({ bankAccount: GERMAN, financialInstitution: { foreignBankAddress: BANK_ADDRESS } }),
      'EuEtaValid payee.financialInstitution.bic',
    );
    await refused(institution({ bic: 'DEUTDEFF' }), 'EuEtaValid payee.bankAccount.schemeName');
  });

  test('"The answer adds what SepaPayment adds, with paymentType ForeignPayment"', async () => {
    const { paymentId, authorizationId, created, modified, ...rest } = await accepted();
    for (const added of [paymentId, authorizationId, created, modified]) assert.ok(added);
    assert.deepEqual(rest, {
      ...FOREIGN,
      ...{ status: 'Unauthorized', paymentType: 'ForeignPayment' },
      ...{ detailsOfCharges: 'SHA', paymentOrder: 'NORM', count: 1 },
    });
  });
});
