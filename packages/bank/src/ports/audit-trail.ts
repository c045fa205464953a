import type { StoredChain, StoredSeal } from '../domain/audit-check.ts';

/** The audit trail apart from its writing, which is part of every transaction that changes something. */
export interface AuditTrail {
  /**
   * Seals the chains that have grown since the last seal, in one transaction.
   *
   * @param limit at most this many events
   * @returns how many events it sealed; 0 when none waits, or when another process was quicker
   */
  seal(at: Date, limit: number): Promise<number>;
  /** Chains behind the one named, in the order of their ids, each whole and as of one moment. */
  chainsAfter(chainId: string | undefined, limit: number): Promise<StoredChain[]>;
  /** The first seal behind the one with this number, with what it covers as of one moment. */
  sealAfter(sealNumber: number): Promise<StoredSeal | undefined>;
  /** What lies between chains and seals, as of one moment. */
  coverage(): Promise<AuditCoverage>;
}

export interface AuditCoverage {
  /** Events that wait for the next seal. */
  readonly waitingEvents: number;
  /** Events written before there were chains. */
  readonly eventsBeforeChains: number;
  readonly gaps: readonly CoverageGap[];
}

export interface CoverageGap {
  /**
   * - `unsealed`: the newest event of a chain is under no seal, and waits for none
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
