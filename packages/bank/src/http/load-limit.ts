import { monitorEventLoopDelay } from 'node:perf_hooks';
import { LupaError } from '@lupa/protocol';
import { MAX_CONNECTIONS } from './connection-limits.ts';

/** What one process takes on before it turns callers away (contract §7: 503 with `Retry-After`, nothing done). */
export interface LoadSettings {
  /** Calls under way at once, over both listeners. Default 1,024. */
  readonly callsUnderWay?: number;
  /** Open connections of each listener. Default 20,000. */
  readonly connections?: number;
  /**
   * How late the event loop may run, on average over the last half second. Default 5,000: only what is long past help is turned
   * away, for on a machine that does other work as well a single call may come late too.
   */
  readonly eventLoopDelayMs?: number;
}

const DEFAULTS: Required<LoadSettings> = {
  callsUnderWay: 1_024,
  connections: MAX_CONNECTIONS,
  eventLoopDelayMs: 5_000,
};

/** Whoever is turned away is told to come back after this. */
const RETRY_AFTER_SECONDS = 1;
const LOOK_MS = 500;
const RESOLUTION_MS = 20;
const NANOSECONDS_PER_MS = 1e6;

/**
 * Says no at once to whatever is more than the process can do, instead of answering everybody late. A call is counted from
 * when it is all there until its answer has left.
 */
export class LoadLimit {
  readonly #settings: Required<LoadSettings>;
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;
  readonly #timer: NodeJS.Timeout;
  #lateMs = 0;
  #underWay = 0;

  constructor(settings: LoadSettings = {}) {
    this.#settings = { ...DEFAULTS, ...settings };
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Connections that each listener keeps open at once. */
  get connections(): number {
    return this.#settings.connections;
  }

  /** Calls being answered now. */
  get underWay(): number {
    return this.#underWay;
  }

  /** How late the event loop ran over the last half second, on average. */
  get eventLoopDelayMs(): number {
    return this.#lateMs;
  }

  /**
   * Counts a call in, unless that would be too much.
   *
   * @param answered tells when its answer has left, or its connection has ended
   * @returns the refusal, UNAVAILABLE, of a call that is too many: it is not counted
   */
  enter(answered: (leave: () => void) => void): LupaError | undefined {
    const isTooMany = this.#underWay >= this.#settings.callsUnderWay;
    if (isTooMany || this.#lateMs > this.#settings.eventLoopDelayMs) {
      const description = 'more calls have come than can be answered in time.';
      return new LupaError('UNAVAILABLE', { description, retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.#underWay += 1;
    answered(() => {
      this.#underWay -= 1;
    });
    return undefined;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #look(): void {
    // What the histogram measures includes the wait it asked for.
    const mean = this.#delay.mean / NANOSECONDS_PER_MS - RESOLUTION_MS;
    this.#lateMs = Number.isFinite(mean) ? Math.max(0, mean) : 0;
    this.#delay.reset();
  }
}
