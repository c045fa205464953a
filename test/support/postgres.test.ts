import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { endServersLeftBehind, ownerRecord, type Postgres, preparedBinaries, startPostgres } from './postgres.ts';

const MODULE = JSON.stringify(import.meta.resolve('./postgres.ts'));

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return (await client.query(sql).finally(() => client.end())).rows;
}

function node(script: string): ChildProcess {
  const args = ['--input-type=module-typescript', '--eval', script];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** A process that starts a server of its own and lives until it is ended. */
async function ownerWithServer(): Promise<{ owner: ChildProcess; url: string; dataDirectory: string }> {
  const owner = node(`
    import { startPostgres } from ${MODULE};
    const { url, dataDirectory } = await startPostgres({ own: true });
    console.log(JSON.stringify({ url, dataDirectory }));
    setInterval(() => undefined, 1000);
  `);
  assert.ok(owner.stdout);
  const [line] = await once(owner.stdout, 'data');
  return { owner, ...JSON.parse(String(line)) };
}

async function withEnvironment(variables: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const earlier = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const [name, value] of earlier) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

describe('an own PostgreSQL', () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres({ own: true, settings: { work_mem: '5MB' } });
  });
  after(() => postgres.stop());

  test('syncs its writes to disk and keeps the settings asked for', async () => {
    assert.deepEqual(await rows(postgres.url, 'SHOW fsync'), [{ fsync: 'on' }]);
    assert.deepEqual(await rows(postgres.url, 'SHOW synchronous_commit'), [{ synchronous_commit: 'on' }]);
    assert.deepEqual(await rows(postgres.url, 'SHOW work_mem'), [{ work_mem: '5MB' }]);
  });

  test('gives each caller a database of its own', async () => {
    const [one, other] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
    await rows(one, 'CREATE TABLE only_here (id int)');
    assert.deepEqual(await rows(one, 'SELECT * FROM only_here'), []);
    await assert.rejects(rows(other, 'SELECT * FROM only_here'), { code: '42P01' });
  });

  test('comes back after a crash on the same address with what was committed', async () => {
    const url = await postgres.createDatabase();
    await rows(url, 'CREATE TABLE kept AS SELECT 7 AS id');
    postgres.kill('SIGKILL');
    await postgres.restart();
    assert.deepEqual(await rows(url, 'SELECT id FROM kept'), [{ id: 7 }]);
  });

  test('listens on a Unix socket beside its data directory as well', async () => {
    assert.ok(postgres.dataDirectory);
    const socket = join(dirname(postgres.dataDirectory), 'socket', `.s.PGSQL.${postgres.port}`);
    assert.ok(fs.statSync(socket).isSocket());
  });

  test('asks for its password', async () => {
    const url = new URL(postgres.url);
    url.password = 'wrong';
    await assert.rejects(rows(url.href, 'SELECT 1'), { code: '28P01' });
  });
});

describe('whose server it is', () => {
  test('a server is ended, with its data, when its owner is asked to end', async () => {
    const { owner, url, dataDirectory } = await ownerWithServer();
    owner.kill('SIGTERM');
    const [, signal] = await once(owner, 'exit');
    assert.equal(signal, 'SIGTERM');
    await assert.rejects(rows(url, 'SELECT 1'), { code: 'ECONNREFUSED' });
    assert.equal(fs.existsSync(dirname(dataDirectory)), false);
  });

  test('the next start ends what a killed owner left behind, and nothing whose owner lives', async () => {
    const left = await ownerWithServer();
    const living = await ownerWithServer();
    try {
      left.owner.kill('SIGKILL');
      await once(left.owner, 'exit');
      assert.deepEqual(await rows(left.url, 'SELECT 1 AS still_there'), [{ still_there: 1 }]);
      endServersLeftBehind();
      await assert.rejects(rows(left.url, 'SELECT 1'), { code: 'ECONNREFUSED' });
      assert.equal(fs.existsSync(dirname(left.dataDirectory)), false);
      assert.deepEqual(await rows(living.url, 'SELECT 1 AS lives'), [{ lives: 1 }]);
    } finally {
      living.owner.kill('SIGTERM');
      await once(living.owner, 'exit');
    }
  });

  test('a pid that was given to another process since then is not taken for the server or its owner', () => {
    const parent = fs.mkdtempSync(join(tmpdir(), 'lupa-test-'));
    const home = join(parent, 'lupa-postgres-server-old');
    fs.mkdirSync(join(home, 'data'), { recursive: true });
    fs.writeFileSync(join(home, 'owner.json'), JSON.stringify({ ...ownerRecord(process.pid), birth: 'earlier' }));
    // The pid file names this very process: were it believed, this test would end here.
    fs.writeFileSync(join(home, 'data', 'postmaster.pid'), `${process.pid}\n${join(home, 'data')}\n`);
    endServersLeftBehind(parent);
    assert.deepEqual(fs.readdirSync(parent), []);
    fs.rmSync(parent, { recursive: true });
  });

  test('the server of another host that shares the directory is left alone', () => {
    const parent = fs.mkdtempSync(join(tmpdir(), 'lupa-test-'));
    const home = join(parent, 'lupa-postgres-server-far');
    fs.mkdirSync(home);
    fs.writeFileSync(join(home, 'owner.json'), JSON.stringify({ pid: 999_999_999, birth: '1', host: 'elsewhere' }));
    endServersLeftBehind(parent);
    assert.ok(fs.existsSync(home));
    fs.rmSync(parent, { recursive: true });
  });
});

