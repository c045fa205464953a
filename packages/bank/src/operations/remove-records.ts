import { checkSeal, type StoredSeal } from '../domain/audit-check.ts';
import { endOfTerm } from '../domain/record-term.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { RecordCounts, RecordRemovals } from '../ports/record-removals.ts';
import { announceRemoval } from './announce-removal.ts';
import { BrokenTrail } from './broken-trail.ts';
import { HEADS_OF_A_SEAL } from './verify-audit-trail.ts';

export interface RemoveRecords {
  readonly clock: Clock;
  readonly identifiers: Pick<Identifiers, 'uuid'>;
  readonly records: RecordRemovals;
  readonly audit: AuditTrail;
  readonly pieces?: RemovalPieces;
}

/** What has been kept for its term, before it is removed. */
export interface RemovableRecords {
  /** What is older has been kept for its term. */
  readonly keptFrom: Date;
  readonly counts: Omit<RecordCounts, 'events'>;
}

export interface RemovedRecords {
  readonly keptFrom: Date;
  readonly counts: RecordCounts;
}

/** What a transaction looks at, so that none holds the store for long. */
export interface RemovalPieces {
  readonly bookings: number;
  readonly seals: number;
  readonly authorizations: number;
}
const PIECES: RemovalPieces = { bookings: 500, seals: 100, authorizations: 500 };
/** Clocks that differ may have put an account's bookings in another order than their ids have; not by more than so many. */
const MOST_BOOKINGS_LOOKED_AT = 100_000;

const NOTHING: RecordCounts = {
  ...{ bookings: 0, messages: 0, unsentMessages: 0 },
  ...{ authorizations: 0, payments: 0, submissions: 0, seals: 0, events: 0 },
};

/** How much `removeRecords` would remove, about. Changes nothing. */
export async function foreseeRemoval(parts: RemoveRecords, keepYears: number): Promise<RemovableRecords> {
  const keptFrom = endOfTerm(await timeOf(parts), keepYears);
  return { keptFrom, counts: await parts.records.foresee(keptFrom) };
}

/**
 * Removes what has been kept for its term. Says so in the audit trail first, under a seal, so that whoever checks the trail knows
 * what may be missing and since when; then removes in small transactions. Interrupted, it goes on when it is called again; a bank
 * may be at work, and another removal as well.
 *
 * @param keepYears full years after the one the records are from, `FEWEST_KEEP_YEARS` to `MOST_KEEP_YEARS`
 * @param tell is told how much is gone, after each transaction
 * @throws BrokenTrail when what is to be removed of the audit trail was changed
 * @throws RemovalNotPermitted when the store's own rights do not allow it
 */
export async function removeRecords(
  parts: RemoveRecords,
  keepYears: number,
  tell: (removed: RecordCounts) => void = () => undefined,
): Promise<RemovedRecords> {
  const now = await timeOf(parts);
  const keptFrom = endOfTerm(now, keepYears);
  // Also where another role has announced it, or nothing would go: whoever may not is to know before it matters.
  await parts.records.mustBePermitted();
  const found = await parts.records.foresee(keptFrom);
  // An announcement of nothing would only be in the way of whoever reads the trail.
  if (Object.values(found).every((count) => count === 0)) return { keptFrom, counts: NOTHING };
  await announceRemoval(parts, keptFrom, now);
  let counts = NOTHING;
  const add: Add = (removed) => {
    counts = sumOf(counts, removed);
    tell(counts);
  };
  await removeSeals(parts, keptFrom, add);
  await removeBookings(parts, keptFrom, add);
  await removeAuthorizations(parts, keptFrom, add);
  return { keptFrom, counts };
}

type Add = (removed: Partial<RecordCounts>) => void;

/** By the earlier of two clocks: one that runs ahead by years must not take the records of those years with it. */
async function timeOf({ clock, records }: RemoveRecords): Promise<Date> {
  const storeTime = await records.storeTime();
  const now = clock.now();
  return storeTime < now ? storeTime : now;
}

/** Each is checked before it goes, for afterwards nobody can. */
async function removeSeals({ audit, records, pieces = PIECES }: RemoveRecords, keptFrom: Date, add: Add) {
  for (let previous: StoredSeal | undefined; ; ) {
    const numbers = await records.sealsToRemove(keptFrom, pieces.seals);
    const [first, last] = [numbers[0], numbers.at(-1)];
    if (first === undefined || last === undefined) return;
    // Another removal had those between.
    if (previous?.sealNumber !== first - 1) previous = undefined;
    for (const number of numbers) previous = await checkedSeal(audit, number, previous, keptFrom);
    add(await records.removeSeals(first, last));
  }
}

/** @returns the seal; undefined when another removal was quicker */
async function checkedSeal(audit: AuditTrail, number: number, previous: StoredSeal | undefined, keptFrom: Date) {
  const seal = await audit.sealAfter(number - 1, HEADS_OF_A_SEAL);
  if (seal?.sealNumber !== number) return undefined;
  const fault = checkSeal(seal, previous, keptFrom);
  if (fault === undefined) return seal;
  const where = fault.in === 'seal' ? `seal ${fault.sealNumber}` : `chain ${fault.chainId}, event ${fault.sequence}`;
  throw new BrokenTrail(where, fault.problem, `Nothing was removed from seal ${number} on`);
}

async function removeBookings({ records, pieces = PIECES }: RemoveRecords, keptFrom: Date, add: Add) {
  for (let limit = pieces.bookings; limit <= MOST_BOOKINGS_LOOKED_AT; ) {
    const { looked, ...removed } = await records.removeBookings(keptFrom, limit);
    add(removed);
    if (looked < limit && removed.bookings === 0) return;
    limit = removed.bookings === 0 ? limit * 4 : pieces.bookings;
  }
}

async function removeAuthorizations({ records, pieces = PIECES }: RemoveRecords, keptFrom: Date, add: Add) {
  for (let after: string | undefined; ; ) {
    const { last, ...removed } = await records.removeAuthorizations(keptFrom, after, pieces.authorizations);
    add(removed);
    if (last === undefined) return;
    after = last;
  }
}

function sumOf(counts: RecordCounts, removed: Partial<RecordCounts>): RecordCounts {
  const sum: Record<keyof RecordCounts, number> = { ...counts };
  for (const name of Object.keys(sum) as (keyof RecordCounts)[]) sum[name] += removed[name] ?? 0;
  return sum;
}
