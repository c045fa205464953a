import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ConnectionAllowance, takeConnection } from '../../src/domain/connection-rate.ts';

/** @returns which of the connections begun at these times, in milliseconds, may begin */
function admitted(times: readonly number[], rate: { perSecond: number; burst: number }): boolean[] {
  let kept: ConnectionAllowance | undefined;
  return times.map((nowMs) => {
    const after = takeConnection(kept, nowMs, rate);
    kept = after ?? kept;
    return after !== undefined;
  });
}

describe('how many connections somebody may begin', () => {
  const rate = { perSecond: 2, burst: 3 };

  test('a burst at once and no more', () => {
    assert.deepEqual(admitted([0, 0, 0, 0], rate), [true, true, true, false]);
  });
  test('then one whenever there is time for it: after half a second at two a second, and not a millisecond before', () => {
    assert.deepEqual(admitted([0, 0, 0, 499, 500, 500], rate), [true, true, true, false, true, false]);
  });
  test('who waits long has a burst again and no more', () => {
    const hour = 3_600_000;
    assert.deepEqual(admitted([0, 0, 0, hour, hour, hour, hour], rate), [true, true, true, true, true, true, false]);
  });
  test('who is refused loses nothing by having tried', () => {
    const tries = Array.from({ length: 499 }, (_, each) => each);
    assert.equal(admitted([0, 0, 0, ...tries, 500], rate).at(-1), true);
  });
  test('nobody, where a burst is none', () =>
    assert.deepEqual(admitted([0, 1_000], { ...rate, burst: 0 }), [false, false]));

  test('in any stretch of time at most the burst and what the rate gives; within the rate everybody', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 60 });
    const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 20 }), burst: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(steps, rates, (waits, { perSecond, burst }) => {
        let nowMs = 0;
        const times = waits.map((wait) => {
          nowMs += wait;
          return nowMs;
        });
        const began = times.filter((_, each) => admitted(times, { perSecond, burst })[each]);
        for (let from = 0; from < began.length; from += 1) {
          for (let to = from; to < began.length; to += 1) {
            const seconds = ((began[to] ?? 0) - (began[from] ?? 0)) / 1000;
            assert.ok(to - from + 1 <= burst + seconds * perSecond + 1e-6);
          }
        }
        const steady = times.map((_, each) => each * Math.ceil(1000 / perSecond));
        assert.ok(admitted(steady, { perSecond, burst }).every(Boolean));
      }),
      { numRuns: 50 },
    );
  });
});
