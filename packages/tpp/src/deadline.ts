import type { Clock } from './clock.ts';
import { argumentInvalid, TppError } from './tpp-error.ts';

/** The longest wait a timer knows; longer ones would end at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** How long a call may still take, and the signal that may end it earlier. */
export class Deadline {
  readonly signal: AbortSignal | undefined;
  readonly #clock: Clock;
  readonly #endsAtMs: number;

  /** @throws TppError ARGUMENT_INVALID */
  constructor(clock: Clock, ms: number, signal?: AbortSignal) {
    if (!(ms >= 0)) throw argumentInvalid('a deadline is not a number of milliseconds');
    this.#clock = clock;
    this.#endsAtMs = clock.monotonicMs() + Math.min(ms, MAX_TIMER_MS);
    this.signal = signal;
  }

  remainingMs(): number {
    return Math.max(0, this.#endsAtMs - this.#clock.monotonicMs());
  }

  /** @throws TppError ABORTED or TIMEOUT when the call has no time left */
  check(): void {
    if (this.signal?.aborted === true) throw new TppError('ABORTED', { cause: this.signal.reason });
    if (this.remainingMs() === 0) throw new TppError('TIMEOUT');
  }

  /** Waits, never longer than it may. @throws TppError ABORTED */
  async sleep(ms: number): Promise<void> {
    this.check();
    try {
      await this.#clock.sleep(Math.min(ms, this.remainingMs()), this.signal);
    } catch (cause) {
      throw new TppError('ABORTED', { cause });
    }
  }

  /**
   * Waits for work that others wait for too: whoever is in a hurry leaves, and the work goes on for the rest.
   *
   * @throws TppError ABORTED or TIMEOUT, or what the work throws
   */
  async share<T>(work: Promise<T>): Promise<T> {
    this.check();
    return new Promise((resolve, reject) => {
      const onAbort = () => settle(() => reject(new TppError('ABORTED', { cause: this.signal?.reason })));
      const timer = setTimeout(() => settle(() => reject(new TppError('TIMEOUT'))), this.remainingMs());
      const settle = (how: () => void) => {
        clearTimeout(timer);
        this.signal?.removeEventListener('abort', onAbort);
        how();
      };
      this.signal?.addEventListener('abort', onAbort);
      work.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    });
  }
}
