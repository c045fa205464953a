import type { DrainLimits } from '@lupa/bank';

/** A TPP that keeps a connection open uses it again within seconds, or seldom. */
const LONGEST_IDLE_MS = 5_000;

/** Of what an end may take, the part for calls; the rest is for the booking round and the store. */
const CALLS_SHARE = 0.8;

/** Divides what an end may take. */
export function drainTimes(withinMs: number): DrainLimits {
  const limitMs = Math.floor(withinMs * CALLS_SHARE);
  return { limitMs, idleMs: Math.min(LONGEST_IDLE_MS, Math.floor(limitMs / 2)) };
}
