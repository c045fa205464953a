import { LupaError } from '@lupa/protocol';
import { leaseOf, type Rate, secondsToNextWindow, windowStart } from '../domain/rate-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateCounts } from '../ports/rate-counts.ts';

/** Bounds the memory; whoever is forgotten asks the store again. */
const MAX_SUBJECTS = 10_000;

interface Lease {
  readonly windowMs: number;
  left: number;
  /** The store had none left for this window. */
  spent: boolean;
  /** Another lease on its way, for everybody who waits for one. */
  asking: Promise<void> | undefined;
}

/**
 * How often each caller may call, over all processes: a process takes a part of the window's calls from the store at once and
 * hands them out, so that most calls cost no look at the store, and the limit is never exceeded.
 */
export class RateLimit {
  readonly #rate: Rate;
  readonly #what: string;
  readonly #counts: RateCounts;
  readonly #clock: Clock;
  readonly #leases = new Map<string, Lease>();

  /** @param what is counted, in the plural: it tells this limit's counts from others' */
  constructor(what: string, rate: Rate, counts: RateCounts, clock: Clock) {
    this.#what = what;
    this.#rate = rate;
    this.#counts = counts;
    this.#clock = clock;
  }

  /** @throws LupaError TOO_MANY_REQUESTS with nothing done, and when to come back (contract §7) */
  async take(caller: string): Promise<void> {
    for (;;) {
      const lease = this.#leaseFor(caller);
      if (lease.left > 0) {
        lease.left -= 1;
        return;
      }
      if (lease.spent) {
        const retryAfterSeconds = secondsToNextWindow(this.#clock.now(), this.#rate);
        throw new LupaError('TOO_MANY_REQUESTS', { retryAfterSeconds });
      }
      lease.asking ??= this.#renew(caller, lease);
      await lease.asking;
    }
  }

  #leaseFor(caller: string): Lease {
    const windowMs = windowStart(this.#clock.now(), this.#rate).getTime();
    const known = this.#leases.get(caller);
    if (known?.windowMs === windowMs) return known;
    if (this.#leases.size >= MAX_SUBJECTS) this.#leases.clear();
    const lease: Lease = { windowMs, left: 0, spent: false, asking: undefined };
    this.#leases.set(caller, lease);
    return lease;
  }

  async #renew(caller: string, lease: Lease): Promise<void> {
    try {
      const times = leaseOf(this.#rate);
      const of = { windowStart: new Date(lease.windowMs), times, limit: this.#rate.times };
      const got = await this.#counts.take(`${this.#what} of ${caller}`, of);
      lease.left += got;
      lease.spent = got < times;
    } finally {
      lease.asking = undefined;
    }
  }
}
