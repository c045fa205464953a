import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Contestant,
  type ContestLimits,
  type ContestOutcome,
  compete,
  refuseUnequalWork,
} from '../../bench/support/contest.ts';
import { roundWith } from './support/results.ts';

interface Played {
  readonly outcome: ContestOutcome;
  readonly order: readonly Contestant[];
}

/** @param controls what the control does in each attempt, of the limit's 1,000 a second; the last for all that follow */
async function play(
  controls: readonly number[],
  { rounds = 3, mayRepeat = (): boolean => true, roundsWithinMs }: Partial<ContestLimits> & { rounds?: number } = {},
): Promise<Played> {
  const order: Contestant[] = [];
  const outcome = await compete({
    shape: { rounds, callsPerRound: 10 },
    warmUpCalls: 5,
    limits: { mayRepeat, roundsWithinMs },
    round: async (who, calls) => {
      if (calls <= 5) return roundWith(1, 1);
      const attempt = Math.floor(order.length / (rounds * 3));
      order.push(who);
      const control = controls[Math.min(attempt, controls.length - 1)] ?? 0;
      return roundWith({ ours: 800, limit: 1000, control }[who], 5);
    },
  });
  return { outcome, order };
}

describe('a contest', () => {
  test('of a quiet machine takes one attempt', async () => {
    const { outcome } = await play([1000]);
    assert.equal(outcome.attempts, 1);
    assert.equal(outcome.comparison.ratio, 0.8);
  });

  test('lets each come first, second and last equally often', async () => {
    const { order } = await play([1000], { rounds: 3 });
    for (const place of [0, 1, 2]) {
      const there = [0, 1, 2].map((round) => order[round * 3 + place]);
      assert.deepEqual([...there].sort(), ['control', 'limit', 'ours']);
    }
  });

  test('whose control is off is thrown away and played again', async () => {
    const { outcome } = await play([900, 1000]);
    assert.equal(outcome.attempts, 2);
    assert.equal(outcome.comparison.controlRatio, 1);
  });

  test('is played three times at most, and then told as it was', async () => {
    const { outcome } = await play([900]);
    assert.equal(outcome.attempts, 3);
    assert.equal(outcome.comparison.controlRatio, 0.9);
  });

  test('with no time left still takes the rounds without which there is nothing to compare', async () => {
    const { order } = await play([1000], { rounds: 9, roundsWithinMs: -1 });
    assert.equal(order.length, 3 * 3);
    assert.equal((await play([1000], { rounds: 9 })).order.length, 9 * 3);
  });

  test('is not repeated where there is no time for it', async () => {
    assert.equal((await play([900], { mayRepeat: () => false })).outcome.attempts, 1);
  });
});

describe('the work', () => {
  test('of all three is the same, or nothing is measured', () => {
    refuseUnequalWork({ ours: '{"payments":5}', limit: '{"payments":5}', control: '{"payments":5}' }, 5);
    assert.throws(
      () =>
        refuseUnequalWork({ ours: '{"payments":5,"outbox":5}', limit: '{"payments":5}', control: '{"payments":5}' }, 5),
      /For 5 calls ours wrote \{"payments":5,"outbox":5\}, the limit \{"payments":5\}/,
    );
  });
});
