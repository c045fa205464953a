/** A limit on how often somebody may do something. */
export interface Rate {
  /** Times in one window. */
  readonly times: number;
  readonly windowSeconds: number;
}

/** The window that `now` lies in: windows follow one another without a gap, and are the same for every process. */
export function windowStart(now: Date, { windowSeconds }: Rate): Date {
  const windowMs = windowSeconds * 1000;
  return new Date(Math.floor(now.getTime() / windowMs) * windowMs);
}

/** Whole seconds until the next window begins; at least 1. */
export function secondsToNextWindow(now: Date, rate: Rate): number {
  const end = windowStart(now, rate).getTime() + rate.windowSeconds * 1000;
  return Math.max(1, Math.ceil((end - now.getTime()) / 1000));
}

/** The part of the times that a process takes at once, so that it need not ask the store each time. */
const LEASES_PER_WINDOW = 20;

/** How many times a process takes at once: few enough that many processes share a limit fairly. */
export function leaseOf({ times }: Rate): number {
  return Math.max(1, Math.floor(times / LEASES_PER_WINDOW));
}
