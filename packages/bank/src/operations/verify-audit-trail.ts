import { type AuditFault, checkChain, checkSeal, type StoredChain, type StoredSeal } from '../domain/audit-check.ts';
import type { CoverageGap } from '../domain/audit-coverage.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { Clock } from '../ports/clock.ts';
import { KnownRemoval } from './known-removal.ts';
import { verifyAuditCoverage } from './verify-audit-coverage.ts';

/** What the check of a whole audit trail found. */
export interface AuditReport {
  /** Whether every link holds. */
  readonly ok: boolean;
  readonly chains: number;
  readonly events: number;
  readonly seals: number;
  /** Events that no seal covers yet. */
  readonly waitingEvents: number;
  /** Events from before there were chains: nothing can be said of them. */
  readonly eventsBeforeChains: number;
  /** Kept elsewhere, it shows later that nothing up to here was rewritten. */
  readonly newestSeal: { readonly sealNumber: number; readonly sealedAt: string; readonly hash: string } | undefined;
  /** What is older may be gone, past its term: ISO 8601 in UTC. Undefined when nothing may. */
  readonly keptFrom: string | undefined;
  /** When the removal of that was announced: ISO 8601 in UTC. */
  readonly removalAnnounced: string | undefined;
  /** How many chains and seals do not hold, and announcements of a removal. */
  readonly broken: number;
  /** The first of them, at most `FAULTS_TOLD`; of each the first thing that does not hold. */
  readonly faults: readonly AuditFault[];
}

export const FAULTS_TOLD = 20;

/** How much is asked for in one statement, so that each ends within seconds, however long the trail is. */
export interface AuditPieces {
  /** Chains with all their events. */
  readonly chains: number;
  /** Chains with their newest event, heads, and events that wait. */
  readonly rows: number;
}

const PIECES: AuditPieces = { chains: 200, rows: 5_000 };

/** More than any seal covers (`EVENTS_PER_SEAL`): what is beyond, somebody added. */
export const HEADS_OF_A_SEAL = 100_000;

/**
 * Checks every chain, every seal, and that each chain's newest event is sealed or waits for it. What was removed past its term, as
 * announced, is not missing. May run while a bank does, and while records are removed.
 *
 * @param how.clock by which no removal is announced in time to come; left out where times are made up
 */
export async function verifyAuditTrail(
  trail: AuditTrail,
  { clock, pieces = PIECES }: { clock?: Clock; pieces?: AuditPieces } = {},
): Promise<AuditReport> {
  const removal = new KnownRemoval(trail, clock);
  await removal.readAgain();
  const faults: AuditFault[] = [];
  const counts = await checkChains(trail, pieces.chains, removal, faults);
  const { seals, newest } = await checkSeals(trail, removal, faults);
  const { gaps, waitingEvents, eventsBeforeChains } = await verifyAuditCoverage(trail, pieces.rows, removal);
  faults.push(...gaps.map(gapFault));
  await removal.readAgain();
  // It comes first: what follows may be missing for no other reason.
  if (removal.fault !== undefined) faults.unshift(removal.fault);
  return {
    ok: faults.length === 0,
    ...counts,
    seals,
    waitingEvents,
    eventsBeforeChains,
    newestSeal: newest && { sealNumber: newest.sealNumber, sealedAt: newest.sealedAt, hash: newest.hash },
    keptFrom: removal.keptFrom?.toISOString(),
    removalAnnounced: removal.announced?.announced.toISOString(),
    broken: new Set(faults.map(brokenPart)).size,
    faults: faults.slice(0, FAULTS_TOLD),
  };
}

function brokenPart(fault: AuditFault): string | number {
  if (fault.in === 'seal') return fault.sealNumber;
  return fault.in === 'chain' ? fault.chainId : fault.in;
}

async function checkChains(trail: AuditTrail, limit: number, removal: KnownRemoval, faults: AuditFault[]) {
  let [chains, events] = [0, 0];
  for (let after: string | undefined; ; ) {
    const piece = await trail.chainsAfter(after, limit);
    for (const chain of piece) {
      if (!isEmpty(chain)) chains += 1;
      events += chain.events.length;
    }
    faults.push(...(await removal.judge((keptFrom) => piece.map((chain) => checkChain(chain, keptFrom)))));
    // Not until there are no more: a bank at work makes new ones faster than that.
    if (piece.length < limit) return { chains, events };
    after = piece.at(-1)?.chainId;
  }
}

/** Of an authorization from before there were chains. */
function isEmpty({ end, events }: StoredChain): boolean {
  return events.length === 0 && end?.sequence === 0;
}

async function checkSeals(trail: AuditTrail, removal: KnownRemoval, faults: AuditFault[]) {
  let newest: StoredSeal | undefined;
  for (let seals = 0; ; seals += 1) {
    const seal = await trail.sealAfter(newest?.sealNumber ?? 0, HEADS_OF_A_SEAL);
    if (seal === undefined) return { seals, newest };
    const previous = (await isBehindRemoval(trail, seal, newest)) ? undefined : newest;
    faults.push(...(await removal.judge((keptFrom) => [checkSeal(seal, previous, keptFrom)])));
    newest = seal;
  }
}

/**
 * Whether the seals between these two went with all before them, while we were reading: removal begins with the first seal there is,
 * so the earlier of the two is gone as well. Then the later is judged as one with which the seals begin.
 */
async function isBehindRemoval(trail: AuditTrail, seal: StoredSeal, newest: StoredSeal | undefined): Promise<boolean> {
  if (newest === undefined || seal.sealNumber === newest.sealNumber + 1) return false;
  const first = await trail.sealAfter(0, 0);
  return first === undefined || first.sealNumber > newest.sealNumber;
}

const GAPS: Readonly<Record<Exclude<CoverageGap['kind'], 'without-seal'>, string>> = {
  unsealed: 'no seal covers the event, and it waits for none: a seal or what it covered was removed',
  unwritten: 'the event is missing: it waits for its seal and is not there',
};

function gapFault({ kind, chainId, isAuthorization, sequence }: CoverageGap): AuditFault {
  if (kind === 'without-seal' || chainId === undefined) {
    return { in: 'seal', sealNumber: sequence, problem: 'the seal is missing, and what it covered is there' };
  }
  const authorizationId = isAuthorization ? chainId : undefined;
  return { in: 'chain', chainId, authorizationId, sequence, eventId: undefined, event: undefined, problem: GAPS[kind] };
}
