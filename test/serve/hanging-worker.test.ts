import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LEAST_LOOKS_TO_LOAD, LOOK_EVERY_MS } from '../../packages/server/src/workers/signs-of-life.ts';
import { StoreContents } from '../flow/support/store-contents.ts';
import { TestTpp } from '../flow/support/test-tpp.ts';
import { runSql } from '../support/run-sql.ts';
import { type WorkerBlock, workerBlock } from './support/block-next-worker.ts';
import { openCall } from './support/open-call.ts';
import { isAlive, type ServeProcess, says, startServe } from './support/serve-process.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';

const HANG_SECONDS = 2;

/** Whoever has given no sign of life for so long is killed, whether it is loading its program or not. */
const LONGEST_SILENCE_MS = Math.max(HANG_SECONDS * 1_000, LEAST_LOOKS_TO_LOAD * LOOK_EVERY_MS) + 1.5 * LOOK_EVERY_MS;

const WAITS_FOR_MIGRATION = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
  AND query LIKE 'INSERT INTO schema_migrations%'`;

describe('a worker that hangs without dying', () => {
  let bank: ServedBank;
  let block: WorkerBlock;
  let server: ServeProcess;
  const stopped = new Set<number>();

  before(async () => {
    bank = await prepareServedBank();
    block = workerBlock(bank.files.directory);
    // The first worker of all.
    block.blockNext();
    const file = bank.files.write({ ...(await bank.configuration()), hangSeconds: HANG_SECONDS });
    server = await startServe(file, { workers: 2, environment: block.environment });
  });
  after(async () => {
    await server?.end('SIGKILL');
    // One that is stopped does not notice that its primary process is gone.
    for (const pid of stopped) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await bank?.close();
  });

  /** Its event loop turns no more, its connections stay open, and nothing tells that it died. */
  function stop(pid: number): void {
    stopped.add(pid);
    process.kill(pid, 'SIGSTOP');
  }

  const workersThat = (text: string) => server.log.filter(says(text)).map(({ worker }) => Number(worker));
  const loggedOf = (worker: number, text: string) =>
    server.logged((line) => says(text)(line) && line.worker === worker);
  const readyBeside = (known: readonly number[]) =>
    server.logged((line) => says('is ready')(line) && !known.includes(Number(line.worker)));

  async function assertServes(): Promise<void> {
    const tpp = await TestTpp.of(bank.tpp, server);
    await tpp.created(await tpp.clientToken());
    tpp.close();
  }

  test('before it is ready is killed, it is said what to do, and another takes its place', async () => {
    const killed = await server.logged(says('no sign of life before it was ready'));
    assert.equal(killed.hangSeconds, HANG_SECONDS);
    const instead = await server.logged(says('a worker did not start; another takes its place'));
    assert.match(
      String(instead.why),
      /^A worker gave no sign of life before it was ready, .*See whether .*hangSeconds/,
    );
    assert.ok(Number(instead.waitMs) > 0, 'the restart policy says how long to wait');
    assert.ok(!server.workers.includes(Number(killed.worker)));
    assert.equal(isAlive(Number(killed.worker)), false);
    await assertServes();
  });

  test('is killed, and another takes its place', async () => {
    const known = workersThat('is ready');
    const [hanging = 0] = server.workers;
    stop(hanging);
    const killed = await loggedOf(hanging, 'no sign of life for too long');
    assert.equal(killed.hangSeconds, HANG_SECONDS);
    const died = await loggedOf(hanging, 'a worker died');
    assert.equal(died.how, 'signal SIGKILL');
    await readyBeside(known);
    assert.equal(isAlive(hanging), false);

    const figures = await (await fetch(`${server.operations}/metrics`)).text();
    const lost = Number(/^lupa_workers_lost_total\{why="hung"\} (\d+)$/m.exec(figures)?.[1]);
    assert.ok(lost >= 2, `both are counted, the one that never served and the one that did: ${lost}`);
    assert.match(figures, /^lupa_workers_lost_total\{why="died"\} 0$/m);
    await assertServes();
  });

  test('is told from one that takes longer to be ready, while it waits for a migration', async () => {
    const known = workersThat('is ready');
    const [dying = 0] = known.filter((pid) => isAlive(pid));
    const hung = workersThat('no sign of life before it was ready');
    const store = await StoreContents.open(bank.databaseUrl);
    try {
      // Another process is at the newest migration, as far as the next worker can see.
      const [newest] = await store.query<{ name: string; digest: string }>(
        'DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations) RETURNING name, digest',
      );
      await store.query('BEGIN');
      await store.query('INSERT INTO schema_migrations (name, digest) VALUES ($1, $2)', [newest?.name, newest?.digest]);
      process.kill(dying, 'SIGKILL');
      while ((await runSql(bank.databaseUrl, WAITS_FOR_MIGRATION)).length === 0) await sleep(50);
      await sleep(LONGEST_SILENCE_MS);
      await store.query('COMMIT');
    } finally {
      await store.close();
    }
    await readyBeside(known);
    assert.deepEqual(workersThat('no sign of life before it was ready'), hung);
    await assertServes();
  });

  test('is left alone while it drains, for which there is a limit of its own; one that serves is not', async () => {
    const former = workersThat('is ready').filter((pid) => isAlive(pid));
    const call = await openCall(server.api, bank.tpp.tls);
    server.signal('SIGHUP');
    const { workers } = (await server.logged(says('reloaded'))) as { workers?: number[] };
    // The other one has nothing to wait for.
    while (former.filter((pid) => isAlive(pid)).length > 1) await sleep(50);
    const [draining = 0] = former.filter((pid) => isAlive(pid));
    const [serving = 0] = workers ?? [];
    for (const pid of [draining, serving]) stop(pid);
    await loggedOf(serving, 'no sign of life');
    assert.equal(isAlive(draining), true);
    process.kill(draining, 'SIGCONT');
    // Nobody's key, or its event loop was late a moment ago: it answers.
    assert.match(await call.finish(), /^HTTP\/1\.1 (?:401|503) /);
    while (isAlive(draining)) await sleep(50);
    assert.equal(workersThat('no sign of life').includes(draining), false);
    assert.equal(workersThat('did not end in time').includes(draining), false);
  });
});
