import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Tpp } from '@lupa/tpp';
import { findFreePort } from '../src/free-port.ts';
import { playCustomer } from '../src/index.ts';
import { runLupa, startLupa } from './support/lupa-process.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { testSandbox } from './support/test-sandbox.ts';

const sandbox = testSandbox();

interface Home {
  readonly home: string;
  readonly lupa: (...args: string[]) => ReturnType<typeof runLupa>;
  readonly read: (name: string) => Promise<string>;
}

/** A directory of one's own, and `lupa` in it. */
async function atHome(t: TestContext): Promise<Home> {
  const home = await temporaryDirectory(t);
  return {
    home,
    lupa: (...args) => runLupa(t, args, { cwd: home }),
    read: (name) => readFile(join(home, name), 'utf8'),
  };
}

async function registered(t: TestContext): Promise<Home> {
  const at = await atHome(t);
  const { exitCode, stderr } = await at.lupa('register', '--bank', sandbox().authorize);
  assert.equal(exitCode, 0, stderr);
  return at;
}

const secretOf = (result: string) => /"client_secret": "([^"]+)"/.exec(result)?.[1] ?? '';

/** Whether the files open the bank's door: a token is fetched and something is asked for that is not there. */
async function worksWith(home: string): Promise<boolean> {
  const tpp = await Tpp.fromDirectory(join(home, 'tpp'), { limits: { attempts: 1 } });
  try {
    await tpp.readPayment('8efb669f-c105-4f74-ab13-aef176d94f91');
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'NOT_FOUND';
  } finally {
    tpp.close();
  }
}

test('a registration is shown as the bank has it, without a secret', async (t) => {
  const { lupa, read } = await registered(t);
  const { exitCode, stdout } = await lupa('registration', 'show');
  assert.equal(exitCode, 0);
  assert.match(stdout, /client id +\S+\nname +My TPP\nbank +http:\/\/localhost:\d+\n/);
  assert.match(stdout, /redirect URIs +http:\/\/localhost:8182\/callback\n +http:\/\/localhost:8183\/callback\n/);
  const secret = secretOf(await read('tpp/registration-result.txt'));
  assert.ok(secret.length > 20 && !stdout.includes(secret));
});

test('redirect URIs are added and replaced, at the bank and in the file', async (t) => {
  const { lupa, home } = await registered(t);
  const added = await lupa('registration', 'update', '--add-redirect-uri', 'http://localhost:3000/return', '--json');
  assert.equal(added.exitCode, 0, added.stderr);
  assert.equal(JSON.parse(added.stdout).redirectUris.length, 6);
  const replaced = await lupa(
    'registration',
    'update',
    '--redirect-uri',
    'http://localhost:8182/callback',
    '--name',
    'Kivi',
  );
  assert.match(replaced.stdout, /name +Kivi\n[\s\S]*redirect URIs +http:\/\/localhost:8182\/callback\n$/);
  assert.equal((await lupa('registration', 'show')).stdout, replaced.stdout);
  assert.ok(await worksWith(home));
});

test('a change that the bank does not take is told in its words and changes nothing', async (t) => {
  const { lupa, read } = await registered(t);
  const before = await read('tpp/registration-result.txt');
  const wrong = await lupa('registration', 'update', '--redirect-uri', 'http://tpp.example/');
  assert.equal(wrong.exitCode, 1);
  assert.match(
    wrong.stderr,
    /http:\/\/tpp\.example\/ is neither https nor http on localhost\. Nothing was changed\.\n$/,
  );
  const outside = await lupa('registration', 'update', '--name', '\u202e');
  assert.equal(outside.exitCode, 1, outside.stdout);
  assert.match(outside.stderr, /The bank refused; the check that failed is [\w-]+ \(invalid_\w+\)\.\n {2}client_name/);
  assert.deepEqual(
    JSON.parse((await read('tpp/registration-result.txt')).replace(/ssaS.*/, '')),
    JSON.parse(before.replace(/ssaS.*/, '')),
  );
  assert.equal((await lupa('registration', 'update')).exitCode, 2);
});

