import { grownTables, type RowCounts } from './row-counts.ts';
import { type Comparison, compareRounds, type Interleaved, isVoid, type Round } from './statistics.ts';

/** Who is measured: ours, what it is measured against, and that once more in another process. */
export type Contestant = keyof Interleaved;

export interface RunShape {
  readonly rounds: number;
  readonly callsPerRound: number;
}

export interface Contest {
  readonly shape: RunShape;
  /** Enough for the compiler of V8, the statements of every connection and the caches of PostgreSQL. */
  readonly warmUpCalls: number;
  /** Makes this many calls to one of them. What they need is made ready before its clock starts. */
  readonly round: (who: Contestant, calls: number) => Promise<Round>;
  /** What is stored: after the same calls, each of them must have added the same. Not asked where nothing is written. */
  readonly stored?: () => Promise<RowCounts>;
  readonly limits: ContestLimits;
}

/** How long it may take. */
export interface ContestLimits {
  /** Whether a void run may be repeated, which takes as long again. */
  readonly mayRepeat: () => boolean;
  /** After so long no more rounds are begun, but for the few without which there is nothing to compare; unlimited when absent. */
  readonly roundsWithinMs?: number | undefined;
}

export interface ContestOutcome {
  readonly comparison: Comparison;
  /** Runs it took: all but the last were void. */
  readonly attempts: number;
}

/** Fewer say nothing at all: each must have come first, second and last. */
const FEWEST_ROUNDS = 3;

/** Of the warm-up, where time is short. */
const HURRIED_WARM_UP_SHARE = 0.3;

/** A void run is repeated this often at most; then it is said to be void. */
export const MAX_ATTEMPTS = 3;

/** Each comes first, second and last equally often: nobody always follows the same one. */
const ORDERS: readonly (readonly Contestant[])[] = [
  ['limit', 'ours', 'control'],
  ['control', 'limit', 'ours'],
  ['ours', 'control', 'limit'],
];

/**
 * The measuring loop of every benchmark: warms up, holds what each wrote against what the others wrote, then many short rounds
 * in turns rather than few long ones, so that what disturbs the machine for a second falls on all three alike.
 *
 * @throws Error when they do not do the same work
 */
export async function compete(contest: Contest): Promise<ContestOutcome> {
  await warmUp(contest);
  for (let attempts = 1; ; attempts += 1) {
    const comparison = compareRounds(await takeTurns(contest));
    if (!isVoid(comparison) || attempts === MAX_ATTEMPTS || !contest.limits.mayRepeat())
      return { comparison, attempts };
  }
}

async function warmUp({ round, warmUpCalls, stored, limits }: Contest): Promise<void> {
  const growth: Partial<Record<Contestant, string>> = {};
  const calls = Math.ceil(limits.roundsWithinMs === undefined ? warmUpCalls : warmUpCalls * HURRIED_WARM_UP_SHARE);
  for (const who of ['ours', 'limit', 'control'] as const) {
    const before = await stored?.();
    await round(who, calls);
    if (stored !== undefined && before !== undefined) {
      growth[who] = JSON.stringify(grownTables(before, await stored()));
    }
  }
  refuseUnequalWork(growth, calls);
}

async function takeTurns({ shape, round, limits }: Contest): Promise<Interleaved[]> {
  const { roundsWithinMs = Number.POSITIVE_INFINITY } = limits;
  const began = performance.now();
  const rounds: Interleaved[] = [];
  for (let index = 0; index < shape.rounds; index += 1) {
    if (index >= FEWEST_ROUNDS && performance.now() - began > roundsWithinMs) break;
    const taken: Partial<Record<Contestant, Round>> = {};
    for (const who of ORDERS[index % ORDERS.length] ?? []) taken[who] = await round(who, shape.callsPerRound);
    rounds.push(taken as Interleaved);
  }
  return rounds;
}

/** Whatever the bank writes for a call the bare server must write too, or it is no limit for the bank. */
export function refuseUnequalWork(growth: Partial<Record<Contestant, string>>, calls: number): void {
  const { ours, limit, control } = growth;
  if (ours === limit && ours === control) return;
  throw new Error(`For ${calls} calls ours wrote ${ours}, the limit ${limit} and its control ${control}.`);
}
