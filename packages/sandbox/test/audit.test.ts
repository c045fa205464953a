import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { placeEmptyStore } from '../../../test/support/pglite-store.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import { openPGliteDatabase } from '../../bank/src/adapters/postgres/pglite-database.ts';
import { describeAudit } from '../src/audit/describe-audit.ts';
import { startSandbox } from '../src/index.ts';
import { runLupa, startLupa } from './support/lupa-process.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { waitingAuthorization } from './support/waiting-authorization.ts';

const QUIET = { apiPort: 0, authorizePort: 0, shop: false };

async function verify(t: TestContext, dataDir: string, ...args: string[]) {
  return runLupa(t, ['audit', 'verify', '--data', dataDir, ...args]);
}

test('lupa audit verify asks the running sandbox, opens the store of a stopped one, and names what was changed', async (t) => {
  const dataDir = await temporaryDirectory(t);
  await placeEmptyStore(dataDir);
  const sandbox = await startSandbox({ ...QUIET, dataDir });
  t.after(() => sandbox.close());
  const { tpp, payment } = await waitingAuthorization(sandbox);
  tpp.close();
  const running = await verify(t, dataDir);
  assert.deepEqual([running.exitCode, running.stderr], [0, '']);
  assert.match(running.stdout, /^Every link holds\. 1 event in 1 chain, /);
  await sandbox.close();

  // What a bank leaves behind is sealed.
  const stopped = await verify(t, dataDir, '--json');
  assert.equal(stopped.exitCode, 0, stopped.stderr);
  assert.equal(stopped.stdout.split('\n').length, 2);
  const { ok, chains, events, waitingEvents, newestSeal } = JSON.parse(stopped.stdout);
  assert.deepEqual({ ok, chains, events, waitingEvents }, { ok: true, chains: 1, events: 1, waitingEvents: 0 });
  assert.match(newestSeal.hash, /^[0-9a-f]{64}$/);

  const store = await openPGliteDatabase(join(dataDir, 'store'));
  const tamper = "UPDATE audit_events SET request_id = 'another' RETURNING event_id";
  const [changed] = await store.query<{ event_id: string }>({ name: 'test-tamper', text: tamper }, []);
  await store.close();
  const broken = await verify(t, dataDir);
  assert.deepEqual([broken.exitCode, broken.stderr], [1, '']);
  assert.ok(
    broken.stdout.startsWith(
      `Broken. First: authorization ${payment.authorizationId}, event 1 ("payment created", ${changed?.event_id}): ` +
        'the event was changed: its hash is not that of what it says.\n',
    ),
    broken.stdout,
  );
  const told = await verify(t, dataDir, '--json');
  assert.deepEqual([told.exitCode, JSON.parse(told.stdout).faults[0].authorizationId], [1, payment.authorizationId]);
});

test('with LUPA_DATABASE_URL set that PostgreSQL is checked, while the bank on it runs', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const databaseUrl = await postgres.createDatabase();
  const dataDir = await temporaryDirectory(t);
  const sandbox = await startSandbox({ ...QUIET, dataDir, databaseUrl });
  const { tpp } = await waitingAuthorization(sandbox);
  tpp.close();
  const verifyThere = async () => {
    const nowhere = join(dataDir, 'nowhere');
    const env = { LUPA_DATABASE_URL: databaseUrl };
    const lupa = startLupa(t, ['audit', 'verify', '--data', nowhere, '--json'], { env });
    return { exitCode: await lupa.ended(), report: JSON.parse(lupa.output.stdout) };
  };
  const sound = await verifyThere();
  assert.deepEqual([sound.exitCode, sound.report.ok, sound.report.events], [0, true, 1]);

  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('DELETE FROM audit_events');
  await client.end();
  const broken = await verifyThere();
  assert.deepEqual([broken.exitCode, broken.report.ok], [1, false]);
  assert.match(broken.report.faults[0].problem, /the event is missing/);
  await sandbox.close();
});

test('what was removed past its term is told by the calendar of Finland, and a removal that is not believed first of all', () => {
  const paint = (_colour: string, text: string) => text;
  const report = {
    ...{ ok: true, chains: 2, events: 3, seals: 1, waitingEvents: 0, eventsBeforeChains: 0, newestSeal: undefined },
    ...{ keptFrom: '2015-12-31T22:00:00.000Z', removalAnnounced: '2026-01-04T22:00:00.000Z', broken: 0, faults: [] },
  };
  assert.equal(
    describeAudit(report, paint),
    'Every link holds. 3 events in 2 chains, 1 seal.\n' +
      'What is from before 2016-01-01 is past its term and may be gone, as announced on 2026-01-05.\n',
  );
  const fault = {
    in: 'removal' as const,
    removalId: '4711',
    problem: 'no event announces it. So nothing counts as removed',
  };
  const nothing = { keptFrom: undefined, removalAnnounced: undefined };
  assert.equal(
    describeAudit({ ...report, ...nothing, ok: false, broken: 1, faults: [fault] }, paint),
    'Broken. First: removal 4711: no event announces it. So nothing counts as removed.\n' +
      '1 chains, seals or removals do not hold. 3 events in 2 chains, 1 seal.\n',
  );
});

test('where there is no store, or no server, lupa audit verify says so and makes none', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const { exitCode, stdout, stderr } = await verify(t, dataDir);
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(stderr, /There is no store at .*lupa up makes one/);
  const env = { LUPA_DATABASE_URL: 'postgres://localhost:1/nothing' };
  const lupa = startLupa(t, ['audit', 'verify', '--data', dataDir], { env });
  assert.equal(await lupa.ended(), 1);
  assert.match(
    lupa.output.stderr,
    /^lupa audit verify: The database does not answer \(.*ECONNREFUSED.*\)\. The audit trail was not checked\. Find out why, and say it again\.\n$/,
  );
});
