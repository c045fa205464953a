import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataDirectory, explainDataDirectory, openDataDirectory } from '../../src/files/data-directory.ts';
import { writePrivateFile } from '../../src/files/private-file.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a new data directory is made for its owner alone', async (t) => {
  const files = dataDirectory(join(await temporaryDirectory(t), 'deep', 'bank'));
  await openDataDirectory(files);
  assert.equal((await stat(files.path)).mode & 0o777, 0o700);
});

test('a directory with somebody else’s files is refused and left as it is', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'thesis.tex'), '');
  await assert.rejects(openDataDirectory(dataDirectory(directory)), { name: 'UnusableDataDirectory' });
  assert.deepEqual(await readdir(directory), ['thesis.tex']);
});

test('a directory that Lupa explained is taken again, whatever was added to it', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  await mkdir(files.tpp.directory);
  await explainDataDirectory(files);
  await writeFile(join(files.path, 'notes.txt'), '');
  await openDataDirectory(files);
});

test('a directory that a killed start left before it could explain it is taken', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  for (const left of [files.lock, `${files.lock}-journal`, `${files.readme}.new`]) {
    await writeFile(left, '');
    await openDataDirectory(files);
  }
});

test('a file in the way is refused', async (t) => {
  const path = join(await temporaryDirectory(t), 'file');
  await writeFile(path, '');
  await assert.rejects(openDataDirectory(dataDirectory(path)), { name: 'UnusableDataDirectory' });
});

test('a private file replaces what was there, unfinished or open to others', async (t) => {
  const path = join(await temporaryDirectory(t), 'secret');
  await writeFile(path, 'old', { mode: 0o644 });
  await writeFile(`${path}.new`, 'left by a killed process', { mode: 0o644 });
  await writePrivateFile(path, 'new');
  assert.equal(await readFile(path, 'utf8'), 'new');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});
