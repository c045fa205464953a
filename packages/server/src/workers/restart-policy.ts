/** A worker that served no longer than this died at once: what killed it would kill the next one too. */
const AT_ONCE_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** So many in a row that die at once, with none alive, are no accident. */
export const GIVES_UP_AFTER = 5;

/** Decides what follows the death of a worker. */
export class RestartPolicy {
  #diedAtOnce = 0;

  /**
   * @param livedMs how long it served; 0 for one that never did
   * @param othersReady whether any other worker serves
   * @returns how long to wait before its place is taken; `give up` when it makes no sense
   */
  afterDeath(livedMs: number, othersReady: boolean): { readonly waitMs: number } | 'give up' {
    if (livedMs > AT_ONCE_MS) {
      this.#diedAtOnce = 0;
      return { waitMs: 0 };
    }
    this.#diedAtOnce += 1;
    if (this.#diedAtOnce >= GIVES_UP_AFTER && !othersReady) return 'give up';
    return { waitMs: Math.min(FIRST_PAUSE_MS * 2 ** (this.#diedAtOnce - 1), LONGEST_PAUSE_MS) };
  }
}
