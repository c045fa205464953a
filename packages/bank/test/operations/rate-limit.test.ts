import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LupaError } from '@lupa/protocol';
import { RateLimit } from '../../src/operations/rate-limit.ts';
import type { RateCounts } from '../../src/ports/rate-counts.ts';
import { codeOf } from '../code-of.ts';

/** What the store does, in memory, with the number of times it was asked. */
class CountsInMemory implements RateCounts {
  readonly #taken = new Map<string, number>();
  asked = 0;
  isAway = false;

  async take(subject: string, { windowStart, times, limit }: Parameters<RateCounts['take']>[1]): Promise<number> {
    this.asked += 1;
    if (this.isAway) throw new LupaError('UNAVAILABLE');
    const key = `${subject} ${windowStart.getTime()}`;
    const before = this.#taken.get(key) ?? 0;
    this.#taken.set(key, before + times);
    return Math.max(0, Math.min(times, limit - before));
  }

  async purge(): Promise<number> {
    return 0;
  }
}

const RATE = { times: 100, windowSeconds: 10 };

function limits(count: number, counts = new CountsInMemory(), rate = RATE) {
  const clock = { time: new Date('2026-11-22T10:00:03.500Z'), now: () => clock.time };
  return { counts, clock, limits: Array.from({ length: count }, () => new RateLimit('calls', rate, counts, clock)) };
}

const codes = (limit: RateLimit | undefined, caller: string, times: number) =>
  Promise.all(Array.from({ length: times }, () => codeOf(limit?.take(caller) ?? Promise.reject(new Error()))));
const admitted = (all: readonly string[]) => all.filter((code) => code === 'done').length;

describe('a limit on calls', () => {
  test('admits as many as the limit says in one window, over all processes, and not one more', async () => {
    const { limits: processes } = limits(4);
    const all = await Promise.all(processes.map((limit) => codes(limit, 'tpp', 60)));
    assert.equal(admitted(all.flat()), 100);
    assert.ok(all.flat().every((code) => code === 'done' || code === 'TOO_MANY_REQUESTS'));
  });
  test('says when to come back: with the next window, when as many are admitted again', async () => {
    const {
      limits: [limit],
      clock,
    } = limits(1);
    await codes(limit, 'tpp', 100);
    await assert.rejects(
      async () => limit?.take('tpp'),
      (error) => error instanceof LupaError && error.retryAfterSeconds === 7,
    );
    clock.time = new Date('2026-11-22T10:00:09.999Z');
    assert.equal(admitted(await codes(limit, 'tpp', 1)), 0);
    clock.time = new Date('2026-11-22T10:00:10.000Z');
    assert.equal(admitted(await codes(limit, 'tpp', 101)), 100);
  });
  test('lets no caller wait for another', async () => {
    const {
      limits: [limit],
    } = limits(1);
    await codes(limit, 'busy', 200);
    assert.equal(admitted(await codes(limit, 'quiet', 1)), 1);
  });
  test('asks the store once for many calls, even when they come at once', async () => {
    const {
      limits: [limit],
      counts,
    } = limits(1);
    await codes(limit, 'tpp', 100);
    assert.equal(counts.asked, 20);
    await codes(limit, 'tpp', 100);
    assert.equal(counts.asked, 21);
  });
  test('holds to a limit smaller than any part of it', async () => {
    const {
      limits: [one, other],
    } = limits(2, new CountsInMemory(), { times: 1, windowSeconds: 10 });
    assert.equal(admitted([...(await codes(one, 'tpp', 3)), ...(await codes(other, 'tpp', 3))]), 1);
  });
  test('tells a store that is away, and goes on when it is back', async () => {
    const {
      limits: [limit],
      counts,
    } = limits(1);
    counts.isAway = true;
    assert.deepEqual(await codes(limit, 'tpp', 2), ['UNAVAILABLE', 'UNAVAILABLE']);
    counts.isAway = false;
    assert.deepEqual(await codes(limit, 'tpp', 1), ['done']);
  });
});
