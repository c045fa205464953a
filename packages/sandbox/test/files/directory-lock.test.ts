import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockDirectory } from '../../src/files/directory-lock.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const MODULE = fileURLToPath(new URL('../../src/files/directory-lock.ts', import.meta.url));

test('a lock is held once in a process, and again after its release', async (t) => {
  const path = join(await temporaryDirectory(t), 'lupa.lock');
  const lock = lockDirectory(path);
  assert.throws(() => lockDirectory(path), { name: 'DirectoryInUse' });
  assert.throws(() => lockDirectory(path), { name: 'DirectoryInUse' });
  lock.release();
  lockDirectory(path).release();
});

test('a lock of another process is respected until that process is killed', async (t) => {
  const path = join(await temporaryDirectory(t), 'lupa.lock');
  const code = `const { lockDirectory } = await import(${JSON.stringify(MODULE)}); lockDirectory(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  assert.throws(() => lockDirectory(path), { name: 'DirectoryInUse' });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockDirectory(path).release();
});

test('a refused second start in one process does not let another process in', async (t) => {
  const path = join(await temporaryDirectory(t), 'lupa.lock');
  const lock = lockDirectory(path);
  t.after(() => lock.release());
  assert.throws(() => lockDirectory(path), { name: 'DirectoryInUse' });
  const code = `const { lockDirectory } = await import(${JSON.stringify(MODULE)});
    try { lockDirectory(${JSON.stringify(path)}); console.log('let in'); } catch (error) { console.log(error.name); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });
  assert.equal(stdout, 'DirectoryInUse\n');
});
