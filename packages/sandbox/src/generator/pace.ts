/** Lets a number of things happen at once, and then so many a minute. */
export class Pace {
  readonly #burst: number;
  readonly #millisecondsEach: number;
  readonly #now: () => Date;
  #left: number;
  #countedAt: number;

  constructor({ burst, perMinute }: { burst: number; perMinute: number }, now: () => Date) {
    this.#burst = burst;
    this.#millisecondsEach = 60_000 / perMinute;
    this.#now = now;
    this.#left = burst;
    this.#countedAt = now().getTime();
  }

  /** Takes one turn. @returns 0, or after how many seconds there will be one */
  take(): number {
    const now = this.#now().getTime();
    // A clock that was set back gives nothing, and takes nothing away.
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, now - this.#countedAt) / this.#millisecondsEach);
    this.#countedAt = now;
    if (this.#left < 1) return Math.ceil(((1 - this.#left) * this.#millisecondsEach) / 1000);
    this.#left -= 1;
    return 0;
  }
}