describe('a borrowed PostgreSQL', () => {
  let lender: Postgres;
  before(async () => {
    lender = await startPostgres({ own: true });
  });
  after(() => lender.stop());

  for (const variable of ['LUPA_DATABASE_URL', 'LUPA_TEST_POSTGRES_URL']) {
    test(`is the one at ${variable}, cannot be killed, and is left as it was found`, async () => {
      const clean = { LUPA_DATABASE_URL: '', LUPA_TEST_POSTGRES_URL: '' };
      await withEnvironment({ ...clean, [variable]: lender.url }, async () => {
        const borrowed = await startPostgres();
        const url = await borrowed.createDatabase();
        assert.deepEqual([borrowed.port, borrowed.dataDirectory], [lender.port, undefined]);
        assert.throws(() => borrowed.kill('SIGKILL'), /own: true/);
        await assert.rejects(borrowed.restart(), /own: true/);
        await borrowed.stop();
        await assert.rejects(rows(url, 'SELECT 1'), { code: '3D000' });
      });
    });
  }

  test('that does not answer is a failure which names the variable, never a skipped test', async () => {
    await withEnvironment({ LUPA_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, async () => {
      await assert.rejects(startPostgres(), /LUPA_DATABASE_URL/);
    });
  });
});

describe('the copy of the binaries', () => {
  const parent = fs.mkdtempSync(join(tmpdir(), 'lupa-test-'));
  const root = join(parent, 'package');
  before(() => {
    fs.mkdirSync(join(root, 'native', 'bin'), { recursive: true });
    fs.mkdirSync(join(root, 'native', 'lib'), { recursive: true });
    fs.writeFileSync(join(root, 'package.json'), '{"version":"1.2.3"}');
    fs.writeFileSync(join(root, 'native', 'bin', 'postgres'), 'server', { mode: 0o600 });
    fs.writeFileSync(join(root, 'native', 'lib', 'libpq.so.5.18'), 'library', { mode: 0o600 });
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    fs.writeFileSync(join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  });
  after(() => fs.rmSync(parent, { recursive: true }));

  test('has the links that a skipped install script did not make, and every account may run it', () => {
    const native = preparedBinaries(parent, root);
    assert.equal(fs.readFileSync(join(native, 'lib', 'libpq.so.5'), 'utf8'), 'library');
    assert.equal(fs.readlinkSync(join(native, 'lib', 'libpq.so.5')), 'libpq.so.5.18');
    assert.equal(fs.statSync(join(native, 'bin', 'postgres')).mode & 0o777, 0o755);
    assert.equal(fs.statSync(join(native, 'lib', 'libpq.so.5.18')).mode & 0o777, 0o644);
    assert.equal(fs.existsSync(join(root, 'native', 'lib', 'libpq.so.5')), false);
  });

  test('is made once, however many processes want it at the same time', async () => {
    fs.rmSync(dirname(preparedBinaries(parent, root)), { recursive: true });
    const script = `import { preparedBinaries } from ${MODULE};
      console.log(preparedBinaries(${JSON.stringify(parent)}, ${JSON.stringify(root)}));`;
    const codes = await Promise.all([1, 2, 3].map(async () => (await once(node(script), 'exit'))[0]));
    assert.deepEqual(codes, [0, 0, 0]);
    assert.equal(fs.readdirSync(parent).filter((name) => name.startsWith('lupa-postgres-')).length, 1);
  });

  test('is made anew when part of it has been cleaned away', () => {
    const native = preparedBinaries(parent, root);
    fs.rmSync(join(native, 'bin', 'postgres'));
    assert.ok(fs.existsSync(join(preparedBinaries(parent, root), 'bin', 'postgres')));
  });

  test('is refused when another account could have changed it', async () => {
    const copy = dirname(preparedBinaries(parent, root));
    fs.chmodSync(copy, 0o777);
    assert.throws(() => preparedBinaries(parent, root), /another account/);
    fs.chmodSync(copy, 0o755);
    assert.ok(preparedBinaries(parent, root));
  });
});

test('a Node that runs to its end takes its server along', () => {
  const script = `import { startPostgres } from ${MODULE};
    console.log((await startPostgres({ own: true })).dataDirectory);`;
  const args = ['--input-type=module-typescript', '--eval', script];
  const dataDirectory = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
  assert.equal(fs.existsSync(dirname(dataDirectory)), false);
});
