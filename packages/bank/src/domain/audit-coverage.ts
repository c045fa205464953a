import { isPastTerm } from './audit-check.ts';

/** A chain's newest event, as of one moment. */
export interface NewestEvent {
  readonly chainId: string;
  readonly sequence: number;
  /** When it was written. ISO 8601 in UTC with milliseconds, or as the store has it. */
  readonly at: string;
  readonly isAuthorization: boolean;
  /** Whether it waits for a seal. */
  readonly isWaiting: boolean;
}

/** What a seal covers of one chain: everything up to this event. */
export interface KeptHead {
  readonly sealNumber: number;
  readonly chainId: string;
  readonly sequence: number;
  /** Whether the seal itself is there. */
  readonly hasSeal: boolean;
}

/** An event that waits for a seal. */
export interface WaitingEvent {
  readonly chainId: string;
  readonly sequence: number;
  readonly isAuthorization: boolean;
  /** Whether the event itself is there. */
  readonly isWritten: boolean;
}

export interface CoverageGap {
  /**
   * - `unsealed`: the newest event of a chain is under no seal and waits for none, and its seal cannot be gone past its term
   * - `unwritten`: an event waits for a seal that is not there
   * - `without-seal`: something is kept of a seal that is not there itself
   */
  readonly kind: 'unsealed' | 'unwritten' | 'without-seal';
  /** The chain; undefined for `without-seal`. */
  readonly chainId: string | undefined;
  readonly isAuthorization: boolean;
  /** The event's, or the seal's number. */
  readonly sequence: number;
}

/**
 * Which chains' newest events no seal covers, told from two walks: over the chains in the order of their ids, and over the heads
 * in the order of their seals. Neither order is the other, but both are roughly that of time, so that what one walk has met
 * and the other has not yet is little of the whole: only that is kept.
 */
export class CoverageCheck {
  /** Chains were met up to this id. */
  #met = '';
  /** Chains that were met, whose newest event no head met so far covers. */
  readonly #open = new Map<string, NewestEvent>();
  /** Of chains not met yet, the newest event under a head that was. */
  readonly #ahead = new Map<string, number>();

  /** Whether it is the heads that are waited for, more than the chains. */
  get lacksHeads(): boolean {
    return this.#open.size > this.#ahead.size;
  }

  /**
   * The next chains, in the order of their ids.
   *
   * @param keptFrom the seals over what is older may be gone; undefined when none may
   */
  meetChains(chains: readonly NewestEvent[], keptFrom: Date | undefined): void {
    for (const chain of chains) {
      const isSealed = (this.#ahead.get(chain.chainId) ?? 0) >= chain.sequence;
      if (!isSealed && !chain.isWaiting && !isPastTerm(chain.at, keptFrom)) this.#open.set(chain.chainId, chain);
      this.#ahead.delete(chain.chainId);
      this.#met = chain.chainId;
    }
  }

  /** The next heads, in the order of their seals. */
  meetHeads(heads: readonly KeptHead[]): void {
    for (const { chainId, sequence } of heads) {
      if (chainId > this.#met) this.#ahead.set(chainId, Math.max(sequence, this.#ahead.get(chainId) ?? 0));
      else if (sequence >= (this.#open.get(chainId)?.sequence ?? 0)) this.#open.delete(chainId);
    }
  }

  /** Whether a newest event was met that no head met so far covers. */
  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  /**
   * All heads there are were met: what is still open is covered by none.
   *
   * @param keptFrom the same as for `meetChains`, or later
   */
  takeUnsealed(keptFrom: Date | undefined): CoverageGap[] {
    const gaps = [...this.#open.values()]
      .filter(({ at }) => !isPastTerm(at, keptFrom))
      .map(
        ({ chainId, sequence, isAuthorization }): CoverageGap => ({
          kind: 'unsealed',
          chainId,
          isAuthorization,
          sequence,
        }),
      );
    this.#open.clear();
    return gaps;
  }
}
