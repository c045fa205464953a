import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestTpp } from '../flow/support/test-tpp.ts';
import { type LogLine, type ServeProcess, startServe } from './support/serve-process.ts';
import { prepareServedBank, type ServedBank } from './support/served-bank.ts';

const says = (text: string) => (line: LogLine) => line.msg?.includes(text) === true;

let bank: ServedBank;
let server: ServeProcess;
let hanging = 0;
before(async () => {
  bank = await prepareServedBank();
  server = await startServe(bank.files.write({ ...(await bank.configuration()), hangSeconds: 2 }), { workers: 2 });
});
after(async () => {
  await server?.end('SIGKILL');
  // One that is stopped does not notice that its primary process is gone.
  if (hanging !== 0 && isThere(hanging)) process.kill(hanging, 'SIGKILL');
  await bank?.close();
});

test('a worker that hangs without dying is killed, and another takes its place', async () => {
  [hanging = 0] = server.workers;
  // Its event loop turns no more, its connections stay open, and nothing tells that it died.
  process.kill(hanging, 'SIGSTOP');

  const killed = await server.logged(says('no sign of life'));
  assert.deepEqual([killed.worker, killed.hangSeconds], [hanging, 2]);
  const died = await server.logged((line) => says('a worker died')(line) && line.worker === hanging);
  assert.equal(died.how, 'signal SIGKILL');
  await server.logged((line) => says('is ready')(line) && !server.workers.includes(Number(line.worker)));
  assert.equal(isThere(hanging), false);

  const after = await (await fetch(`${server.operations}/metrics`)).text();
  assert.match(after, /^lupa_workers_lost_total\{why="hung"\} [1-9]/m);
  assert.match(after, /^lupa_workers_lost_total\{why="died"\} 0$/m);
  const tpp = await TestTpp.of(bank.tpp, server);
  await tpp.created(await tpp.clientToken());
  tpp.close();
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
