import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/index.ts';

/** A clock that never makes a test wait: whoever sleeps moves it forward. */
export class TestClock implements Clock {
  readonly slept: number[] = [];
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  monotonicMs(): number {
    return performance.now() + this.#aheadMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    this.advance(ms);
    await setImmediate();
    signal?.throwIfAborted();
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  epochSeconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }
}
