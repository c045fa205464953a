import { setTimeout as sleep } from 'node:timers/promises';

/** Time, from outside, so that tests need not wait. */
export interface Clock {
  /** The time of day, for what is dated: tokens, request objects. */
  now(): Date;
  /** Milliseconds that never run backwards, for what is measured: deadlines, durations. */
  monotonicMs(): number;
  /** Waits; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Seconds since 1970, UTC, as JWTs count them. */
export function epochSeconds(clock: Clock): number {
  return Math.floor(clock.now().getTime() / 1000);
}
