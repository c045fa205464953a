import type { ContestOutcome } from './contest.ts';
import type { Plot } from './plots.ts';
import { type Comparison, isVoid } from './statistics.ts';

/** What `npm run bench` measures, in the order in which it does. */
export const BENCHMARK_NAMES = [
  'create',
  'status',
  'submission',
  'token',
  'refresh',
  'flow',
  'handshake',
  'workers',
  'growth',
  'soak',
] as const;

export type BenchmarkName = (typeof BENCHMARK_NAMES)[number];

/** What a figure must reach, and what it is hoped to reach. */
export interface Floor {
  readonly what: string;
  readonly value: number;
  readonly bound: { readonly atLeast: number; readonly goal?: number } | { readonly atMost: number };
}

export type Verdict = 'goal' | 'pass' | 'FAIL';

/** One contest of a benchmark, said in words. */
export interface Section {
  readonly title: string;
  /** Who stands in the rows: ours first. */
  readonly names: readonly [ours: string, limit: string];
  readonly comparison: Comparison;
}

/** What came of one benchmark. Every time in it stands beside what it is measured against. */
export interface BenchmarkResult {
  readonly name: BenchmarkName;
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly how: string;
  /** Of `ours` and `limit`. */
  readonly unit: string;
  /** Ours to its limit. Where more is worse (see `isSlowness`), how many times as much; elsewhere 1 is as good as it gets. */
  readonly ratio: number;
  readonly p99Ratio: number;
  readonly ours: number;
  readonly limit: number;
  /** Whether `ratio` says how many times as slow or as large, so that less is better. */
  readonly isSlowness: boolean;
  /** The limit to itself: of the contest that is furthest off. */
  readonly controlRatio: number;
  readonly isVoid: boolean;
  readonly attempts: number;
  readonly sections: readonly Section[];
  readonly floors: readonly Floor[];
  /** Whole sentences. */
  readonly notes: readonly string[];
  readonly plots: readonly Plot[];
}

export function verdictOf({ value, bound }: Floor): Verdict {
  if ('atMost' in bound) return value <= bound.atMost ? 'pass' : 'FAIL';
  if (!(value >= bound.atLeast)) return 'FAIL';
  return bound.goal !== undefined && value >= bound.goal ? 'goal' : 'pass';
}

/** One contest, and what its section says: of the bank beside the bare server where no other names are given. */
export type ContestSection = ContestOutcome & { readonly section: string; readonly names?: Section['names'] };

/** What a benchmark says of itself, and what of its result does not come from its contests. */
type Said = Pick<BenchmarkResult, 'name' | 'title' | 'how'> & Partial<BenchmarkResult>;

/** The result that the first contest decides; each further one has a section, and makes the whole void when it is void. */
export function resultOf(said: Said, contest: ContestSection, ...others: readonly ContestSection[]): BenchmarkResult {
  const all = [contest, ...others];
  return {
    ...figuresOf(contest.comparison, contest.attempts),
    controlRatio: furthestControl(all.map(({ comparison }) => comparison.controlRatio)),
    isVoid: all.some(({ comparison }) => isVoid(comparison)),
    sections: all.map(({ section, names = ['bank', 'bare node:https'], comparison }) => ({
      title: section,
      names,
      comparison,
    })),
    floors: [],
    notes: [],
    plots: [],
    ...said,
  };
}

/** The members that come from the contest alone. */
export function figuresOf(comparison: Comparison, attempts: number) {
  const { ours, limit, control, ratio, p99Ratio, controlRatio } = comparison;
  return {
    unit: 'calls/s',
    ratio,
    p99Ratio,
    ours: ours.requestsPerSecond,
    limit: (limit.requestsPerSecond + control.requestsPerSecond) / 2,
    isSlowness: false,
    controlRatio,
    attempts,
  };
}

/** Of several contests, the control that is furthest off: one void contest makes the benchmark void. */
export function furthestControl(controlRatios: readonly number[]): number {
  if (controlRatios.some(Number.isNaN)) return Number.NaN;
  return controlRatios.reduce((worst, next) => (Math.abs(next - 1) > Math.abs(worst - 1) ? next : worst), 1);
}
