import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UnfinishedRegistration } from '../../src/register/unfinished-registration.ts';
import { keyAndCertificate } from '../support/key-and-certificate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOW = new Date('2026-11-22T10:30:00Z');
const { key, certificate } = keyAndCertificate();
const WHOLE = {
  'client.crt': certificate,
  'key.pem': key,
  'ssa-signing-key.pem': key,
  'registration-result.txt': `${JSON.stringify({
    client_id: 'client-1',
    client_secret: 'secret',
    api_key: 'key',
    redirect_uris: ['https://tpp.example/'],
  })}\nssaSigningKid: kid-1\n`,
};

async function home(t: TestContext): Promise<{ readonly directory: string; readonly out: string }> {
  const directory = await temporaryDirectory(t);
  return { directory, out: join(directory, 'tpp') };
}

const begin = (out: string, force = false) => UnfinishedRegistration.begin(out, { force, now: NOW });

async function begun(out: string, force = false): Promise<UnfinishedRegistration> {
  const { unfinished } = await begin(out, force);
  assert.ok(unfinished);
  return unfinished;
}

/** What a run leaves that was killed: the directory stays, its process is gone. */
async function kill(out: string): Promise<void> {
  const path = join(`${out}.unfinished`, 'progress.json');
  const progress = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...progress, pid: 2 ** 22 + 1 }));
}

test('the directory is there when it is whole, and not before; only its owner may look into it', async (t) => {
  const { directory, out } = await home(t);
  const unfinished = await begun(out);
  await unfinished.keep(WHOLE);
  assert.deepEqual(await readdir(directory), ['tpp.unfinished']);
  assert.equal(await unfinished.finish(NOW), undefined);
  assert.deepEqual(await readdir(directory), ['tpp']);
  assert.deepEqual((await readdir(out)).sort(), Object.keys(WHOLE).sort());
  assert.equal((await stat(out)).mode & 0o777, 0o700);
  for (const name of Object.keys(WHOLE)) assert.equal((await stat(join(out, name))).mode & 0o777, 0o600, name);
});

test('what is not whole is not put in its place', async (t) => {
  const { directory, out } = await home(t);
  const unfinished = await begun(out);
  const { 'key.pem': _, ...others } = WHOLE;
  await unfinished.keep(others);
  await assert.rejects(unfinished.finish(NOW), /key\.pem is missing/);
  assert.deepEqual(await readdir(directory), ['tpp.unfinished']);
  await unfinished.keep(WHOLE);
  await unfinished.finish(NOW);
  assert.deepEqual(await readdir(directory), ['tpp']);
});

test('an empty directory, and one that has yet to be made, take a registration', async (t) => {
  const { directory } = await home(t);
  await mkdir(join(directory, 'empty'));
  for (const name of ['empty', 'a/b/c']) {
    const out = join(directory, name);
    const unfinished = await begun(out);
    await unfinished.keep(WHOLE);
    await unfinished.finish(NOW);
    assert.equal((await readdir(out)).length, 4);
  }
});

test('nothing is left of an abandoned one', async (t) => {
  const { directory, out } = await home(t);
  const unfinished = await begun(out);
  await unfinished.keep(WHOLE);
  await unfinished.abandon();
  assert.deepEqual(await readdir(directory), []);
});

test('other files are never touched, with --force or without; nor is a file in its place', async (t) => {
  const { directory, out } = await home(t);
  await mkdir(out);
  await writeFile(join(out, 'thesis.txt'), '');
  await assert.rejects(begin(out), /already holds other files\. Name an empty or a new directory with --out/);
  await assert.rejects(begin(out, true), /already holds other files/);
  await assert.rejects(begin(join(out, 'thesis.txt')), /is a file, not a directory/);
  assert.deepEqual(await readdir(directory), ['tpp']);
});

test('a registration is replaced with --force only, and kept beside the new one', async (t) => {
  const { directory, out } = await home(t);
  const first = await begun(out);
  await first.keep(WHOLE);
  await first.finish(NOW);
  await assert.rejects(begin(out), /already holds a registration, of client client-1\..*--force/);
  const second = await begun(out, true);
  await second.keep({ ...WHOLE, 'client.crt': `${certificate}# renewed` });
  assert.match(await readFile(join(out, 'client.crt'), 'utf8'), /-----END CERTIFICATE-----\n$/);
  assert.equal(await second.finish(NOW), join(directory, 'tpp.before-20261122T103000Z'));
  assert.match(await readFile(join(out, 'client.crt'), 'utf8'), /# renewed$/);
  assert.deepEqual((await readdir(directory)).sort(), ['tpp', 'tpp.before-20261122T103000Z']);
});

test('two at once: the second waits for nobody and is told', async (t) => {
  const { directory, out } = await home(t);
  const runs = await Promise.allSettled([begin(out), begin(out), begin(out)]);
  assert.equal(runs.filter(({ status }) => status === 'fulfilled').length, 1);
  await assert.rejects(begin(out), /Another lupa register is at work/);
  assert.deepEqual(await readdir(directory), ['tpp.unfinished']);
});

test('a run killed before it sent anything leaves nothing that matters', async (t) => {
  const { out } = await home(t);
  const { 'registration-result.txt': _, ...keys } = WHOLE;
  await (await begun(out)).keep(keys);
  await kill(out);
  const { unfinished, left } = await begin(out);
  assert.deepEqual(left, { kind: 'nothing-sent' });
  assert.ok(unfinished);
  assert.deepEqual(await readdir(`${out}.unfinished`), ['progress.json']);
});

test('a run killed after it sent is told with what it sent, and its keys are deleted', async (t) => {
  const { out } = await home(t);
  const sent = { at: NOW.toISOString(), url: 'https://bank.example/register', softwareId: 'software-1' };
  const run = await begun(out);
  await run.keep({ 'key.pem': key });
  await run.noteSending(sent);
  await kill(out);
  const { left, unfinished } = await begin(out);
  assert.deepEqual(left, { kind: 'sent', ...sent });
  assert.ok(unfinished);
  assert.deepEqual(await readdir(`${out}.unfinished`), ['progress.json']);
});

test('a run killed before its last step is completed by the next one', async (t) => {
  const { directory, out } = await home(t);
  await (await begun(out)).keep(WHOLE);
  await kill(out);
  assert.deepEqual(await begin(out), { left: { kind: 'completed' } });
  assert.deepEqual(await readdir(directory), ['tpp']);
  assert.deepEqual((await readdir(out)).sort(), Object.keys(WHOLE).sort());
});

test('a run killed between its two last renamings is completed too', async (t) => {
  const { directory, out } = await home(t);
  await (await begun(out)).keep(WHOLE);
  await kill(out);
  // The old one is out of the way already and the new one not yet in its place.
  await cp(`${out}.unfinished`, `${out}.before-x`, { recursive: true });
  assert.deepEqual(await begin(out), { left: { kind: 'completed' } });
  assert.deepEqual((await readdir(directory)).sort(), ['tpp', 'tpp.before-x']);
});
