import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WORKER_NODE_FLAGS } from '../../packages/server/src/workers/worker-flags.ts';
import { SAMPLE, TestTpp } from '../flow/support/test-tpp.ts';
import { type ServeProcess, startServe } from './support/serve-process.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';

const WORKERS = 2;
const CALLS = 12;

let bank: ServedBank;
let server: ServeProcess;
before(async () => {
  bank = await prepareServedBank();
  // No worker is killed for being silent, however slow this machine is.
  const configuration = { ...(await bank.configuration()), hangSeconds: 3_600 };
  server = await startServe(bank.files.write(configuration), { workers: WORKERS });
});
after(async () => {
  await server?.end('SIGKILL');
  await bank?.close();
});

async function ask(path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${server.operations}${path}`);
  return { status: answer.status, text: await answer.text() };
}

/** The sum of a figure over all its labels that hold these. */
function figure(text: string, name: string, labels: readonly string[] = []): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const found = lines.filter((line) => labels.every((label) => line.includes(label)));
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('lupa serve, as its operator sees it', () => {
  test('lives and is ready, with all its workers', async () => {
    assert.deepEqual(JSON.parse((await ask('/livez')).text), { live: true, workers: WORKERS });
    assert.deepEqual(JSON.parse((await ask('/readyz')).text), { ready: true, workers: WORKERS });
  });

  test('runs its workers, and them alone, with the flags of Node that suit them', () => {
    const flagsOf = (pid: number) => {
      const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
      return WORKER_NODE_FLAGS.filter((flag) => command.split(/\s+/).includes(flag));
    };
    for (const pid of server.workers) assert.deepEqual(flagsOf(pid), WORKER_NODE_FLAGS);
    assert.deepEqual(flagsOf(server.pid), []);
  });

  test('counts the calls of every worker, by route and outcome, and says that the books balance', async () => {
    for (let call = 0; call < CALLS; call += 1) {
      const tpp = await TestTpp.of(bank.tpp, server);
      await tpp.created(await tpp.clientToken());
      tpp.close();
    }
    const { text } = await ask('/metrics');
    const created = ['method="POST"', 'route="/payments-psd2/v1/sepa-payments"', 'status="201"'];
    assert.equal(figure(text, 'lupa_call_seconds_count', created), CALLS);
    assert.equal(figure(text, 'lupa_call_seconds_count', ['route="/oauth/token"', 'status="200"']), CALLS);
    assert.equal(figure(text, 'lupa_database_seconds_count', ['what="create-payment"', 'outcome="done"']), CALLS);
    assert.match(text, /^lupa_ledger_imbalance_cents 0$/m);
    assert.match(text, /^lupa_submissions_waiting\{status="Accepted"\} 0$/m);
  });

  test('no figure names a payment, a client, a token or a key', async () => {
    const { text } = await ask('/metrics');
    for (const secret of [bank.tpp.clientId, bank.tpp.clientSecret, bank.tpp.apiKey]) assert.ok(!text.includes(secret));
    assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  test('finds every call in the log, by the bank’s id of it and by the caller’s own, and nothing secret beside them', async () => {
    const tpp = await TestTpp.of(bank.tpp, server);
    const interactionId = randomUUID();
    const token = await tpp.clientToken();
    const answer = await tpp.create(token, SAMPLE, { 'x-fapi-interaction-id': interactionId });
    tpp.close();
    const line = await server.logged((candidate) => candidate.interactionId === interactionId);
    assert.deepEqual(
      [line.msg, line.reqId, line.status, line.path],
      ['answered', answer.headers['x-request-id'], 201, '/payments-psd2/v1/sepa-payments'],
    );
    const told = JSON.stringify(server.log);
    for (const secret of [token, bank.tpp.apiKey, bank.tpp.clientSecret, SAMPLE.payee.iban]) {
      assert.ok(!told.includes(secret));
    }
  });

  test('does not count on a worker that is silent, asks the store through another one, and counts on it again when it is back', async () => {
    const [first] = server.workers;
    assert.ok(first !== undefined);
    const untilWorkers = async (count: number) => {
      while (JSON.parse((await ask('/livez')).text).workers !== count) await sleep(50);
    };
    process.kill(first, 'SIGSTOP');
    try {
      const { status, text } = await ask('/metrics');
      assert.equal(status, 200);
      assert.ok(/^lupa_ledger_imbalance_cents 0$/m.test(text), 'the figures of the store are there');
      await untilWorkers(WORKERS - 1);
      assert.match((await ask('/metrics')).text, /^lupa_workers\{state="silent"\} 1$/m);
      assert.deepEqual(JSON.parse((await ask('/readyz')).text), { ready: true, workers: WORKERS - 1 });
    } finally {
      process.kill(first, 'SIGCONT');
    }
    await untilWorkers(WORKERS);
    assert.match((await ask('/metrics')).text, /^lupa_workers\{state="silent"\} 0$/m);
  });

  test('goes on counting when a worker dies, and says how many are left', async () => {
    const [first] = server.workers;
    assert.ok(first !== undefined);
    process.kill(first, 'SIGKILL');
    await server.logged(({ msg }) => msg === 'a worker died; another takes its place');
    await server.logged(({ msg, worker }) => msg === 'a worker is ready' && !server.workers.includes(worker ?? 0));
    assert.deepEqual(JSON.parse((await ask('/readyz')).text), { ready: true, workers: WORKERS });
    const { text } = await ask('/metrics');
    assert.deepEqual(
      ['died', 'hung'].map((why) => figure(text, 'lupa_workers_lost_total', [`why="${why}"`])),
      [1, 0],
    );
  });
});
