import { type AuditEntry, auditHash, chainOf, entryDigest } from './audit-chain.ts';
import { type SealContent, type SealedHead, sealHash, sealRoot } from './audit-seal.ts';

/** What does not hold, and what is wrong with it in a sentence. */
export type AuditFault = LinkFault | { readonly in: 'removal'; readonly removalId: string; readonly problem: string };

/** A link that does not hold. */
export type LinkFault =
  | {
      readonly in: 'chain';
      readonly chainId: string;
      readonly authorizationId: string | undefined;
      readonly sequence: number;
      readonly eventId: string | undefined;
      readonly event: string | undefined;
      readonly problem: string;
    }
  | { readonly in: 'seal'; readonly sealNumber: number; readonly problem: string };

/** An event as the store holds it. */
export interface StoredEvent extends AuditEntry {
  readonly sequence: number;
  readonly previousHash: string | undefined;
  readonly hash: string;
}

export interface StoredChain {
  readonly chainId: string;
  /** Whether the chain is an authorization's, by the authorizations themselves. */
  readonly isAuthorization: boolean;
  /** Where the chain ends, as noted beside it; sequence 0 where no event was. Undefined where nobody owns such a chain. */
  readonly end: { readonly sequence: number; readonly hash: string | undefined } | undefined;
  /** In the order of their sequence. */
  readonly events: readonly StoredEvent[];
}

/** A seal, and each head it covers beside the hash that event has now; undefined where it is gone. */
export interface StoredSeal extends SealContent {
  readonly hash: string;
  readonly heads: readonly (SealedHead & {
    readonly presentHash: string | undefined;
    readonly isAuthorization: boolean;
  })[];
}

/**
 * Whether what bears this time may have been removed. No term begins between two milliseconds, so that a time finer than ours, as
 * somebody may have put it there, is as old as its millisecond; one that is none (`infinity`) is past no term.
 *
 * @param keptFrom what is older may be gone; undefined when nothing may
 */
export function isPastTerm(time: string, keptFrom: Date | undefined): boolean {
  return keptFrom !== undefined && Date.parse(time) < keptFrom.getTime();
}

/**
 * What is past its term may be gone from the beginning of the chain, up to an event that is past its term too: so nothing younger
 * is missing before it.
 *
 * @returns the first link of the chain that does not hold; undefined when all do
 */
export function checkChain(chain: StoredChain, keptFrom?: Date): LinkFault | undefined {
  let previous: StoredEvent | undefined;
  for (const event of chain.events) {
    const begins = previous === undefined && event.sequence > 1 && isPastTerm(event.at, keptFrom);
    const problem = problemOf(event, begins ? 'removed' : previous, chain.chainId);
    if (problem !== undefined)
      return chainFault(chain, problem.sequence, problem.missing ? undefined : event, problem.text);
    previous = event;
  }
  return checkEnd(chain, previous);
}

/**
 * The first seals may be gone, up to one that is past the term too.
 *
 * @returns the first thing wrong with the seal; undefined when it holds
 */
export function checkSeal(seal: StoredSeal, previous: StoredSeal | undefined, keptFrom?: Date): LinkFault | undefined {
  const { sealNumber, heads } = seal;
  const fault = (problem: string): LinkFault => ({ in: 'seal', sealNumber, problem });
  const begins = previous === undefined && sealNumber > 1 && isPastTerm(seal.sealedAt, keptFrom);
  const expected = (previous?.sealNumber ?? 0) + 1;
  if (sealNumber !== expected && !begins) {
    return { in: 'seal', sealNumber: expected, problem: 'the seal is missing' };
  }
  if (seal.previousHash !== previous?.hash && !begins) return fault('it does not continue the seal before it');
  if (sealHash(seal) !== seal.hash) return fault('it was changed: its hash is not that of what it says');
  if (heads.length !== seal.headCount)
    return fault(`it covers ${seal.headCount} chains, and ${heads.length} are there`);
  if (sealRoot(heads) !== seal.root) return fault('what it covers was changed: the root hash is another');
  const torn = heads.find(({ hash, presentHash }) => hash !== presentHash);
  if (torn === undefined) return undefined;
  return {
    in: 'chain',
    chainId: torn.chainId,
    authorizationId: torn.isAuthorization ? torn.chainId : undefined,
    sequence: torn.sequence,
    eventId: undefined,
    event: undefined,
    problem: `seal ${sealNumber} covers this event, which ${torn.presentHash === undefined ? 'is gone' : 'has another hash now'}`,
  };
}

interface Problem {
  readonly sequence: number;
  readonly text: string;
  readonly missing?: true;
}

/** @param previous the event before; `removed` where that is gone past its term, so that nothing can be said of it */
function problemOf(
  event: StoredEvent,
  previous: StoredEvent | 'removed' | undefined,
  chainId: string,
): Problem | undefined {
  const { sequence } = event;
  const isRemoved = previous === 'removed';
  const expected = isRemoved ? sequence : (previous?.sequence ?? 0) + 1;
  if (sequence !== expected) return { sequence: expected, text: 'the event is missing', missing: true };
  if (auditHash({ ...event, chainId }, event.customerId, entryDigest(event)) !== event.hash) {
    return { sequence, text: 'the event was changed: its hash is not that of what it says' };
  }
  if (!isRemoved && event.previousHash !== previous?.hash) {
    return { sequence, text: 'the event does not continue the one before it' };
  }
  if (chainOf(event) !== chainId) return { sequence, text: 'the event does not belong to this chain' };
  return undefined;
}

function checkEnd(chain: StoredChain, last: StoredEvent | undefined): LinkFault | undefined {
  const { end } = chain;
  const sequence = last?.sequence ?? 0;
  if (end === undefined) {
    return chainFault(
      chain,
      sequence,
      last,
      'there is nothing this chain is about: it was added, or what it is about removed',
    );
  }
  if (end.sequence > sequence)
    return chainFault(chain, sequence + 1, undefined, 'the event is missing at the end of the chain');
  if (end.sequence < sequence)
    return chainFault(chain, end.sequence + 1, undefined, 'the event was added to the end of the chain');
  if (end.hash !== last?.hash) return chainFault(chain, sequence, last, 'the chain is noted to end with another hash');
  return undefined;
}

function chainFault(
  { chainId, isAuthorization }: StoredChain,
  sequence: number,
  event: StoredEvent | undefined,
  problem: string,
): LinkFault {
  return {
    in: 'chain',
    chainId,
    authorizationId: isAuthorization ? chainId : undefined,
    sequence,
    eventId: event?.eventId,
    event: event?.event,
    problem,
  };
}
