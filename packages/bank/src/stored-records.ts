import {
  openExistingDatabase,
  PostgresAuditTrail,
  PostgresRecordRemovals,
  type StoreSettings,
} from './adapters/postgres/index.ts';
import { randomIdentifiers } from './adapters/random-identifiers.ts';
import { systemClock } from './adapters/system-clock.ts';
import {
  foreseeRemoval,
  type RemovableRecords,
  type RemovedRecords,
  type RemoveRecords,
  removeRecords,
} from './operations/remove-records.ts';
import type { RecordCounts } from './ports/record-removals.ts';

/** The records of a store whose bank is not asked: it may be at work on a PostgreSQL, or not. */
export interface StoredRecords {
  /** How much `remove` would remove, about. Changes nothing. */
  foresee(keepYears: number): Promise<RemovableRecords>;
  /**
   * Removes what has been kept for its term.
   *
   * @param keepYears full years after the one the records are from, `FEWEST_KEEP_YEARS` to `MOST_KEEP_YEARS`
   * @param tell is told how much is gone, after each transaction
   * @throws BrokenTrail when what is to be removed of the audit trail was changed
   * @throws RemovalNotPermitted when the store's own rights do not allow it
   */
  remove(keepYears: number, tell?: (removed: RecordCounts) => void): Promise<RemovedRecords>;
  close(): Promise<void>;
}

/**
 * Opens a store to remove what has been kept for its term. Brings no schema up to date, for another release may be running on it.
 *
 * @throws StoreNotFound when there is no such store, or it is of an earlier release
 * @throws StoreInUse when another process has the sandbox's store open
 * @throws LupaError UNAVAILABLE when the server cannot be reached
 */
export async function openStoredRecords(store: StoreSettings): Promise<StoredRecords> {
  const database = await openExistingDatabase(store, 'record_removals');
  const parts: RemoveRecords = {
    clock: systemClock,
    identifiers: randomIdentifiers(systemClock),
    records: new PostgresRecordRemovals(database),
    audit: new PostgresAuditTrail(database),
  };
  return {
    foresee: (keepYears) => foreseeRemoval(parts, keepYears),
    remove: (keepYears, tell) => removeRecords(parts, keepYears, tell),
    close: () => database.close(),
  };
}
