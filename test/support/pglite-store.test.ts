import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { dataDirectory, isFirstStart, openDataDirectory } from '../../packages/sandbox/src/files/data-directory.ts';
import { placeEmptyStore } from './pglite-store.ts';

const directory = fs.mkdtempSync(join(tmpdir(), 'lupa-test-'));
const made = join(directory, 'made');
const { LUPA_TEST_PGLITE_STORE: given } = process.env;
after(() => {
  if (given === undefined) delete process.env.LUPA_TEST_PGLITE_STORE;
  else process.env.LUPA_TEST_PGLITE_STORE = given;
  fs.rmSync(directory, { recursive: true });
});

describe('the store that test files copy', () => {
  beforeEach(() => {
    fs.mkdirSync(join(made, 'base'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(join(made, 'base', '1'), 'a table', { mode: 0o600 });
    process.env.LUPA_TEST_PGLITE_STORE = made;
  });

  test('is there as it was made, for its owner alone, in a directory that a first start takes', async () => {
    const files = dataDirectory(join(directory, 'first'));
    await placeEmptyStore(files.path);
    assert.equal(fs.readFileSync(join(files.store, 'base', '1'), 'utf8'), 'a table');
    for (const path of [files.store, join(files.store, 'base', '1'), files.path]) {
      assert.equal(fs.statSync(path).mode & 0o077, 0, path);
    }
    await openDataDirectory(files);
    assert.ok(isFirstStart(files));
  });

  test('never takes the place of one that is there', async () => {
    const files = dataDirectory(join(directory, 'again'));
    await placeEmptyStore(files.path);
    fs.writeFileSync(join(files.store, 'base', '1'), 'paid');
    await placeEmptyStore(files.path);
    assert.equal(fs.readFileSync(join(files.store, 'base', '1'), 'utf8'), 'paid');
    assert.deepEqual(fs.readdirSync(files.store), ['base']);
  });

  test('is nowhere when nobody made one: the start makes it', async () => {
    delete process.env.LUPA_TEST_PGLITE_STORE;
    const files = dataDirectory(join(directory, 'none'));
    await placeEmptyStore(files.path);
    assert.equal(fs.existsSync(files.path), false);
  });
});