test('a rotated secret takes the old one’s place, and works', async (t) => {
  const { lupa, read, home } = await registered(t);
  const before = await read('tpp/registration-result.txt');
  const { exitCode, stdout } = await lupa('registration', 'rotate-secret');
  assert.equal(exitCode, 0);
  const after = await read('tpp/registration-result.txt');
  assert.notEqual(secretOf(after), secretOf(before));
  assert.equal(after.replaceAll(secretOf(after), ''), before.replaceAll(secretOf(before), ''));
  assert.ok(!stdout.includes(secretOf(after)));
  assert.match(
    stdout,
    /has the new secret\.\nThe old one works until \d\d:\d\d, or until the new one is first used\.\n$/,
  );
  assert.equal((await stat(join(home, 'tpp/registration-result.txt'))).mode & 0o777, 0o600);
  assert.ok(await worksWith(home));
  assert.equal((await lupa('registration', 'rotate-secret', '--json')).exitCode, 0);
  assert.ok(await worksWith(home));
});

test('a deleted registration is put aside, and the bank knows it no more', async (t) => {
  const { lupa, home } = await registered(t);
  const { exitCode, stdout } = await lupa('registration', 'delete');
  assert.equal(exitCode, 0);
  const [aside = '', ...others] = await readdir(home);
  assert.match(aside, /^tpp\.deleted-\d{8}T\d{6}Z$/);
  assert.deepEqual(others, []);
  assert.match(stdout, /is deleted at the bank\.\nIts files are in \S+tpp\.deleted-/);
  const again = await lupa('registration', 'delete', '--tpp', aside);
  assert.equal(again.exitCode, 1);
  assert.match(again.stderr, /the check that failed is registration-token \(invalid_token\)/);
  const anew = await lupa('register', '--bank', sandbox().authorize);
  assert.equal(anew.exitCode, 0, anew.stderr);
});

test('where there is no registration, it says what is missing and what to do', async (t) => {
  const { lupa } = await atHome(t);
  for (const command of ['show', 'rotate-secret', 'delete']) {
    const { exitCode, stderr } = await lupa('registration', command, '--tpp', 'nowhere');
    assert.equal(exitCode, 1);
    assert.match(stderr, /nothing to manage: there is no directory nowhere; lupa register makes one\. .*--tpp/);
  }
});

test('--force keeps the registration that was there; the bank knows both', async (t) => {
  const { lupa, home } = await registered(t);
  const { exitCode, stdout } = await lupa('register', '--bank', sandbox().authorize, '--force');
  assert.equal(exitCode, 0);
  const [, aside = ''] = (await readdir(home)).sort();
  assert.match(aside, /^tpp\.before-/);
  assert.ok(stdout.includes(`is in ${aside} now; the bank still knows it.`), stdout);
  assert.equal((await lupa('registration', 'show', '--tpp', aside)).exitCode, 0);
  assert.equal((await lupa('registration', 'show')).exitCode, 0);
});

test('a refused registration says which check failed and leaves nothing behind', async (t) => {
  const { lupa, home } = await atHome(t);
  await writeFile(join(home, 'env.json'), JSON.stringify({ aud: 'https://another.bank/' }));
  const { exitCode, stderr } = await lupa('register', '--bank', sandbox().authorize, '--config', 'env.json');
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /^lupa register: The bank refused; the check that failed is registration-audience \(invalid_client_metadata\)\.\n {2}aud /,
  );
  assert.deepEqual(await readdir(home), ['env.json']);
});

const notTheBank = () => sandbox().api.replace('https:', 'http:');

