import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  type Authorization,
  type ForeignPayment,
  type ForeignPaymentRequest,
  type Submission,
  signDetached,
} from '@lupa/protocol';
import { type Answer, jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { type ContractBank, openContractBank } from './support/contract-bank.ts';

/** A hundred and eight dollars and a half: a hundred euros at the sandbox's rate. */
const FOREIGN: ForeignPaymentRequest = {
  amount: '108.50',
  currency: 'USD',
  message: 'Invoice 7',
  payee: {
    name: 'Ada Lovelace',
    bankAccount: { id: '000123456789', schemeName: 'BBAN' },
    financialInstitution: { bic: 'CHASUS33' },
    foreignAddress: { addressLine1: '1 Main Street', addressLine2: 'New York NY 10001', country: 'US' },
  },
  payer: { iban: 'FI9259995020084225' },
};
const { payee } = FOREIGN;

describe('contract §5, ForeignPaymentRequest and ForeignPayment', () => {
  let bank: ContractBank;
  let tpp: TestTpp;
  let token: string;

  before(async () => {
    bank = await openContractBank();
    ({ tpp, token } = bank);
  });
  after(() => bank.close());

  function create(request: object = FOREIGN, headers: Record<string, string | undefined> = {}, as = token) {
    const body = Buffer.from(JSON.stringify(request));
    const signature = signDetached(body, tpp.identity.signer);
    const sent = { 'x-idempotency-key': randomUUID(), 'x-jws-signature': signature, ...headers };
    return tpp.call({ method: 'POST', path: '/foreign-payments', token: as, body, headers: sent });
  }

  async function created(change: Partial<ForeignPaymentRequest> = {}): Promise<ForeignPayment> {
    return bank.json<ForeignPayment>(create({ ...FOREIGN, ...change }), 201);
  }

  async function approved(change: Partial<ForeignPaymentRequest> = {}) {
    const payment = await created(change);
    const { access_token } = await tpp.userTokens(payment.authorizationId);
    return { ...payment, user: access_token };
  }

  const submit = (user: string, paymentId: string, id: string): Promise<Answer> =>
    tpp.call({ method: 'PUT', path: `/foreign-payments/${paymentId}/submissions/${id}`, token: user });

  async function balance(): Promise<number> {
    const aino = bank.sandbox.bank.administration;
    const [row] = await bank.store.query<{ customer_id: string }>(
      "SELECT customer_id FROM accounts WHERE iban = 'FI9259995020084225'",
    );
    const accounts = await aino.accountsOf(row?.customer_id as Parameters<typeof aino.accountsOf>[0]);
    return accounts.find(({ iban }) => iban === 'FI9259995020084225')?.balanceCents ?? assert.fail();
  }

  async function assertInvalid(change: object, ...violations: readonly string[]): Promise<void> {
    assertRefused(await create({ ...FOREIGN, ...change }), 400, 'VALIDATION', ...violations);
  }

  test('"The answer adds what SepaPayment adds, with paymentType ForeignPayment": POST answers 201 and a Location', async () => {
    const answer = await create();
    assert.equal(answer.status, 201, answer.bytes.toString());
    const { paymentId, authorizationId, created: at, modified, ...rest } = jsonOf<ForeignPayment>(answer);
    const defaults = { detailsOfCharges: 'SHA', paymentOrder: 'NORM', count: 1 };
    assert.deepEqual(rest, { ...FOREIGN, ...defaults, status: 'Unauthorized', paymentType: 'ForeignPayment' });
    assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[23]:00$/);
    assert.equal(modified, at);
    assert.notEqual(paymentId, authorizationId);
    assert.equal(answer.headers.location, `/payments-psd2/v1/foreign-payments/${paymentId}`);
  });

  test('"the same six under /foreign-payments": created, approved, submitted, booked, read', async () => {
    const before = await balance();
    const { paymentId, user } = await approved();
    const path = `/foreign-payments/${paymentId}`;
    const accepted = await bank.json<Submission>(submit(user, paymentId, 'mine'));
    assert.equal(accepted.submissionId, 'mine');
    await bank.settledAfter(async () => undefined);
    assert.equal(await balance(), before - 10_000);
    const submission = await bank.read<Submission>(`${path}/submissions/mine`);
    assert.equal(submission.status, 'Submitted');
    assert.deepEqual(await bank.read(`${path}/submissions`), { submissions: [submission] });
    const whole = await bank.read<ForeignPayment>(`${path}?include=submissions`);
    assert.deepEqual([whole.status, whole.submissions], ['Completed', [submission]]);
    const again = await bank.json<Submission>(submit(user, paymentId, 'mine'));
    assert.deepEqual(again, submission);
    assert.equal(await balance(), before - 10_000);
  });

  test('DELETE answers 200 with the ForeignPayment, "now Revoked; only before submission"', async () => {
    const { paymentId } = await created();
    const path = `/foreign-payments/${paymentId}`;
    const deleted = await bank.json<ForeignPayment>(tpp.call({ method: 'DELETE', path, token }));
    assert.deepEqual([deleted.paymentId, deleted.status], [paymentId, 'Revoked']);
    assertRefused(await tpp.call({ method: 'DELETE', path, token }), 409, 'BUSINESS', 'IllegalState ');
    const submitted = await approved();
    await bank.settledAfter(() => submit(submitted.user, submitted.paymentId, 'first'));
    const late = await tpp.call({ method: 'DELETE', path: `/foreign-payments/${submitted.paymentId}`, token });
    assertRefused(late, 409, 'BUSINESS', 'IllegalState ');
  });

  test('a payment is found under the path of its own type, and under /payments "whichever type the payment has"', async () => {
    const foreign = await created();
    const sepa = await tpp.created(token);
    assert.deepEqual(await bank.read(`/payments/${foreign.paymentId}`), foreign);
    assert.deepEqual(await bank.read(`/payments/${sepa.paymentId}`), sepa);
    for (const path of [`/sepa-payments/${foreign.paymentId}`, `/foreign-payments/${sepa.paymentId}`]) {
      assertRefused(await tpp.call({ path, token }), 404, 'VALIDATION');
      assertRefused(await tpp.call({ path: `${path}/submissions`, token }), 404, 'VALIDATION');
      const deletion = await bank.store.unchangedBy(() => tpp.call({ method: 'DELETE', path, token }));
      assertRefused(deletion, 404, 'VALIDATION');
    }
  });

  test('submitting under the path of the other type is 404 and pays nothing', async () => {
    const { paymentId, user } = await approved();
    const wrong = await bank.store.unchangedBy(() => tpp.submit(user, paymentId, 'first'));
    assertRefused(wrong, 404, 'VALIDATION');
    assert.equal((await submit(user, paymentId, 'first')).status, 200);
    await bank.settledAfter(async () => undefined);
  });

  test('"?include=payments adds foreignPayments", and /payments of the authorization lists it', async () => {
    const payment = await created();
    const path = `/authorizations/${payment.authorizationId}`;
    const plain = await bank.read<Authorization>(path);
    assert.deepEqual(await bank.read(`${path}?include=payments`), { ...plain, foreignPayments: [payment] });
    assert.deepEqual(await bank.read(`${path}/payments`), { payments: [payment] });
    const revoked = await bank.json<Authorization>(tpp.call({ method: 'DELETE', path, token }));
    assert.equal(revoked.status, 'Revoked');
  });

  test('"amount (string, as above), currency (ISO 4217, with its own number of decimals)"', async () => {
    for (const [amount, currency] of [
      ['1000', 'JPY'],
      ['10.500', 'KWD'],
      ['10.50', 'SEK'],
      ['10.50', 'EUR'],
    ] as const) {
      const payment = await created({ amount, currency });
      assert.deepEqual([payment.amount, payment.currency], [amount, currency]);
    }
    await assertInvalid({ amount: '1000.00', currency: 'JPY' }, 'InvalidValue amount');
    await assertInvalid({ amount: '10.50', currency: 'KWD' }, 'InvalidValue amount');
    await assertInvalid({ amount: '10.5', currency: 'EUR' }, 'EuroCents amount');
    await assertInvalid({ amount: 10.5 }, 'TypeMismatch amount');
    await assertInvalid({ currency: 'XXX' }, 'InvalidValue currency');
    // A currency that there is and this bank has no rate for.
    await assertInvalid({ currency: 'XPF', amount: '1000' }, 'InvalidValue currency');
  });

  test('"message (1–140)" is required, and so are payee and all of it that is marked', async () => {
    await assertInvalid({ message: undefined }, 'Required message');
    await assertInvalid(
      { payee: {} },
      ...['name', 'bankAccount', 'financialInstitution', 'foreignAddress'].map((name) => `Required payee.${name}`),
    );
  });

  test('"bic | clearingSystemId (not both)"; "without bic and clearingSystemId the address is required"', async () => {
    const bankPath = 'payee.financialInstitution';
    const at = (financialInstitution: object) => ({ payee: { ...payee, financialInstitution } });
    await created(at({ clearingSystemId: 'USABA021000021' }));
    const foreignBankAddress = { address: '270 Park Avenue', city: 'New York', country: 'US' };
    await created(at({ foreignBankAddress }));
    await assertInvalid(
      at({ bic: 'CHASUS33', clearingSystemId: 'USABA021000021' }),
      `CreditorBicOrAddress ${bankPath}.clearingSystemId`,
    );
    await assertInvalid(at({ name: 'Chase' }), `CreditorBicOrAddress ${bankPath}.foreignBankAddress`);
    await assertInvalid(at({ bic: 'CHASUS3' }), `ValidBic ${bankPath}.bic`);
  });

  test('"Payments inside the EU/ETA area need both BIC and IBAN"', async () => {
    const bankAccount = { id: 'DE89370400440532013000', schemeName: 'IBAN' } as const;
    const financialInstitution = { bic: 'COBADEFFXXX' };
    await created({ payee: { ...payee, bankAccount, financialInstitution } });
    const noBic = { clearingSystemId: 'DEBLZ37040044' };
    const path = 'EuEtaValid payee.financialInstitution.bic';
    await assertInvalid({ payee: { ...payee, bankAccount, financialInstitution: noBic } }, path);
    await assertInvalid({ payee: { ...payee, financialInstitution } }, 'EuEtaValid payee.bankAccount.schemeName');
  });

  test('"detailsOfCharges SHA (default) | OUR, paymentOrder NORM (default) | HIGH", exchangeRateReference', async () => {
    const change = { detailsOfCharges: 'OUR', paymentOrder: 'HIGH', exchangeRateReference: 'DEAL-7' } as const;
    const { detailsOfCharges, paymentOrder, exchangeRateReference } = await created(change);
    assert.deepEqual({ detailsOfCharges, paymentOrder, exchangeRateReference }, change);
    await assertInvalid({ detailsOfCharges: 'BEN' }, 'ValidDetailOfCharges detailsOfCharges');
    await assertInvalid({ paymentOrder: 'SEPA' }, 'ValidPaymentOrder paymentOrder');
  });

  test('"count, where sent, must be 1. Never bundled, never recurring"', async () => {
    assert.equal((await created({ count: 1 })).count, 1);
    await assertInvalid({ count: 2 }, 'ValidForeignPaymentRecurrence count');
    const { authorizationId } = await created();
    await assertInvalid({ authorizationId }, 'UnrecognizedProperty authorizationId');
    const joining = await tpp.create(token, { ...SAMPLE, authorizationId });
    assertRefused(joining, 409, 'BUSINESS', 'IllegalState ');
    const { paymentId, user } = await approved();
    await bank.settledAfter(() => submit(user, paymentId, 'one'));
    assertRefused(await submit(user, paymentId, 'two'), 409, 'BUSINESS', 'IllegalState ');
  });

  test('a foreign payment must be signed and have its idempotency key, which both paths share', async () => {
    assertRefused(await create(FOREIGN, { 'x-jws-signature': undefined }), 400, 'SECURITY');
    const key = randomUUID();
    const first = await create(FOREIGN, { 'x-idempotency-key': key });
    const again = await create(FOREIGN, { 'x-idempotency-key': key });
    assert.deepEqual(jsonOf(again), jsonOf(first));
    assert.equal(again.headers['idempotent-replayed'], 'true');
    assert.equal(again.headers.location, first.headers.location);
    const elsewhere = await tpp.create(token, SAMPLE, { 'x-idempotency-key': key });
    assertRefused(elsewhere, 409, 'BUSINESS', 'DuplicatePayment ');
  });

  test('a token of the customer creates none: §9 is for SEPA payments only', async () => {
    const { user } = await approved();
    const before = await bank.store.query('SELECT payment_id FROM payments');
    assertRefused(await create(FOREIGN, {}, user), 403, 'SECURITY');
    const { authorizationId } = await tpp.created(token);
    const { refresh_token } = await tpp.userTokens(authorizationId);
    const grant = await tpp.form({ grant_type: 'refresh_token', refresh_token, scope: 'payments' });
    assert.equal(grant.status, 200, grant.bytes.toString());
    assertRefused(await create(FOREIGN, {}, jsonOf<{ access_token: string }>(grant).access_token), 403, 'SECURITY');
    assert.equal((await bank.store.query('SELECT payment_id FROM payments')).length, before.length + 1);
  });

  test('an account that does not hold the euros is 422 InsufficientFunds, and the submission Error', async () => {
    const { paymentId, user } = await approved({ amount: '10000.00' });
    assertRefused(await submit(user, paymentId, 'much'), 422, 'BUSINESS', 'InsufficientFunds ');
    const submission = await bank.read<Submission>(`/foreign-payments/${paymentId}/submissions/much`);
    assert.equal(submission.status, 'Error');
  });

  test('§8 holds for foreign payments too: sandbox-authorize, and a scenario on PUT and GET', async () => {
    const { paymentId, authorizationId } = await created();
    const path = `/foreign-payments/${paymentId}/submissions/played`;
    const decision = `/authorizations/${authorizationId}/sandbox-authorize`;
    const authorized = await bank.json<Authorization>(tpp.call({ method: 'POST', path: decision, token }));
    assert.equal(authorized.status, 'Authorized');
    const headers = { 'x-sandbox-scenario': `SandboxAuthorized=${authorizationId}` };
    await bank.settledAfter(() => bank.json(tpp.call({ method: 'PUT', path, token, headers })));
    assert.equal((await bank.read<Submission>(path)).status, 'Submitted');
    const { user, paymentId: other } = await approved();
    const pending = `/foreign-payments/${other}/submissions/later`;
    const unavailable = { 'x-sandbox-scenario': 'PaymentSystemUnavailable' };
    const put = tpp.call({ method: 'PUT', path: pending, token: user, headers: unavailable });
    assert.equal((await bank.json<Submission>(put)).status, 'Pending');
    const future = { 'x-sandbox-scenario': 'FutureSimulation=P2D' };
    const foreseen = tpp.call({ path: pending, token: user, headers: future });
    assert.equal((await bank.json<Submission>(foreseen)).status, 'Rejected');
  });

  test('the books balance after all of it', async () => {
    assert.deepEqual(await bank.sandbox.bank.administration.trialBalance(), {
      ...{ imbalanceCents: 0, accountsOff: 0 },
      ...{ reservationsOff: 0, submissionsOff: 0 },
    });
  });
});
