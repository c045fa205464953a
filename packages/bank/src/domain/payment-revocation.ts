import type { AuthorizationStatus, PaymentStatus } from '@lupa/protocol';

/** What revocation needs to know of a payment. */
export interface RevocablePayment {
  readonly status: PaymentStatus;
  /** Submissions that were accepted. */
  readonly submissionsMade: number;
}

/**
 * Whether one payment may be deleted (contract §5: only before submission).
 * While the customer is at it the bundle is locked (contract §6), and a decided or consumed payment stays as it is.
 *
 * @param bundle status of the payment's authorization
 */
export function mayDelete(payment: RevocablePayment, bundle: AuthorizationStatus): boolean {
  if (bundle === 'Authorizing' || payment.submissionsMade > 0) return false;
  return payment.status === 'Unauthorized' || payment.status === 'Authorized';
}

/**
 * What becomes of one payment when its authorization is revoked (contract §5): what was not yet submitted is revoked, the
 * rest stays.
 *
 * @returns the new status, or undefined when nothing of it is left to revoke
 */
export function revoked(payment: RevocablePayment): PaymentStatus | undefined {
  if (payment.status !== 'Unauthorized' && payment.status !== 'Authorized') return undefined;
  return payment.submissionsMade > 0 ? 'PartiallyRevoked' : 'Revoked';
}
