import { LupaError } from '@lupa/protocol';

/** Calls under way at once over one certificate in one process (D): one TPP cannot take the whole bank for itself. */
export const MAX_CALLS_UNDER_WAY = 512;

/** Counts the calls of each TPP that are being answered. */
export class CallsUnderWay {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most = MAX_CALLS_UNDER_WAY) {
    this.#most = most;
  }

  /**
   * Answers a call, unless too many of the same TPP are under way already.
   *
   * @throws LupaError TOO_MANY_REQUESTS with nothing done (contract §7)
   */
  async within<T>(certificateThumbprint: string, answer: () => Promise<T>): Promise<T> {
    const others = this.#counts.get(certificateThumbprint) ?? 0;
    if (others >= this.#most) throw new LupaError('TOO_MANY_REQUESTS');
    this.#counts.set(certificateThumbprint, others + 1);
    try {
      return await answer();
    } finally {
      this.#leave(certificateThumbprint);
    }
  }

  #leave(certificateThumbprint: string): void {
    const left = (this.#counts.get(certificateThumbprint) ?? 1) - 1;
    if (left === 0) this.#counts.delete(certificateThumbprint);
    else this.#counts.set(certificateThumbprint, left);
  }
}