test('a bank that is not there, and addresses that are not its own, are each told apart', async (t) => {
  const { lupa, home } = await atHome(t);
  const { authorize, api } = sandbox();
  for (const [bank, said] of [
    ['http://localhost:1', /cannot be reached \(ECONNREFUSED\)\.\nIs it running\? Start the sandbox/],
    [authorize.replace('http:', 'https:'), /no TLS address.*\nCheck the port: --bank takes the Authorize address/],
    [api, /does not know the issuer of the bank's certificate.*\nName it with --ca/],
    [notTheBank(), /closed without an answer.*\nCheck the port/],
    [`${authorize}/elsewhere`, /no bank at that address, or it registers nobody/],
    [authorize.replace('localhost', '127.0.0.1'), /calls itself by another address/],
  ] as const) {
    const { exitCode, stderr } = await lupa('register', '--bank', bank);
    assert.equal(exitCode, 1, bank);
    assert.match(stderr, said, bank);
    assert.deepEqual(await readdir(home), []);
  }
});

test('lupa pay says what is wrong with a directory, and plays nobody at a bank that may be real', async (t) => {
  const { lupa, home } = await registered(t);
  const pay = (...args: string[]) => lupa('pay', '1', '--to', 'FI4950009420028730', ...args);
  const none = await pay('--tpp', 'nowhere', '--approve');
  assert.equal(none.exitCode, 1);
  assert.match(none.stderr, /no registration to pay with: there is no directory nowhere; lupa register makes one\.\n$/);
  await writeFile(join(home, 'tpp/bank.json'), '{"bank": "https://bank.example"}');
  const real = await pay('--tpp', 'tpp', '--approve');
  assert.equal(real.exitCode, 1);
  assert.match(real.stderr, /https:\/\/bank\.example is none\. Leave it out/);
});

test('lupa pay waits for the customer at a redirect URI of the registration', async (t) => {
  const { lupa, home } = await registered(t);
  const port = await findFreePort(0, new Set());
  await lupa('registration', 'update', '--redirect-uri', 'https://localhost:9/', `http://localhost:${port}/back/here`);
  const paying = startLupa(t, ['pay', '1', '--to', 'FI4950009420028730', '--tpp', 'tpp'], { cwd: home });
  const entrance = (await paying.printed('stdout', /http:\/\/localhost:\d+\/\n/)).trim();
  assert.equal(entrance, `http://localhost:${port}/`);
  await paying.printed('stdout', /Waiting for you/);
  const bank = (await fetch(entrance, { redirect: 'manual' })).headers.get('location') ?? '';
  const back = await playCustomer({ authorizationUrl: bank, username: 'aino', password: 'aino-salasana' });
  assert.ok(back.startsWith(`http://localhost:${port}/back/here?`), back);
  await fetch(back);
  assert.equal(await paying.ended(), 0, paying.output.stderr);
  await lupa('registration', 'update', '--redirect-uri', 'https://localhost:9/');
  const nobody = await lupa('pay', '1', '--to', 'FI4950009420028730', '--tpp', 'tpp');
  assert.match(nobody.stderr, /None of the registered redirect URIs is http on this machine.*--approve/);
});

/** A bank that says where to register and then never answers, or dies. */
async function silentBank(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const bank = `http://localhost:${(server.address() as { port: number }).port}`;
    if (request.url?.startsWith('/.well-known/')) {
      const registration_endpoint = `${bank.replace('http:', 'https:')}/register`;
      return response.end(JSON.stringify({ issuer: bank, registration_endpoint }));
    }
    // The generator never answers.
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as { port: number }).port}`;
}

test('Ctrl-C before anything was registered leaves nothing behind', async (t) => {
  const { home } = await atHome(t);
  const run = startLupa(t, ['register', '--bank', await silentBank(t)], { cwd: home });
  await run.printed('stdout', /Have keys and certificates made/);
  assert.deepEqual(await readdir(home), ['tpp.unfinished']);
  run.process.kill('SIGINT');
  assert.equal(await run.ended(), 130);
  assert.match(run.output.stderr, /Interrupted before anything was registered\. Nothing is left behind\.\n$/);
  assert.deepEqual(await readdir(home), []);
});

test('kill -9 leaves no directory that looks whole, and the next run says so and goes on', async (t) => {
  const { home, lupa } = await atHome(t);
  const run = startLupa(t, ['register', '--bank', await silentBank(t)], { cwd: home });
  await run.printed('stdout', /Have keys and certificates made/);
  const meanwhile = await lupa('register', '--bank', sandbox().authorize);
  assert.match(meanwhile.stderr, /Another lupa register is at work/);
  run.process.kill('SIGKILL');
  await run.ended();
  assert.deepEqual(await readdir(home), ['tpp.unfinished']);
  const { exitCode, stderr } = await lupa('register', '--bank', sandbox().authorize);
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /An earlier run was interrupted before it sent anything\. What it left is deleted\.\n$/);
  assert.deepEqual(await readdir(home), ['tpp']);
});
