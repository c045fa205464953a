/**
 * Tells when the answers on a connection stay away, where each is due within a set time of the one before it: statements on it are
 * answered in their order, and the server itself ends one that takes too long. One timer that is put off is much cheaper than
 * one for each statement.
 */
export class AnswerWatch {
  readonly #timer: NodeJS.Timeout;
  #waiting = 0;

  /** @param missed told when nothing was answered for `limitMs` although something was asked */
  constructor(limitMs: number, missed: () => void) {
    this.#timer = setTimeout(() => {
      if (this.#waiting > 0) missed();
    }, limitMs).unref();
  }

  asked(): void {
    if (this.#waiting === 0) this.#timer.refresh();
    this.#waiting += 1;
  }

  answered(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) this.#timer.refresh();
  }
}
