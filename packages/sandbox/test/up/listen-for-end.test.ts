import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('../../src/up/listen-for-end.ts', import.meta.url));

/** A process that hears of its end and takes for ever to come to it. */
const NEVER_ENDS = `
  const { listenForEnd } = await import(${JSON.stringify(MODULE)});
  const end = listenForEnd();
  setInterval(() => {}, 1000);
  end.asked.then(() => console.log('asked', end.signal.aborted));
  console.log('listening');`;

test('one press of Ctrl-C asks for a clean end, however often it arrives; the next press ends at once with 130', async (t) => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', NEVER_ENDS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const [said] = await once(child.stdout, 'data');
  assert.equal(String(said), 'asked true\n');
  child.kill('SIGINT');
  await pause(400);
  assert.equal(child.exitCode, null);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [130, null]);
});
