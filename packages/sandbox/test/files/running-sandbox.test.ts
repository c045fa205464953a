import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { dataDirectory } from '../../src/files/data-directory.ts';
import { announceSandbox, findRunningSandbox, withdrawSandbox } from '../../src/files/running-sandbox.ts';
import { SAMPLE_FACTS } from '../support/sample-facts.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a running sandbox is found by what it announced, and no more once it withdrew', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  assert.equal(await findRunningSandbox(files), undefined);
  await announceSandbox(files, SAMPLE_FACTS);
  assert.equal((await stat(files.sandbox)).mode & 0o777, 0o600);
  assert.equal((await findRunningSandbox(files))?.authorize, SAMPLE_FACTS.authorize);
  await withdrawSandbox(files);
  assert.equal(await findRunningSandbox(files), undefined);
});

test('what a dead process left is not a running sandbox, even when its number belongs to another process now', async (t) => {
  const files = dataDirectory(await temporaryDirectory(t));
  await announceSandbox(files, SAMPLE_FACTS);
  const announced = JSON.parse(await readFile(files.sandbox, 'utf8'));
  await writeFile(files.sandbox, JSON.stringify({ ...announced, pid: 2 ** 22 + 1, birth: null }));
  assert.equal(await findRunningSandbox(files), undefined);
  await writeFile(files.sandbox, JSON.stringify({ ...announced, pid: process.pid, birth: 'another boot/1' }));
  assert.equal(await findRunningSandbox(files), undefined);
});
