import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { placeEmptyStore } from '../../../test/support/pglite-store.ts';
import { type LupaProcess, runLupa, startLupa } from './support/lupa-process.ts';
import { openssl } from './support/openssl.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const ANY_PORTS = ['--api-port', '0', '--authorize-port', '0', '--shop-port', '0'];

/** Hooks to clean up by, for what outlives one test. */
function cleaner() {
  const cleaning: (() => Promise<void>)[] = [];
  return {
    after: (clean: () => Promise<void>) => void cleaning.unshift(clean),
    clean: async () => {
      for (const clean of cleaning) await clean();
    },
  };
}

async function filesBelow(directory: string, leaveOut: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(directory, leaveOut, '/')));
}

/** Waits until the file is there, or the process over. */
async function appeared(path: string, { process: child }: LupaProcess): Promise<void> {
  while (!existsSync(path) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('a running lupa up', () => {
  const cleaning = cleaner();
  let directory: string;
  let lupa: LupaProcess;
  let line: ReturnType<typeof JSON.parse>;
  before(async () => {
    directory = await temporaryDirectory(cleaning);
    lupa = startLupa(cleaning, ['up', '--json', '--data', directory, ...ANY_PORTS]);
    line = JSON.parse(await lupa.printed('stdout', /.*\n/));
  });
  after(() => cleaning.clean());

  test('prints one line of JSON and nothing else on standard output, with absolute paths', async () => {
    assert.equal(lupa.output.stdout.split('\n').length, 2);
    assert.deepEqual(Object.keys(line), ['ready', 'api', 'authorize', 'shop', 'dataDir', 'ca', 'users', 'tpp']);
    assert.deepEqual(Object.keys(line.users[0]), ['username', 'password', 'accounts']);
    assert.deepEqual(line.users[0].accounts, [
      { iban: 'FI9259995020084225', balanceEUR: '2500.00' },
      { iban: 'FI3252999600300040', balanceEUR: '12000.00' },
    ]);
    assert.equal(line.users[1].accounts[0].iban, 'FI5850009420172322');
    assert.deepEqual(Object.keys(line.tpp), [
      'clientId',
      'clientSecret',
      'apiKey',
      'cert',
      'key',
      'signingKey',
      'signingKid',
      'redirectUris',
    ]);
    for (const path of [line.ca, line.tpp.cert, line.tpp.key, line.tpp.signingKey]) {
      assert.ok(path.startsWith(`${directory}/`) && existsSync(path), path);
    }
    assert.equal(line.tpp.redirectUris[0], `${line.shop}/return`);
  });

  test('listens where it says: the API for its own certificates alone, bank and shop for browsers', async () => {
    const { host } = new URL(line.api);
    const handshake = (...certificate: string[]) =>
      openssl(
        's_client',
        '-connect',
        host,
        '-servername',
        'localhost',
        '-verify_return_error',
        '-CAfile',
        line.ca,
        '-tls1_2',
        ...certificate,
      ).said;
    assert.match(handshake('-cert', line.tpp.cert, '-key', line.tpp.key), /Verify return code: 0 \(ok\)/);
    assert.match(handshake(), /alert/);
    for (const address of [line.authorize, line.shop]) assert.equal((await fetch(address)).status, 200);
    const discovery = await (await fetch(`${line.authorize}/.well-known/openid-configuration`)).json();
    assert.equal((discovery as { issuer: string }).issuer, line.authorize);
  });

  test('keeps every file to its owner', async () => {
    assert.equal((await stat(join(directory, 'store'))).mode & 0o077, 0);
    const files = await filesBelow(directory, 'store');
    assert.ok(files.length > 15);
    for (const path of files) assert.equal((await stat(path)).mode & 0o077, 0, path);
  });

  test('keeps a second process out with a clear word, and goes on undisturbed', async (t) => {
    const { exitCode, stdout, stderr } = await runLupa(t, ['up', '--json', '--data', directory, ...ANY_PORTS]);
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      new RegExp(
        `^lupa up: Another Lupa \\(process ${lupa.process.pid}, at ${line.authorize}\\) is using ${directory}\\.`,
      ),
    );
    assert.equal((await fetch(line.authorize)).status, 200);
    assert.ok(existsSync(join(directory, 'sandbox.json')));
  });

  test('ends cleanly at Ctrl-C, and is ready again with the same keys', async (t) => {
    lupa.process.kill('SIGINT');
    assert.equal(await lupa.ended(), 0);
    assert.equal(existsSync(join(directory, 'sandbox.json')), false);
    const begun = performance.now();
    const again = startLupa(t, ['up', '--json', '--data', directory, ...ANY_PORTS]);
    const next = JSON.parse(await again.printed('stdout', /.*\n/));
    // Five seconds on a machine with nothing else to do; how busy this one is, no test knows.
    t.diagnostic(`ready after ${Math.round(performance.now() - begun)} ms`);
    assert.equal(next.tpp.clientSecret, line.tpp.clientSecret);
    assert.equal(next.tpp.signingKid, line.tpp.signingKid);
    assert.deepEqual(next.users, line.users);
    again.process.kill('SIGTERM');
    assert.equal(await again.ended(), 0);
  });
});

test('a first start that is killed at any moment is completed by the next', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const name of ['lupa.lock', 'tpp/key.pem', 'tpp/registration-result.txt', 'store']) {
    const killed = startLupa(t, ['up', '--no-shop', '--json', '--data', directory, ...ANY_PORTS]);
    await appeared(join(directory, name), killed);
    killed.process.kill('SIGKILL');
    assert.equal(await killed.ended(), 'SIGKILL', killed.output.stderr);
    assert.equal(killed.output.stdout, '');
  }
  const last = startLupa(t, ['up', '--no-shop', '--json', '--data', directory, ...ANY_PORTS]);
  const line = JSON.parse(await last.printed('stdout', /.*\n/));
  assert.equal(line.shop, null);
  assert.equal(openssl('verify', '-CAfile', line.ca, line.tpp.cert).status, 0);
  const kept = await readFile(join(directory, 'tpp/registration-result.txt'), 'utf8');
  assert.ok(kept.includes(line.tpp.clientSecret));
});

