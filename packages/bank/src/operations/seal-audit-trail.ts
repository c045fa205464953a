import type { AuditTrail } from '../ports/audit-trail.ts';
import type { Clock } from '../ports/clock.ts';

/** So many that a second pass is rare; as a seal names each chain once, it is still read in one piece. */
const EVENTS_PER_SEAL = 20_000;

/**
 * The worker's round: seals what has grown. Any number of processes may do this at once; each event is sealed once.
 *
 * @returns whether there may be more to seal at once
 */
export async function sealAuditTrail(bank: { audit: AuditTrail; clock: Clock }): Promise<boolean> {
  return (await bank.audit.seal(bank.clock.now(), EVENTS_PER_SEAL)) >= EVENTS_PER_SEAL;
}
