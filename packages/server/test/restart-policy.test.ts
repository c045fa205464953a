import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drainTimes } from '../src/workers/drain-times.ts';
import { GIVES_UP_AFTER, RestartPolicy } from '../src/workers/restart-policy.ts';

const AT_ONCE_MS = 100;
const LONG_MS = 60_000;

describe('what follows the death of a worker', () => {
  test('one that lived is replaced at once', () => {
    assert.deepEqual(new RestartPolicy().afterDeath(LONG_MS, false), { waitMs: 0 });
  });

  test('those that die at once are replaced more and more slowly, and never more slowly than every 10 seconds', () => {
    const policy = new RestartPolicy();
    const waits = Array.from({ length: 9 }, () => policy.afterDeath(AT_ONCE_MS, true));
    assert.deepEqual(
      waits,
      [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000].map((waitMs) => ({ waitMs })),
    );
  });

  test('the fifth that dies at once, with none alive, is the last; the fourth is not', () => {
    const policy = new RestartPolicy();
    for (let death = 1; death < GIVES_UP_AFTER; death += 1) {
      assert.notEqual(policy.afterDeath(AT_ONCE_MS, false), 'give up');
    }
    assert.equal(policy.afterDeath(AT_ONCE_MS, false), 'give up');
  });

  test('while another serves, nobody gives up', () => {
    const policy = new RestartPolicy();
    for (let death = 0; death < 20; death += 1) assert.notEqual(policy.afterDeath(AT_ONCE_MS, true), 'give up');
  });

  test('one that lived begins the count anew', () => {
    const policy = new RestartPolicy();
    for (let death = 1; death < GIVES_UP_AFTER; death += 1) policy.afterDeath(AT_ONCE_MS, false);
    policy.afterDeath(LONG_MS, false);
    assert.deepEqual(policy.afterDeath(AT_ONCE_MS, false), { waitMs: 250 });
  });
});

test('of what an end may take, a fifth is left for the booking round and the store', () => {
  assert.deepEqual(drainTimes(30_000), { limitMs: 24_000, idleMs: 5_000 });
  assert.deepEqual(drainTimes(1_000), { limitMs: 800, idleMs: 400 });
});