test('Ctrl-C while it starts ends it cleanly too', async (t) => {
  const directory = await temporaryDirectory(t);
  const lupa = startLupa(t, ['up', '--data', directory, ...ANY_PORTS]);
  await lupa.printed('stderr', /First start/);
  lupa.process.kill('SIGINT');
  assert.equal(await lupa.ended(), 0);
  assert.equal(lupa.output.stdout, '');
  assert.equal(existsSync(join(directory, 'sandbox.json')), false);
});

test('a port that is taken moves to the next free one, which is said on standard error', async (t) => {
  const directory = await temporaryDirectory(t);
  await placeEmptyStore(directory);
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  t.after(() => squatter.close());
  const { port } = squatter.address() as AddressInfo;
  const lupa = startLupa(t, [
    'up',
    '--no-shop',
    '--data',
    directory,
    '--api-port',
    '0',
    '--authorize-port',
    String(port),
  ]);
  await lupa.printed('stdout', /Ctrl-C ends it/);
  assert.match(
    lupa.output.stderr,
    new RegExp(`^Port ${port} is taken: the bank for browsers is on (\\d+) instead\\.$`, 'm'),
  );
  assert.doesNotMatch(lupa.output.stdout, new RegExp(`localhost:${port}\\b`));
  assert.match(lupa.output.stdout, /^Lupa sandbox is ready\.\n/);
});

test('a directory with other files in it is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'thesis.tex'), '');
  const { exitCode, stderr } = await runLupa(t, ['up', '--data', directory, ...ANY_PORTS]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /already holds other files\. Name an empty or a new directory with --data\.\n$/);
});
