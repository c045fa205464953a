import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { placeEmptyStore } from '../../../test/support/pglite-store.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import { openDatabase, type StoreSettings } from '../../bank/src/adapters/postgres/index.ts';
import { PgDatabase } from '../../bank/src/adapters/postgres/pg-database.ts';
import { openPGliteDatabase } from '../../bank/src/adapters/postgres/pglite-database.ts';
import { RECORD_TABLES, recordRows } from '../../bank/test/adapters/old-records.ts';
import { KEEP_YEARS, parseKeepYears } from '../src/records/keep-years.ts';
import { removalProgress } from '../src/records/removal-progress.ts';
import { runLupa, startLupa } from './support/lupa-process.ts';
import { KEPT_FROM, writeOldRecords } from './support/old-store.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const REMOVE = ['records', 'remove'];

/** A store of a bank that is twelve years old. */
async function oldStore(store: StoreSettings): Promise<void> {
  const database = await openDatabase(store);
  await writeOldRecords(database);
  await database.close();
}

async function oldPostgres(t: TestContext): Promise<string> {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const url = await postgres.createDatabase();
  await oldStore({ kind: 'postgres', url });
  return url;
}

async function rowsOf(store: StoreSettings) {
  const database = await openDatabase(store);
  const rows = await recordRows(database);
  await database.close();
  return rows;
}

/** The audit trail as `lupa audit verify` sees it. */
async function verify(t: TestContext, args: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await runLupa(t, ['audit', 'verify', '--json', ...args], { env });
  assert.equal(exitCode, 0, stdout + stderr);
  return JSON.parse(stdout) as { ok: boolean; events: number; seals: number };
}

test('what was kept for its term is told first, removed when that is said, and not a second time', async (t) => {
  const dataDir = await temporaryDirectory(t);
  await placeEmptyStore(dataDir);
  const store: StoreSettings = { kind: 'pglite', directory: join(dataDir, 'store') };
  await oldStore(store);
  const before = await rowsOf(store);
  const where = ['--data', dataDir];
  assert.equal((await verify(t, where)).ok, true);

  const told = await runLupa(t, [...REMOVE, ...where]);
  assert.deepEqual([told.exitCode, told.stderr], [0, '']);
  assert.ok(told.stdout.startsWith(`From before ${KEPT_FROM.getUTCFullYear() + 1}-01-01, and so kept for its term:\n`));
  assert.match(told.stdout, /^ +4 {2}bookings +with both entries of each$/m);
  assert.match(told.stdout, /^ +3 {2}messages to other banks +3 never noted as sent$/m);
  assert.match(told.stdout, / Nothing was removed\.$/m);
  assert.ok(told.stdout.endsWith(`\n  lupa records remove --keep-years 10 --data ${dataDir} --yes\n`), told.stdout);
  assert.deepEqual(await rowsOf(store), before);

  const removed = await runLupa(t, [...REMOVE, ...where, '--yes']);
  assert.deepEqual([removed.exitCode, removed.stderr], [0, '']);
  assert.match(removed.stdout, /^Removed what is from before /);
  for (const [count, kind] of [
    [4, 'bookings'],
    [2, 'authorizations'],
    [2, 'payments'],
    [2, 'submissions'],
    [2, 'seals of the audit trail'],
  ]) {
    assert.match(removed.stdout, new RegExp(`^ +${count} {2}${kind}\\b`, 'm'));
  }
  const after = await rowsOf(store);
  assert.deepEqual(
    RECORD_TABLES.filter((table) => after[table] < before[table]),
    [
      ...['authorizations', 'payments', 'submissions', 'bookings', 'entries', 'outgoing_messages'],
      ...['audit_events', 'audit_seals', 'audit_sealed_heads'],
    ],
  );
  // Of the two authorizations that went; and the event that says so is one more.
  const trail = await verify(t, where);
  assert.deepEqual([trail.ok, trail.events], [true, after.audit_events]);

  const again = await runLupa(t, [...REMOVE, ...where, '--yes']);
  assert.deepEqual([again.exitCode, again.stderr], [0, '']);
  assert.match(again.stdout, /^There is nothing to remove: /);
  assert.deepEqual(await rowsOf(store), after);
});

test('with LUPA_DATABASE_URL set, records of that PostgreSQL are removed, as many years as are asked for stay', async (t) => {
  const url = await oldPostgres(t);
  const env = { LUPA_DATABASE_URL: url };
  const store: StoreSettings = { kind: 'postgres', url };
  const run = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runLupa(t, [...REMOVE, '--json', ...args], { env });
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.equal(stdout.split('\n').length, 2);
    return JSON.parse(stdout);
  };
  // Thirteen full years ago there was no bank yet: that is nothing, and nothing is announced.
  const before = await rowsOf(store);
  const nothing = { bookings: 0, messages: 0, unsentMessages: 0, authorizations: 0, payments: 0, submissions: 0 };
  for (const args of [[], ['--yes']]) {
    const { removed, keptFrom, ...counts } = await run('--keep-years', '13', ...args);
    assert.deepEqual(counts, { ...nothing, seals: 0, ...(args.length > 0 && { events: 0 }) });
    assert.deepEqual([removed, new Date(keptFrom) < KEPT_FROM], [args.length > 0, true]);
  }
  assert.deepEqual(await rowsOf(store), before);

  assert.deepEqual(await run().then(({ removed, keptFrom }) => [removed, keptFrom]), [false, KEPT_FROM.toISOString()]);
  assert.deepEqual(await rowsOf(store), before);
  const { removed, keptFrom, ...counts } = await run('--yes');
  assert.deepEqual([removed, keptFrom], [true, KEPT_FROM.toISOString()]);
  assert.deepEqual(counts, {
    ...{ bookings: 4, messages: 3, unsentMessages: 3, authorizations: 2, payments: 2, submissions: 2 },
    ...{ seals: 2, events: before.audit_events - (await rowsOf(store)).audit_events + 1 },
  });
  assert.equal((await verify(t, [], env)).ok, true);
});

