import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Authorization, ErrorBody, SepaPayment, Submission } from '@lupa/protocol';
import { type Answer, jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, type TestTpp } from '../flow/support/test-tpp.ts';
import { type ApprovedBundle, type ContractBank, openContractBank } from './support/contract-bank.ts';

describe('contract §8, sandbox scenarios', () => {
  let bank: ContractBank;
  let tpp: TestTpp;
  let token: string;
  let approved: ApprovedBundle;
  let used = 0;

  before(async () => {
    bank = await openContractBank();
    ({ tpp, token } = bank);
    approved = await bank.approved(Array.from({ length: 16 }, () => ({ amountEUR: '0.10' })));
  });
  after(() => bank.close());

  /** A payment of the bundle that no other test has submitted, with what can be done about its one submission. */
  function fresh() {
    const { paymentId } = approved.payments[used] ?? assert.fail('the bundle has too few payments');
    used += 1;
    const path = `/sepa-payments/${paymentId}/submissions/1`;
    const call = (method: 'PUT' | 'GET') => (scenario?: string) =>
      tpp.call({ method, path, token: approved.user, headers: { 'x-sandbox-scenario': scenario } });
    const get = call('GET');
    return {
      paymentId,
      put: call('PUT'),
      get,
      status: async (scenario?: string) => (await bank.json<Submission>(get(scenario))).status,
    };
  }

  const statusIn = async (answer: Promise<Answer>) => (await bank.json<Submission>(answer)).status;

  test('InsufficientFunds: a 422, recorded as Error', async () => {
    const { put, status } = fresh();
    assertRefused(await put('InsufficientFunds'), 422, 'BUSINESS', 'InsufficientFunds ');
    assert.equal(await status(), 'Error');
  });

  test('"PaymentSystemUnavailable (→ Pending)"', async () => {
    const { put, status } = fresh();
    assert.equal(await statusIn(put('PaymentSystemUnavailable')), 'Pending');
    assert.equal(await status(), 'Pending');
  });

  test('"FutureSimulation=<ISO 8601 duration> (as if that much time had passed)", on GET and on PUT', async () => {
    const { put, status } = fresh();
    await put('PaymentSystemUnavailable');
    assert.deepEqual([await status('FutureSimulation=P1D'), await status()], ['Rejected', 'Pending']);
    assert.equal(await statusIn(put('FutureSimulation=P1D')), 'Rejected');
  });

  test('PaymentFail: a 422, recorded as Rejected', async () => {
    const { put, status } = fresh();
    assertRefused(await put('PaymentFail'), 422, 'BUSINESS', 'PaymentFail ');
    assert.equal(await status(), 'Rejected');
  });

  test('"PaymentFail=AccountClosed|InvalidPayee|LimitExceeded", each in words of its own', async () => {
    const said = new Set<string>();
    for (const failure of ['AccountClosed', 'InvalidPayee', 'LimitExceeded']) {
      const { put, status } = fresh();
      said.add(assertRefused(await put(`PaymentFail=${failure}`), 422, 'BUSINESS', 'PaymentFail ').message);
      assert.equal(await status(), 'Rejected');
    }
    assert.equal(said.size, 3);
    assertRefused(await fresh().put('PaymentFail=Other'), 400, 'VALIDATION', 'InvalidValue x-sandbox-scenario');
  });

  test('"PaymentSubmitFailed (Accepted, later Rejected)"', async () => {
    const { paymentId, put } = fresh();
    assert.equal(await statusIn(put('PaymentSubmitFailed')), 'Accepted');
    assert.equal(await bank.settled(paymentId, '1'), 'Rejected');
  });

  test('"PaymentSubmitSuccess (Accepted, later Submitted)"', async () => {
    const { paymentId, put } = fresh();
    assert.equal(await statusIn(put('PaymentSubmitSuccess')), 'Accepted');
    assert.equal(await bank.settled(paymentId, '1'), 'Submitted');
  });

  test('"SandboxAuthorized=<authorizationId> (with a client-credentials token: submit what sandbox-authorize approved)"', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const path = `/sepa-payments/${paymentId}/submissions/1`;
    const headers = { 'x-sandbox-scenario': `SandboxAuthorized=${authorizationId}` };
    const submit = () => tpp.call({ method: 'PUT', path, token, headers });
    assertRefused(await submit(), 409, 'BUSINESS', 'IllegalState ');
    assertRefused(await tpp.submit(token, paymentId, '1'), 403, 'SECURITY');
    await decide(authorizationId, 'sandbox-authorize');
    assert.equal(await statusIn(submit()), 'Accepted');
    assert.equal(await bank.settled(paymentId, '1'), 'Submitted');
  });

  const decide = (authorizationId: string, how: string) =>
    bank.json<Authorization>(tpp.call({ method: 'POST', path: `/authorizations/${authorizationId}/${how}`, token }));

  test('"POST …/sandbox-authorize, …/sandbox-reject: 200 Authorization"', async () => {
    for (const [how, expected] of [
      ['sandbox-authorize', 'Authorized'],
      ['sandbox-reject', 'Rejected'],
    ] as const) {
      const { paymentId, authorizationId } = await tpp.created(token);
      const { status, ...rest } = await decide(authorizationId, how);
      assert.deepEqual([rest.authorizationId, status], [authorizationId, expected]);
      assert.equal((await bank.read<SepaPayment>(`/payments/${paymentId}`)).status, expected);
    }
  });

  test('a scenario that is none is a 400 that names the header', async () => {
    const { put, get } = fresh();
    for (const answer of [await put('Other'), await get('Other'), await put('FutureSimulation=1D')]) {
      assertRefused(answer, 400, 'VALIDATION', 'InvalidValue x-sandbox-scenario');
      assert.match(jsonOf<ErrorBody>(answer).message, /x-sandbox-scenario/);
    }
  });
});
