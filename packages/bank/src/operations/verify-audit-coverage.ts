import { CoverageCheck, type CoverageGap, type KeptHead, type WaitingEvent } from '../domain/audit-coverage.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import { KnownRemoval } from './known-removal.ts';

/** What lies between chains and seals. */
export interface AuditCoverage {
  /** Events that wait for the next seal. */
  readonly waitingEvents: number;
  /** Events written before there were chains. */
  readonly eventsBeforeChains: number;
  /** At most `GAPS_TOLD`. */
  readonly gaps: readonly CoverageGap[];
}

/** One is enough to know that something is wrong. */
export const GAPS_TOLD = 100;

/**
 * Checks that each chain's newest event is under a seal or waits for one, that what waits is there, and that what seals cover is
 * of seals that are there. It is read in pieces, each as of a moment of its own, while banks write and seal. What they do
 * in between is never told as a gap, and hides none:
 *
 * - What the bank writes together is seen together: an event with its row that waits; a seal with its heads, and without the rows
 *   they took. So at any moment an event waits or is under a head, never neither, and each piece asks for all it must
 *   know of a row at once: whether a chain's newest event waits, whether the event that waits is there, whether the seal of
 *   a head is there. The last two are thereby decided.
 * - A newest event that does not wait at the moment of its piece is therefore under a head by then. Heads go for one reason only,
 *   past their term, and those of a new seal stand behind all there are, for its number is greater: of what is there when the
 *   walk over the heads comes to its end, it has met all. Only an end that it came to after the chain's piece says that no
 *   head covers the event; where it had come to one before, it goes on from there.
 * - Past its term goes a seal whose heads are all events past theirs, in one transaction with its heads, and after that was
 *   announced. So what is still open when the walk over the heads comes to its end is judged by an announcement read then:
 *   what is younger is told, whatever was removed meanwhile; what is older is not, and was not remembered where that was known.
 * - An event written behind the place that the walk over the chains has come to is not looked at, as if it had been written
 *   after the check. One written before that place is newest in its turn, with its own row that waits or its own head.
 * - A gap stays one, for the bank writes no event that is missing, no row for one that waited for none and no seal under an old
 *   number. One thing closes a gap, and for good: a later event of the chain under a seal, for its hash says what
 *   came before it. What was closed so before the walk over the heads came to its end is not told.
 * - The walk over what waits meets every row that is there all the while, as those are that no seal can take. How many wait is as
 *   of several moments.
 *
 * @param rows of a piece, at most: chains, heads or events
 * @param removal what is known of what may be gone
 */
export async function verifyAuditCoverage(
  trail: AuditTrail,
  rows: number,
  removal = new KnownRemoval(trail),
): Promise<AuditCoverage> {
  const { unsealed, withoutSeal } = await walkChainsAndHeads(trail, rows, removal);
  const { unwritten, waitingEvents } = await walkWaiting(trail, rows);
  let eventsBeforeChains = 0;
  for await (const piece of inPieces<string>(rows, (after) => trail.eventsBeforeChainsAfter(after, rows))) {
    eventsBeforeChains += piece.length;
  }
  const gaps = [...unsealed, ...unwritten, ...withoutSeal].sort(inOrder).slice(0, GAPS_TOLD);
  return { waitingEvents, eventsBeforeChains, gaps };
}

async function walkChainsAndHeads(trail: AuditTrail, rows: number, removal: KnownRemoval) {
  const unsealed: CoverageGap[] = [];
  const withoutSeal: CoverageGap[] = [];
  const check = new CoverageCheck();
  let chain: string | undefined;
  let head: KeptHead | undefined;
  for (let [moreChains, moreHeads] = [true, true]; moreChains || moreHeads; ) {
    if (moreChains && !(moreHeads && check.lacksHeads)) {
      const chains = await trail.newestEventsAfter(chain, rows);
      check.meetChains(chains, removal.keptFrom);
      chain = chains.at(-1)?.chainId ?? chain;
      moreChains = chains.length === rows;
      // An end that the heads had before this piece says nothing about it.
      moreHeads = true;
    } else {
      const heads: KeptHead[] = await trail.keptHeadsAfter(head, rows);
      check.meetHeads(heads);
      tell(withoutSeal, sealsMissing(heads, head));
      head = heads.at(-1) ?? head;
      moreHeads = heads.length === rows;
      if (!moreHeads && check.hasOpen) tell(unsealed, check.takeUnsealed(await removal.readAgain()));
    }
  }
  return { unsealed, withoutSeal };
}

async function walkWaiting(trail: AuditTrail, rows: number) {
  const unwritten: CoverageGap[] = [];
  let waitingEvents = 0;
  for await (const piece of inPieces<WaitingEvent>(rows, (after) => trail.waitingEventsAfter(after, rows))) {
    waitingEvents += piece.length;
    const missing = piece.filter(({ isWritten }) => !isWritten);
    tell(
      unwritten,
      missing.map(({ isWritten, ...event }) => ({ kind: 'unwritten', ...event })),
    );
  }
  return { unwritten, waitingEvents };
}

/** Piece by piece, each behind the last row of the one before. */
async function* inPieces<Row>(rows: number, read: (after: Row | undefined) => Promise<Row[]>) {
  for (let after: Row | undefined; ; ) {
    const piece = await read(after);
    yield piece;
    if (piece.length < rows) return;
    after = piece.at(-1);
  }
}

/** @param previous the last head of the piece before, in which its seal was told if it is missing */
function sealsMissing(heads: readonly KeptHead[], previous: KeptHead | undefined): CoverageGap[] {
  const numbers = new Set(heads.filter(({ hasSeal }) => !hasSeal).map(({ sealNumber }) => sealNumber));
  if (previous?.hasSeal === false) numbers.delete(previous.sealNumber);
  return [...numbers].map((sequence) => ({
    kind: 'without-seal',
    chainId: undefined,
    isAuthorization: false,
    sequence,
  }));
}

function tell(told: CoverageGap[], gaps: readonly CoverageGap[]): void {
  told.push(...gaps.slice(0, GAPS_TOLD - told.length));
}

/** By chain and place; what is about no chain comes last. */
function inOrder(one: CoverageGap, other: CoverageGap): number {
  const [a, b] = [one.chainId ?? '~', other.chainId ?? '~'];
  return a < b ? -1 : a > b ? 1 : one.sequence - other.sequence;
}
