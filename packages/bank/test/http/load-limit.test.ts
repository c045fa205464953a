import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { LoadLimit, type LoadSettings } from '../../src/http/load-limit.ts';

const opened: LoadLimit[] = [];
after(() => {
  for (const load of opened) load.close();
});
const limit = (settings?: LoadSettings) => {
  const load = new LoadLimit(settings);
  opened.push(load);
  return load;
};

describe('what one process takes on', () => {
  test('is as many calls at once as it was told; one more is turned away and not counted, until one has left', () => {
    const load = limit({ callsUnderWay: 2, eventLoopDelayMs: 60_000 });
    const leaving: (() => void)[] = [];
    const enter = () => load.enter((leave) => leaving.push(leave))?.code;
    assert.deepEqual([enter(), enter(), enter()], [undefined, undefined, 'UNAVAILABLE']);
    assert.equal(load.underWay, 2);
    leaving.pop()?.();
    assert.deepEqual([enter(), enter()], [undefined, 'UNAVAILABLE']);
  });
  test('tells who is turned away to come back in a second, and that nothing was done', () => {
    const refusal = limit({ callsUnderWay: 0 }).enter(() => undefined);
    assert.equal(refusal?.retryAfterSeconds, 1);
    assert.match(refusal?.message ?? '', /nothing was done/);
  });
  test('is nothing while the event loop runs late, and everything again once it does not', async () => {
    const load = limit({ eventLoopDelayMs: 100 });
    assert.equal(
      load.enter(() => undefined),
      undefined,
    );
    while (load.eventLoopDelayMs <= 100) {
      const until = performance.now() + 400;
      while (performance.now() < until);
      await wait(10);
    }
    assert.equal(load.enter(() => undefined)?.code, 'UNAVAILABLE');
    while (load.eventLoopDelayMs > 100) await wait(50);
    assert.equal(
      load.enter(() => undefined),
      undefined,
    );
  });
});
