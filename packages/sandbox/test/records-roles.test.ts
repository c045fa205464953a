import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { startPostgres } from '../../../test/support/postgres.ts';
import type { Database } from '../../bank/src/adapters/postgres/database.ts';
import { openDatabase } from '../../bank/src/adapters/postgres/index.ts';
import { PgDatabase } from '../../bank/src/adapters/postgres/pg-database.ts';
import { recordRows } from '../../bank/test/adapters/old-records.ts';
import { runLupa } from './support/lupa-process.ts';
import { writeOldRecords } from './support/old-store.ts';

/** The statements that docs/operations.md has the administrator of a PostgreSQL say. */
function documentedStatements(): [string, string] {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, script = ''] = /```sql\n(CREATE ROLE [\s\S]*?)```/.exec(page) ?? [];
  const statements = script.split(';').filter((statement) => statement.trim() !== '');
  const [first, second] = statements;
  if (first === undefined || second === undefined || statements.length > 2)
    throw new Error(`two statements: ${script}`);
  return [first, second];
}

/** A production database: a bank that is no superuser has made its tables, and twelve years of records. */
async function productionDatabase(t: TestContext) {
  const server = await startPostgres();
  const address = new URL(await server.createDatabase());
  const admin = new PgDatabase({ url: address.href, lanes: 1, transactions: 1 });
  const [bank, records] = [randomUUID(), randomUUID()].map((id) => `lupa_${id.replaceAll('-', '')}`) as [
    string,
    string,
  ];
  const run = (text: string) => admin.transaction((inside) => inside.script(text));
  const addressOf = (role: string) => {
    const url = new URL(address);
    [url.username, url.password] = [role, 'lupa'];
    return url.href;
  };
  await run(`CREATE ROLE ${bank} LOGIN PASSWORD 'lupa'; GRANT ALL ON SCHEMA public TO ${bank}`);
  t.after(async () => {
    const found = await admin.query<{ rolname: string }>(
      { name: 'test-roles', text: 'SELECT rolname FROM pg_roles WHERE rolname IN ($1, $2)' },
      [bank, records],
    );
    for (const { rolname } of found) await run(`DROP OWNED BY ${rolname} CASCADE; DROP ROLE ${rolname}`);
    await admin.close();
    await server.stop();
  });
  const database = await openDatabase({ kind: 'postgres', url: addressOf(bank) });
  await writeOldRecords(database);
  await database.close();
  return {
    ...{ admin, bank: addressOf(bank), records: addressOf(records) },
    /** As the document says it, with the names of this test. */
    say: (statement: string) => run(statement.replaceAll('lupa_records', records).replaceAll(/\bbank\b/g, bank)),
    letIn: () => run(`ALTER ROLE ${records} PASSWORD 'lupa'`),
  };
}

async function everything(admin: Database) {
  const [row] = await admin.query<{ removals: number }>(
    { name: 'test-removals', text: 'SELECT COUNT(*) AS removals FROM record_removals' },
    [],
  );
  return { ...(await recordRows(admin)), ...row };
}

test('the bank’s own role may not remove records; the one of docs/operations.md may, with both statements and no less', async (t) => {
  const production = await productionDatabase(t);
  const { admin } = production;
  const before = await everything(admin);
  assert.equal(before.removals, 0);
  const remove = (url: string) => runLupa(t, ['records', 'remove', '--yes'], { env: { LUPA_DATABASE_URL: url } });
  const isRefused = async (url: string) => {
    const { exitCode, stdout, stderr } = await remove(url);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(
      stderr,
      /^lupa records remove: The role of this database address may not remove records .*docs\/operations\.md/,
    );
    assert.equal(stderr.split('\n').length, 2);
  };

  await isRefused(production.bank);
  assert.deepEqual(await everything(admin), before);

  const [makeRole, grant] = documentedStatements();
  await production.say(makeRole);
  await production.letIn();
  await isRefused(production.records);
  assert.deepEqual(await everything(admin), before);

  await production.say(grant);
  const { exitCode, stdout, stderr } = await remove(production.records);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^Removed what is from before /);
  const after = await everything(admin);
  assert.deepEqual([after.bookings, after.authorizations, after.removals], [1, before.authorizations - 2, 1]);

  // Where it is announced, and nothing is left to remove, the bank’s own role is refused all the same.
  await isRefused(production.bank);
  assert.deepEqual(await everything(admin), after);
  const env = { LUPA_DATABASE_URL: production.bank };
  const verified = await runLupa(t, ['audit', 'verify'], { env });
  assert.match(verified.stdout, /^Every link holds\./);
});
