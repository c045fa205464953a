import type { BenchmarkResult } from '../../../bench/support/result.ts';
import { compareRounds, isVoid, type Round } from '../../../bench/support/statistics.ts';

export const roundWith = (requestsPerSecond: number, p99Ms: number): Round => ({
  requestsPerSecond,
  p50Ms: 4,
  p99Ms,
  cpuMicroseconds: 200,
});

/** The result of creating payments in one round, whose control did so many. */
export function createResult(controlPerSecond: number, change: Partial<BenchmarkResult> = {}): BenchmarkResult {
  const comparison = compareRounds([
    { ours: roundWith(3210.4, 9), limit: roundWith(4000, 8), control: roundWith(controlPerSecond, 8) },
  ]);
  return {
    name: 'create',
    title: 'create payment',
    how: 'As a test does it.',
    unit: 'calls/s',
    ratio: comparison.ratio,
    p99Ratio: comparison.p99Ratio,
    ours: 3210.4,
    limit: 4000,
    isSlowness: false,
    controlRatio: comparison.controlRatio,
    isVoid: isVoid(comparison),
    attempts: 1,
    sections: [{ title: 'Create payment', names: ['bank', 'bare'], comparison }],
    floors: [
      { what: 'throughput', value: comparison.ratio, bound: { atLeast: 0.75, goal: 0.85 } },
      { what: 'p99', value: comparison.p99Ratio, bound: { atMost: 1 } },
    ],
    notes: ['A note.'],
    plots: [
      {
        kind: 'bars',
        file: 'a.svg',
        title: 'A <plot> & "more"',
        axis: 'times',
        bars: [{ label: 'create', value: 0.8 }],
      },
    ],
    ...change,
  };
}
