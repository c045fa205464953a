import type { StoredChain, StoredSeal } from '../domain/audit-check.ts';
import type { KeptHead, NewestEvent, WaitingEvent } from '../domain/audit-coverage.ts';
import type { StoredRemoval } from '../domain/audit-removal.ts';

/**
 * The audit trail apart from its writing, which is part of every transaction that changes something. It is read a piece at a
 * time, for nobody knows how long it is: each piece is as of one moment, and no piece of an earlier one than the piece before.
 */
export interface AuditTrail {
  /**
   * Seals the chains that have grown since the last seal, in one transaction.
   *
   * @param limit looks at this many events, and seals their chains: all that waits of each
   * @returns how many events it sealed; 0 when none waits, or when another process was quicker
   */
  seal(at: Date, limit: number): Promise<number>;
  /** Chains behind the one named, in the order of their ids, each whole. Those of no event are among them. */
  chainsAfter(chainId: string | undefined, limit: number): Promise<StoredChain[]>;
  /** The first seal behind the one with this number, with at most so many of the heads it covers. */
  sealAfter(sealNumber: number, headLimit: number): Promise<StoredSeal | undefined>;
  /** The newest event of each chain behind the one named, in the order of the chains' ids. */
  newestEventsAfter(chainId: string | undefined, limit: number): Promise<NewestEvent[]>;
  /** What seals cover, behind the head given, in the order of the seals' numbers and the chains' ids. */
  keptHeadsAfter(head: HeadPlace | undefined, limit: number): Promise<KeptHead[]>;
  /** Events that wait for a seal, behind the one given, in the order of the chains' ids and their own places. */
  waitingEventsAfter(event: EventPlace | undefined, limit: number): Promise<WaitingEvent[]>;
  /** Ids of events written before there were chains, behind the one named, in their order. */
  eventsBeforeChainsAfter(eventId: string | undefined, limit: number): Promise<string[]>;
  /** The removal of records that reaches furthest, with the event that announces it; undefined when there was none. */
  latestRemoval(): Promise<StoredRemoval | undefined>;
}

export type HeadPlace = Pick<KeptHead, 'sealNumber' | 'chainId'>;
export type EventPlace = Pick<WaitingEvent, 'chainId' | 'sequence'>;
