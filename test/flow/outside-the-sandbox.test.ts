import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type BankOutsideTheSandbox, openBankOutsideTheSandbox } from './support/bank-outside-the-sandbox.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import { assertRefused, type TestTpp } from './support/test-tpp.ts';

const SCENARIOS = [
  'InsufficientFunds',
  'PaymentSystemUnavailable',
  'FutureSimulation=P1D',
  'PaymentFail',
  'PaymentFail=AccountClosed',
  'PaymentSubmitFailed',
  'PaymentSubmitSuccess',
  `SandboxAuthorized=${randomUUID()}`,
  'nonsense',
];

describe('outside the sandbox', () => {
  let sandbox: TestSandbox;
  let bank: BankOutsideTheSandbox;
  let tpp: TestTpp;
  let token: string;

  before(async () => {
    sandbox = await startTestSandbox();
    bank = await openBankOutsideTheSandbox(sandbox);
    tpp = bank.tpp;
    token = await tpp.clientToken();
  });
  after(async () => {
    await bank.close();
    await sandbox.close();
  });

  test('a submission goes through, and with any scenario, right or wrong, it is a 400 that changes nothing', async () => {
    const { paymentId, authorizationId } = await tpp.created(token, { amountEUR: '0.01' });
    const { access_token: user } = await sandbox.tpp.userTokens(authorizationId);
    const path = `/sepa-payments/${paymentId}/submissions/first`;
    for (const scenario of SCENARIOS) {
      for (const method of ['PUT', 'GET']) {
        const call = { method, path, token: user, headers: { 'x-sandbox-scenario': scenario } };
        const answer = await sandbox.store.unchangedBy(() => tpp.call(call));
        assertRefused(answer, 400, 'VALIDATION', 'InvalidValue x-sandbox-scenario');
      }
    }
    const answer = await sandbox.settledAfter(() => tpp.submit(user, paymentId, 'first'));
    assert.equal(answer.status, 200, answer.bytes.toString());
  });

  test('what sandbox-authorize approved is not submitted by the TPP’s own token', async () => {
    const { paymentId, authorizationId } = await sandbox.tpp.created(token, { amountEUR: '0.01' });
    const path = `/authorizations/${authorizationId}/sandbox-authorize`;
    assert.equal((await sandbox.tpp.call({ method: 'POST', path, token })).status, 200);
    const headers = { 'x-sandbox-scenario': `SandboxAuthorized=${authorizationId}`, 'content-length': '0' };
    const put = { method: 'PUT', path: `/sepa-payments/${paymentId}/submissions/first`, token };
    const played = await sandbox.store.unchangedBy(() => tpp.call({ ...put, headers }));
    assertRefused(played, 400, 'VALIDATION', 'InvalidValue x-sandbox-scenario');
    assertRefused(await sandbox.store.unchangedBy(() => tpp.call(put)), 403, 'SECURITY');
  });

  for (const decision of ['sandbox-authorize', 'sandbox-reject']) {
    test(`${decision} is not there: 404 for every method, and nothing changes`, async () => {
      const { authorizationId } = await tpp.created(token);
      const path = `/authorizations/${authorizationId}/${decision}`;
      for (const method of ['POST', 'GET', 'PUT', 'DELETE']) {
        const answer = await sandbox.store.unchangedBy(() => tpp.call({ method, path, token }));
        assertRefused(answer, 404, 'VALIDATION');
        assert.equal(answer.headers.allow, undefined);
      }
      assert.equal((await tpp.readAuthorization(token, authorizationId)).status, 'Unauthorized');
    });
  }

  test('the sandbox’s pages are not there either', async () => {
    for (const path of ['/sandbox', '/sandbox/phone/aino', '/sandbox/key-card/aino', '/']) {
      const answer = await fetch(tpp.bank.authorize + path, { headers: { accept: 'application/json' } });
      assert.equal(answer.status, 404, path);
    }
  });
});
