import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { verifyStoredAuditTrail } from '@lupa/bank';
import { nothingAcknowledged, runWorker } from '../flow/support/crash-load.ts';
import { SeededRandom } from '../flow/support/seeded-random.ts';
import { StoreContents } from '../flow/support/store-contents.ts';
import { TestTpp } from '../flow/support/test-tpp.ts';
import { openCall } from './support/open-call.ts';
import { isAlive, type LogLine, runServe, type ServeProcess, says, startServe } from './support/serve-process.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';
import { startLoad } from './support/steady-load.ts';

describe('workers that share the ports', () => {
  let bank: ServedBank;
  let served: ServeProcess | undefined;

  before(async () => {
    bank = await prepareServedBank();
  });
  afterEach(async () => {
    await served?.end('SIGKILL');
    served = undefined;
  });
  after(() => bank?.close());

  async function serve(workers: number, members: object = {}): Promise<ServeProcess & { file: string }> {
    const file = bank.files.write({ ...(await bank.configuration()), ...members });
    const started = await startServe(file, { workers });
    served = started;
    return { ...started, file };
  }

  async function clientOf(at: ServeProcess): Promise<{ tpp: TestTpp; token: string }> {
    const tpp = await TestTpp.of(bank.tpp, at);
    return { tpp, token: await tpp.clientToken() };
  }

  async function paymentsStored(ids: readonly string[]): Promise<number> {
    const store = await StoreContents.open(bank.databaseUrl);
    try {
      const [row] = await store.query<{ found: string }>(
        `SELECT count(*) AS found FROM payments WHERE payment_id = ANY('{${ids.join(',')}}')`,
      );
      return Number(row?.found);
    } finally {
      await store.close();
    }
  }

  test('SIGTERM under load: no call that was taken on goes unanswered, and every worker ends', async () => {
    const at = await serve(3);
    const { tpp, token } = await clientOf(at);
    const load = startLoad({ tpp: bank.tpp, api: at.api, token, callers: 12, endsWithTheBank: true });
    await load.more(150);
    assert.equal(await at.end('SIGTERM'), 0);
    tpp.close();
    const { created, unanswered, refused, closing } = await load.end();
    assert.deepEqual({ unanswered, refused }, { unanswered: [], refused: [] });
    assert.ok(closing >= 12, `every connection was told that it ends: ${closing}`);
    assert.equal(await paymentsStored(created), created.length);
    assert.equal((await at.logged(says('ended'))).cutOff, 0);
    for (const pid of at.workers) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });

  test('SIGHUP under load: new workers with a new certificate, and no call waits or is lost', async () => {
    const at = await serve(2);
    const { tpp, token } = await clientOf(at);
    const before = await serverSerial(at.api);
    const { directory, certify } = bank.files;
    certify('renewed');
    copyFileSync(join(directory, 'renewed.pem'), join(directory, 'api.pem'));
    copyFileSync(join(directory, 'renewed-key.pem'), join(directory, 'api-key.pem'));
    const load = startLoad({ tpp: bank.tpp, api: at.api, token, callers: 6, endsWithTheBank: false });
    await load.more(40);
    at.signal('SIGHUP');
    const { workers } = (await at.logged(says('reloaded'))) as { workers?: number[] };
    await load.more(40);
    const { created, unanswered, refused, notTaken } = await load.end();
    assert.deepEqual({ unanswered, refused, notTaken }, { unanswered: [], refused: [], notTaken: 0 });
    assert.equal(await paymentsStored(created), created.length);
    assert.equal(workers?.length, 2);
    assert.ok(workers.every((pid) => !at.workers.includes(pid)));
    assert.notEqual(await serverSerial(at.api), before);
    tpp.close();
    assert.equal(await at.end(), 0);
  });

  test('SIGHUP with a mistake in the configuration: it is said, and the workers go on', async () => {
    const at = await serve(1);
    bank.files.write({ ...(await bank.configuration()), drainSeconds: 'many' });
    at.signal('SIGHUP');
    const mistake = await at.logged(says('a mistake in the configuration'));
    assert.match(String(mistake.where), /^drainSeconds in /);
    await at.logged(says('the workers go on'));
    const { tpp } = await clientOf(at);
    tpp.close();
    assert.doesNotThrow(() => process.kill(Number(at.workers[0]), 0));
    assert.equal(await at.end(), 0);
  });

  test('kill -9 of workers under load: others take their places, nothing acknowledged is lost or done twice', async (t) => {
    const at = await serve(2);
    const { tpp, token } = await clientOf(at);
    const random = new SeededRandom(20_261_122);
    const payments = await approvedPayments(tpp, token);
    const acknowledged = nothingAcknowledged();
    const givenUp = new AbortController();
    let goesOn = true;
    const load = { tpp, clientToken: token, payments, random, acknowledged, givenUp: givenUp.signal };
    const callers = Promise.all(Array.from({ length: 6 }, () => runWorker(load, () => goesOn)));
    let alive = [...at.workers];
    try {
      for (let kill = 1; kill <= 3; kill += 1) {
        await Promise.race([callers, sleep(300 + random.below(500))]);
        const victim = random.pick(alive);
        process.kill(victim, 'SIGKILL');
        await at.logged((line) => says('a worker died')(line) && line.worker === victim);
        const isNew = (line: LogLine) =>
          says('is ready')(line) && !alive.includes(Number(line.worker)) && !dead(at, line.worker);
        alive = [...alive.filter((pid) => pid !== victim), Number((await at.logged(isNew)).worker)];
      }
      await Promise.race([callers, sleep(300)]);
    } finally {
      goesOn = false;
      await callers.finally(() => givenUp.abort());
    }
    const { creations, submissions, resent } = acknowledged;
    const submitted = [...submissions.values()].flat();
    t.diagnostic(`${creations.size} payments, ${submitted.length} submissions, ${resent} calls sent again`);
    assert.ok(creations.size > 20 && submitted.length > 20);
    tpp.close();
    assert.equal(await at.end(), 0);
    assert.equal(await paymentsStored([...creations.values()].map(({ paymentId }) => paymentId)), creations.size);
    await assertBookedOnce(submitted);
  });

  async function approvedPayments(tpp: TestTpp, token: string) {
    const often = { count: 1000, amountEUR: '0.01' };
    const first = await tpp.created(token, often);
    const second = await tpp.created(token, { ...often, amountEUR: '0.02', authorizationId: first.authorizationId });
    const tokens = await tpp.userTokens(first.authorizationId, { readKey: bank.readKey('aino') });
    return [first, second].map(({ paymentId, payee, amountEUR }) => ({
      ...{ paymentId, payeeIban: payee.iban, payerIban: 'FI9259995020084225', count: 1000, token: tokens.access_token },
      amountCents: Math.round(Number(amountEUR) * 100),
    }));
  }

  /** Those still in the queue are booked by whoever opens the store next: here, one more server. */
  async function assertBookedOnce(submitted: readonly string[]): Promise<void> {
    const at = await serve(4);
    const store = await StoreContents.open(bank.databaseUrl);
    try {
      while ((await store.query('SELECT 1 FROM booking_queue LIMIT 1')).length > 0) await sleep(50);
      const rows = await store.query<{ submission_id: string; bookings: string; status: string }>(
        `SELECT s.submission_id, s.status, count(b.booking_id) AS bookings FROM submissions s
         LEFT JOIN bookings b ON b.payment_id = s.payment_id AND b.submission_id = s.submission_id
         GROUP BY s.payment_id, s.submission_id, s.status`,
      );
      const booked = new Map(rows.map((row) => [row.submission_id, row]));
      for (const id of submitted) {
        const { status, bookings } = booked.get(id) ?? {};
        assert.deepEqual({ status, bookings }, { status: 'Submitted', bookings: '1' }, id);
      }
    } finally {
      await store.close();
    }
    assert.equal(await at.end(), 0);
    const faults = await bank.office.administration.trialBalance();
    assert.ok(
      Object.values(faults).every((number) => number === 0),
      JSON.stringify(faults),
    );
    const {
      ok,
      faults: broken,
      waitingEvents,
    } = await verifyStoredAuditTrail({ kind: 'postgres', url: bank.databaseUrl });
    assert.deepEqual({ ok, broken, waitingEvents }, { ok: true, broken: [], waitingEvents: 0 });
  }

  test('a call that takes longer than the end may is cut off, counted, and the end comes', async () => {
    const at = await serve(1, { drainSeconds: 2 });
    const { socket } = await openCall(at.api, bank.tpp.tls);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    assert.equal(await at.end(), 0);
    await closed;
    assert.equal((await at.logged((line) => line.msg === 'ended')).cutOff, 1);
  });

  test('a worker that hangs while it drains is killed once the end may take no longer', async () => {
    const at = await serve(1, { drainSeconds: 2 });
    const [hanging = 0] = at.workers;
    process.kill(hanging, 'SIGSTOP');
    assert.equal(await at.end(), 0);
    const killed = await at.logged(says('did not end in time'));
    assert.deepEqual([killed.worker, killed.withinMs], [hanging, 2_000]);
    assert.equal(isAlive(hanging), false);
  });

  test('SIGTERM while workers still start: all of them end', async () => {
    const file = bank.files.write(await bank.configuration());
    let isSent = false;
    const onLine = (line: LogLine, signal: (name: NodeJS.Signals) => void) => {
      if (isSent || !says('is ready')(line)) return;
      isSent = true;
      signal('SIGTERM');
    };
    await assert.rejects(startServe(file, { workers: 4, onLine }), /exit code 0/);
  });

  test('a second signal ends at once', async () => {
    const at = await serve(1, { drainSeconds: 3_000 });
    const { socket } = await openCall(at.api, bank.tpp.tls);
    socket.once('error', () => {});
    at.signal('SIGTERM');
    await at.logged(says('ending'));
    await sleep(400);
    assert.equal(await at.end('SIGTERM'), 130);
    socket.destroy();
  });

  test('a worker that dies as soon as it starts, again and again, is given up loudly', async () => {
    const at = await serve(1);
    let victim = at.workers[0];
    const killed = new Set<unknown>();
    while (victim !== undefined) {
      killed.add(victim);
      process.kill(victim, 'SIGKILL');
      const next = await at.logged(
        (line) => says('giving up')(line) || (says('is ready')(line) && !killed.has(line.worker)),
      );
      victim = says('giving up')(next) ? undefined : Number(next.worker);
    }
    assert.equal(killed.size, 5);
    assert.equal(await at.end('SIGCONT'), 1);
    assert.ok(at.log.some(says('lupa serve: ')));
  });

  test('workers whose primary process was killed end by themselves', async () => {
    const at = await serve(2);
    assert.equal(await at.end('SIGKILL'), null);
    while (at.workers.some((pid) => isAlive(pid))) await sleep(50);
  });

  test('a worker that is told to end does, and another takes its place', async () => {
    const at = await serve(1);
    process.kill(Number(at.workers[0]), 'SIGTERM');
    await at.logged((line) => says('is ready')(line) && line.worker !== at.workers[0]);
    const { tpp } = await clientOf(at);
    tpp.close();
    assert.equal(await at.end(), 0);
  });

  test('a port that is taken, a database that does not answer: said in words, and the exit code is 1', async () => {
    const at = await serve(1);
    const taken = await runServe(['--config', at.file]);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /EADDRINUSE.*say another port/);
    const { port } = new URL(at.api);
    const nowhere = bank.files.write(
      { ...(await bank.configuration()), database: { url: `postgres://lupa:opensesame@127.0.0.1:${port}/lupa` } },
      'nowhere.json',
    );
    const unreachable = await runServe(['--config', nowhere]);
    assert.equal(unreachable.code, 1);
    assert.match(unreachable.stderr, /The database cannot be reached/);
    assert.ok(!unreachable.stderr.includes('opensesame'));
  });

  async function serverSerial(api: string): Promise<string> {
    const { hostname, port } = new URL(api);
    const socket = connect({ host: hostname, port: Number(port), ...bank.tpp.tls });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }
});

function dead({ log }: ServeProcess, worker: unknown): boolean {
  return log.some((line) => says('a worker died')(line) && line.worker === worker);
}
