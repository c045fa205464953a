import type { CustomerId } from '@lupa/protocol';
import { blockedUntil } from '../domain/sca-limits.ts';
import type { Username } from '../domain/sca-username.ts';
import type { ScaUnit } from '../ports/sca-store.ts';
import type { LockedSession } from './locked-sca-session.ts';
import { type ScaBank, scaAudit } from './sca-bank.ts';

/**
 * Blocks whoever has this username, and says so in the audit trail.
 *
 * @param who customerId is undefined for a username that belongs to nobody: it is blocked all the same
 */
export async function blockCustomer(
  bank: ScaBank,
  unit: ScaUnit,
  { session, now }: LockedSession,
  { username, customerId, requestId }: { username: Username; customerId: CustomerId | undefined; requestId: string },
): Promise<void> {
  const until = blockedUntil(now, bank.limits);
  await unit.block(username, until);
  const details = { until: until.toISOString() };
  // Whoever is logged in to the session need not be the one whose name was typed.
  const about = { ...session, customerId };
  await unit.audit(scaAudit(bank, about, now, { event: 'customer blocked', requestId, details }));
}
