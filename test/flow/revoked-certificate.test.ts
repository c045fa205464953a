import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { runLupa } from '../../packages/sandbox/test/support/lupa-process.ts';
import { jsonOf } from './support/https-call.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import { assertRefused, type TestTpp } from './support/test-tpp.ts';
import { registerAnotherTpp } from './support/tpp-identity.ts';

const MINUTE_MS = 60_000;

/** What the sandbox CA revokes while its bank runs. */
describe('lupa cert revoke, and the bank', () => {
  let bank: TestSandbox;
  let another: TestTpp;

  before(async () => {
    bank = await startTestSandbox();
    another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
  });

  after(() => bank.close());

  /** Revokes it, and lets a minute pass at the bank. */
  async function revoke(t: TestContext, file: string): Promise<void> {
    const { exitCode, stdout, stderr } = await runLupa(t, ['cert', 'revoke', file, '--data', bank.sandbox.dataDir]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /within 60 seconds/);
    bank.clock.aheadMs += MINUTE_MS;
  }

  test('a revoked QSEALC signs nothing more; its owner still calls, and other TPPs sign', async (t) => {
    const token = await bank.tpp.clientToken();
    const { paymentId } = await bank.tpp.created(token);
    await revoke(t, bank.sandbox.tpp.cert.replace(/client\.crt$/, 'ssa-signing.crt'));
    const refused = await bank.tpp.create(token);
    assert.match(assertRefused(refused, 400, 'SECURITY').message, /revoked/);
    assert.equal((await bank.tpp.readPayment(token, paymentId)).paymentId, paymentId);
    await another.created(await another.clientToken());
  });

  test('a revoked QWAC calls nothing more, on the connection it has open either; other TPPs call', async (t) => {
    const token = await bank.tpp.clientToken();
    await revoke(t, bank.sandbox.tpp.cert);
    const refused = await bank.tpp.call({ path: '/payments/00000000-0000-4000-8000-000000000000', token });
    assert.match(assertRefused(refused, 401, 'SECURITY').message, /revoked/);
    const noToken = await bank.tpp.form({ grant_type: 'client_credentials', scope: 'payments' });
    assert.deepEqual([noToken.status, jsonOf<{ error: string }>(noToken).error], [401, 'invalid_client']);
    await another.clientToken();
  });
});
