import { openExistingDatabase, PostgresAuditTrail, type StoreSettings } from './adapters/postgres/index.ts';
import { systemClock } from './adapters/system-clock.ts';
import { type AuditReport, verifyAuditTrail } from './operations/verify-audit-trail.ts';

/**
 * Checks the audit trail of a store, without a bank: every chain, every seal. Changes nothing. On PostgreSQL any number of
 * banks may be at work meanwhile, and records be removed.
 *
 * @throws StoreNotFound when there is no such store, or it is of an earlier release
 * @throws StoreInUse when another process has the sandbox's store open
 * @throws LupaError UNAVAILABLE when the server cannot be reached
 */
export async function verifyStoredAuditTrail(store: StoreSettings): Promise<AuditReport> {
  const database = await openExistingDatabase(store, 'record_removals');
  try {
    return await verifyAuditTrail(new PostgresAuditTrail(database), { clock: systemClock });
  } finally {
    await database.close();
  }
}
