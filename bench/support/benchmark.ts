import type { ContestLimits, RunShape } from './contest.ts';
import type { BenchmarkResult } from './result.ts';
import type { Stage } from './stage.ts';

/** How much is to be done. */
export interface Effort extends ContestLimits {
  readonly quick: boolean;
  /** Instead of the usual shape. */
  readonly shape: Partial<RunShape>;
}

export type Benchmark = (stage: Stage, effort: Effort) => Promise<BenchmarkResult>;

/** The shape of a run: the usual one, the quick one, or what was asked for. */
export function shapeOf({ quick, shape }: Effort, full: RunShape, hurried: RunShape): RunShape {
  return { ...(quick ? hurried : full), ...shape };
}