test('a removal that is interrupted has removed nothing by half, and goes on when it is said again', async (t) => {
  const url = await oldPostgres(t);
  const env = { LUPA_DATABASE_URL: url };
  const store: StoreSettings = { kind: 'postgres', url };
  const holder = new PgDatabase({ url, transactions: 1 });
  const held = Promise.withResolvers<void>();
  t.after(async () => {
    held.resolve();
    await holder.close();
  });
  const isHeld = Promise.withResolvers<void>();
  const holding = holder.transaction(async (inside) => {
    await inside.script('SET LOCAL idle_in_transaction_session_timeout = 0');
    await inside.query({ name: 'test-hold', text: 'SELECT booking_id FROM bookings FOR UPDATE' }, []);
    isHeld.resolve();
    await held.promise;
  });
  await isHeld.promise;
  const removing = startLupa(t, [...REMOVE, '--yes'], { env });
  const waiting = {
    name: 'test-waiting',
    text: "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  };
  while ((await holder.query(waiting, [])).length === 0) {
    assert.equal(removing.process.exitCode, null, removing.output.stderr);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  removing.process.kill('SIGINT');
  assert.equal(await removing.ended(), 130);
  assert.equal(removing.output.stdout, '');
  assert.match(removing.output.stderr, /^lupa records remove: ended\. Nothing is half removed; say it again/);
  held.resolve();
  await holding;
  assert.equal((await verify(t, [], env)).ok, true);
  assert.equal((await rowsOf(store)).bookings, 5);

  const again = await runLupa(t, [...REMOVE, '--yes'], { env });
  assert.equal(again.exitCode, 0, again.stderr);
  assert.equal((await rowsOf(store)).bookings, 1);
  assert.equal((await verify(t, [], env)).ok, true);
});

test('where there is no store, it is open, or no server answers, it is said why, and what to do', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const nowhere = await runLupa(t, [...REMOVE, '--data', join(dataDir, 'nowhere')]);
  assert.deepEqual([nowhere.exitCode, nowhere.stdout], [1, '']);
  assert.match(nowhere.stderr, /^lupa records remove: There is no store at .*lupa up makes one/);

  await placeEmptyStore(dataDir);
  const open = await openPGliteDatabase(join(dataDir, 'store'));
  t.after(() => open.close());
  const inUse = await runLupa(t, [...REMOVE, '--data', dataDir, '--yes']);
  assert.deepEqual([inUse.exitCode, inUse.stdout], [1, '']);
  assert.match(inUse.stderr, /^lupa records remove: The store in .* is open in another process.*End the other one/);

  const env = { LUPA_DATABASE_URL: 'postgres://localhost:1/nothing' };
  const unreachable = await runLupa(t, [...REMOVE, '--yes'], { env });
  assert.deepEqual([unreachable.exitCode, unreachable.stdout], [1, '']);
  assert.match(
    unreachable.stderr,
    /^lupa records remove: The database does not answer \(.*ECONNREFUSED.*\)\. .*say it again\.\n$/,
  );
});

test('years are five to a hundred and whole, and why is said', async (t) => {
  const nowhere = ['--data', await temporaryDirectory(t)];
  const { exitCode, stdout, stderr } = await runLupa(t, [...REMOVE, ...nowhere, '--keep-years', '4']);
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /Write full years, from 5 to 100: PSD2 \(article 21\).*\n\(see: lupa records remove --help\)/);
  for (const text of ['4', '0', '-10', '101', '1e1', '10.5', ' 10', '010', 'ten', '']) {
    assert.equal(parseKeepYears(text), undefined, text);
  }
  assert.deepEqual(['5', '10', '100'].map(parseKeepYears), [5, 10, 100]);
});

test('the help says of how many years it speaks when none are said', async (t) => {
  const { stdout } = await runLupa(t, [...REMOVE, '--help']);
  assert.ok(stdout.includes(`(default: ${KEEP_YEARS})`));
});

test('a removal under way says once a second how far it is', () => {
  const lines: string[] = [];
  let now = 0;
  const tell = removalProgress(
    (line) => lines.push(line),
    () => now,
  );
  const zero = { messages: 0, unsentMessages: 0, payments: 0, submissions: 0, events: 0 };
  for (const [at, bookings] of [
    [999, 500],
    [1000, 1000],
    [1999, 1500],
    [2000, 2000],
  ] as const) {
    now = at;
    tell({ ...zero, seals: 1, bookings, authorizations: 0 });
  }
  assert.deepEqual(lines, [
    'gone so far: 1 seal, 1,000 bookings, 0 authorizations\n',
    'gone so far: 1 seal, 2,000 bookings, 0 authorizations\n',
  ]);
});
