import { type AuditEntry, auditHash, chainOf, entryDigest } from './audit-chain.ts';
import { type SealContent, type SealedHead, sealHash, sealRoot } from './audit-seal.ts';

/** A link that does not hold, and what is wrong with it in a sentence. */
export type AuditFault =
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

/** @returns the first link of the chain that does not hold; undefined when all do */
export function checkChain(chain: StoredChain): AuditFault | undefined {
  let previous: StoredEvent | undefined;
  for (const event of chain.events) {
    const problem = problemOf(event, previous, chain.chainId);
    if (problem !== undefined)
      return chainFault(chain, problem.sequence, problem.missing ? undefined : event, problem.text);
    previous = event;
  }
  return checkEnd(chain, previous);
}

/** @returns the first thing wrong with the seal; undefined when it holds */
export function checkSeal(seal: StoredSeal, previous: StoredSeal | undefined): AuditFault | undefined {
  const { sealNumber, heads } = seal;
  const fault = (problem: string): AuditFault => ({ in: 'seal', sealNumber, problem });
  const expected = (previous?.sealNumber ?? 0) + 1;
  if (sealNumber !== expected) return { in: 'seal', sealNumber: expected, problem: 'the seal is missing' };
  if (seal.previousHash !== previous?.hash) return fault('it does not continue the seal before it');
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

function problemOf(event: StoredEvent, previous: StoredEvent | undefined, chainId: string): Problem | undefined {
  const expected = (previous?.sequence ?? 0) + 1;
  const { sequence } = event;
  if (sequence !== expected) return { sequence: expected, text: 'the event is missing', missing: true };
  if (auditHash({ ...event, chainId }, event.customerId, entryDigest(event)) !== event.hash) {
    return { sequence, text: 'the event was changed: its hash is not that of what it says' };
  }
  if (event.previousHash !== previous?.hash) return { sequence, text: 'the event does not continue the one before it' };
  if (chainOf(event) !== chainId) return { sequence, text: 'the event does not belong to this chain' };
  return undefined;
}

function checkEnd(chain: StoredChain, last: StoredEvent | undefined): AuditFault | undefined {
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
): AuditFault {
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
