import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ErrorBody, SepaPayment } from '@lupa/protocol';
import { startSandbox } from '@lupa/sandbox';
import { openBankOutsideTheSandbox } from '../flow/support/bank-outside-the-sandbox.ts';
import { type Answer, jsonOf } from '../flow/support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../flow/support/test-sandbox.ts';
import { SAMPLE, TestTpp } from '../flow/support/test-tpp.ts';
import { demoTpp } from '../flow/support/tpp-identity.ts';
import { startPostgres } from '../support/postgres.ts';

/** The signature of every answer is verified by `TestTpp` itself. */
function assertTechnical(answer: Answer, status: number): void {
  assert.equal(answer.status, status, answer.bytes.toString());
  assert.equal(jsonOf<ErrorBody>(answer).type, 'TECHNICAL');
  assert.match(answer.headers['retry-after'] ?? '', /^[1-9][0-9]*$/);
}

describe('"429 TECHNICAL, 503 TECHNICAL: with Retry-After"', () => {
  let bank: TestSandbox;
  before(async () => {
    bank = await startTestSandbox();
  });
  after(() => bank.close());

  test('429: more calls at once than the bank takes from one TPP, and nothing was done', async () => {
    const busy = await openBankOutsideTheSandbox(bank, { callsUnderWay: 0 });
    const idle = await openBankOutsideTheSandbox(bank);
    try {
      const token = await busy.tpp.clientToken();
      assertTechnical(await bank.store.unchangedBy(() => busy.tpp.create(token, SAMPLE)), 429);
      await idle.tpp.created(await idle.tpp.clientToken());
    } finally {
      await busy.close();
      await idle.close();
    }
  });
});

/** Counting the calls is all that turning one away does. */
const COUNTED = ['rate_counts'];

describe('a caller that is turned away is told when to come back, and nothing was done', () => {
  let bank: TestSandbox;
  before(async () => {
    bank = await startTestSandbox();
  });
  after(() => bank.close());

  test('429: more calls than a TPP may make in a while, counted over every process of the bank', async () => {
    const rates = { paymentCalls: { times: 3, windowSeconds: 3600 } };
    const processes = [
      await openBankOutsideTheSandbox(bank, { rates }),
      await openBankOutsideTheSandbox(bank, { rates }),
    ] as const;
    try {
      const [one, other] = processes.map(({ tpp }) => tpp) as [TestTpp, TestTpp];
      const token = await one.clientToken();
      for (const tpp of [one, other, one]) await tpp.created(token);
      for (const tpp of [one, other]) {
        assertTechnical(await bank.store.unchangedBy(() => tpp.create(token, SAMPLE), COUNTED), 429);
      }
    } finally {
      for (const each of processes) await each.close();
    }
  });

  test('429 of the token endpoint is JSON of RFC 6749', async () => {
    const busy = await openBankOutsideTheSandbox(bank, { rates: { tokenCalls: { times: 1, windowSeconds: 3600 } } });
    try {
      await busy.tpp.clientToken();
      const answer = await bank.store.unchangedBy(() => busy.tpp.form({ grant_type: 'client_credentials' }), COUNTED);
      assert.equal(answer.status, 429);
      assert.match(answer.headers['retry-after'] ?? '', /^[1-9][0-9]*$/);
      assert.equal(jsonOf<{ error: string }>(answer).error, 'temporarily_unavailable');
    } finally {
      await busy.close();
    }
  });

  test('503: a process with more calls under way than it takes on', async () => {
    const busy = await openBankOutsideTheSandbox(bank, { load: { callsUnderWay: 1 } });
    const token = await busy.tpp.clientToken();
    const { tls } = busy.tpp.identity;
    // The one endpoint whose calls count from their head on.
    const url = `${busy.tpp.bank.api}/oauth/token`;
    const headers = { expect: '100-continue', 'content-length': '10' };
    const held = request(url, { method: 'POST', ...tls, headers, agent: false });
    try {
      held.flushHeaders();
      await once(held, 'continue');
      assertTechnical(await bank.store.unchangedBy(() => busy.tpp.create(token, SAMPLE)), 503);
    } finally {
      held.on('error', () => undefined).destroy();
    }
    // The bank hears a moment later that the other caller has gone.
    while ((await busy.tpp.create(token)).status === 503);
    await busy.close();
  });
});

test('"(503) … the same key or id may be sent again": once the store is back, one payment exists', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lupa-busy-'));
  const postgres = await startPostgres({ own: true });
  const databaseUrl = await postgres.createDatabase();
  const options = { dataDir, databaseUrl, apiPort: 0, authorizePort: 0, shop: false, log: { level: 'fatal' } };
  const sandbox = await startSandbox(options);
  const tpp = await TestTpp.of(await demoTpp(sandbox), sandbox);
  try {
    const token = await tpp.clientToken();
    const headers = { 'x-idempotency-key': randomUUID() };
    await postgres.kill('SIGKILL');
    // A server process outlives its killed parent for a moment, and may still answer.
    let answer = await tpp.create(token, SAMPLE, headers);
    while (answer.status === 201) answer = await tpp.create(token, SAMPLE, headers);
    assertTechnical(answer, 503);
    await postgres.restart();
    const made = jsonOf<SepaPayment>(await tpp.create(token, SAMPLE, headers));
    const again = await tpp.create(token, SAMPLE, headers);
    assert.equal(again.headers['idempotent-replayed'], 'true');
    assert.equal(jsonOf<SepaPayment>(again).paymentId, made.paymentId);
  } finally {
    tpp.close();
    await sandbox.close();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
