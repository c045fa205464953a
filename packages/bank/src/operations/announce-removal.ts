import { ANNOUNCEMENT, decideRemoval } from '../domain/audit-removal.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { RecordRemovals } from '../ports/record-removals.ts';
import { BrokenTrail } from './broken-trail.ts';
import { sealAuditTrail } from './seal-audit-trail.ts';

export interface AnnounceRemoval {
  readonly identifiers: Pick<Identifiers, 'uuid'>;
  readonly records: Pick<RecordRemovals, 'announce'>;
  readonly audit: AuditTrail;
}

/**
 * Says in the audit trail, and under a seal, what may be missing from now on; where that has been said, nothing.
 *
 * @throws BrokenTrail when it is said in a way that whoever checks the trail will not believe
 */
export async function announceRemoval(parts: AnnounceRemoval, keptFrom: Date, now: Date): Promise<void> {
  const { audit } = parts;
  const removalId = await announcementOf(parts, keptFrom, now);
  do {
    while (await sealAuditTrail({ audit, clock: { now: () => now } }));
    // Another process that seals may have begun before the announcement was there.
  } while (await waitsForSeal(audit, removalId));
}

/** @returns the id of the announcement that says so: a new one, or one that was made before */
async function announcementOf(
  { audit, identifiers, records }: AnnounceRemoval,
  keptFrom: Date,
  now: Date,
): Promise<string> {
  const latest = await audit.latestRemoval();
  const known = latest && decideRemoval(latest, now);
  if (known !== undefined && 'in' in known) {
    throw new BrokenTrail(`the announcement ${latest?.removalId}`, known.problem, 'Nothing was removed');
  }
  if (latest !== undefined && known !== undefined && known.keptFrom >= keptFrom) return latest.removalId;
  const removalId = identifiers.uuid();
  await records.announce(
    { removalId, keptFrom, announced: now },
    {
      ...{ eventId: removalId, at: now, event: ANNOUNCEMENT, details: { keptFrom: keptFrom.toISOString() } },
      ...{ authorizationId: undefined, clientId: undefined, customerId: undefined, requestId: undefined },
    },
  );
  return removalId;
}

async function waitsForSeal(audit: AuditTrail, chainId: string): Promise<boolean> {
  const [waiting] = await audit.waitingEventsAfter({ chainId, sequence: 0 }, 1);
  return waiting?.chainId === chainId;
}
