import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorBody, SepaPayment } from '@lupa/protocol';
import { startSandbox } from '@lupa/sandbox';
import pg from 'pg';
import { openBankOutsideTheSandbox } from '../flow/support/bank-outside-the-sandbox.ts';
import { type Answer, jsonOf } from '../flow/support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../flow/support/test-sandbox.ts';
import { SAMPLE, TestTpp } from '../flow/support/test-tpp.ts';
import { demoTpp, type TppIdentity } from '../flow/support/tpp-identity.ts';
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

  test('503: a process with more calls under way than it takes on; the token endpoint says it in JSON of RFC 6749', async () => {
    const busy = await openBankOutsideTheSandbox(bank, { load: { callsUnderWay: 1 } });
    const token = await busy.tpp.clientToken();
    const lock = await lockPayments(bank.databaseUrl);
    // Again, for the bank may hear a moment later that it has answered the call before.
    const held = untilTaken(() => busy.tpp.create(token, SAMPLE));
    try {
      await lock.isMet();
      assertTechnical(await bank.store.unchangedBy(() => busy.tpp.create(token, SAMPLE)), 503);
      const answer = await bank.store.unchangedBy(() => busy.tpp.form({ grant_type: 'client_credentials' }));
      assert.equal(answer.status, 503);
      assert.match(answer.headers['retry-after'] ?? '', /^[1-9][0-9]*$/);
      assert.equal(jsonOf<{ error: string }>(answer).error, 'temporarily_unavailable');
    } finally {
      await lock.release();
      assert.equal((await held).status, 201);
      await untilTaken(() => busy.tpp.create(token, SAMPLE));
      await busy.close();
    }
  });

  test('calls of the token endpoints whose bodies come slowly take nobody’s place, and are no fault of the bank’s when they break off', async () => {
    const faults: string[] = [];
    const stream = new PassThrough().on('data', (line) => faults.push(String(line)));
    const busy = await openBankOutsideTheSandbox(bank, {
      load: { callsUnderWay: 2 },
      log: { level: 'error', stream },
    });
    const slow: ClientRequest[] = [];
    try {
      for (let each = 0; each < SLOW_BODIES; each += 1) {
        const path = ['/oauth/token', '/oauth/introspect', '/oauth/revoke'][each % 3];
        slow.push(await beginBody(`${busy.tpp.bank.api}${path}`, busy.tpp.identity.tls));
      }
      await busy.tpp.created(await busy.tpp.clientToken());
    } finally {
      for (const call of slow) call.destroy();
      await busy.close();
    }
    assert.deepEqual(faults, []);
  });
});

const SLOW_BODIES = 24;

/** Sends the head of a call and a byte of its body. @returns once the bank waits for the rest */
async function beginBody(url: string, tls: TppIdentity['tls']): Promise<ClientRequest> {
  const headers = { expect: '100-continue', 'content-length': '100' };
  const call = request(url, { method: 'POST', ...tls, headers, agent: false }).on('error', () => undefined);
  call.flushHeaders();
  await once(call, 'continue');
  call.write('g');
  return call;
}

/** Nobody writes payments until it is released; they are read as ever. */
async function lockPayments(databaseUrl: string) {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE payments IN SHARE MODE');
  const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'payments'::regclass";
  return {
    /** Resolves once somebody waits for it. */
    isMet: async () => {
      while ((await client.query(waiting)).rowCount === 0) await sleep(10);
    },
    release: () => client.end(),
  };
}

async function untilTaken(call: () => Promise<Answer>): Promise<Answer> {
  let answer = await call();
  while (answer.status === 503) answer = await call();
  return answer;
}

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
