import type { AuthorizationStatus, PaymentStatus } from '@lupa/protocol';

/**
 * The status of an authorization whose payments have these statuses, once the customer has decided (contract §6).
 * Payments the customer refused do not count where others were approved.
 *
 * @param statuses of all payments of the bundle; at least one
 */
export function bundleStatus(statuses: readonly PaymentStatus[]): AuthorizationStatus {
  const some = (status: PaymentStatus) => statuses.includes(status);
  if (some('Authorizing')) return 'Authorizing';
  if (some('Unauthorized')) return 'Unauthorized';
  if (some('Authorized')) return 'Authorized';
  const revokedSomething = some('Revoked') || some('PartiallyRevoked');
  if (some('Completed')) return revokedSomething ? 'PartiallyRevoked' : 'Completed';
  if (some('PartiallyRevoked')) return 'PartiallyRevoked';
  return some('Revoked') ? 'Revoked' : 'Rejected';
}
