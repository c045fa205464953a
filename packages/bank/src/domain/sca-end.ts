import type { AuthorizationStatus, PaymentId, PaymentStatus } from '@lupa/protocol';

/** What deciding needs to know of a payment. */
export interface DecidablePayment {
  readonly paymentId: PaymentId;
  readonly status: PaymentStatus;
}

/** How a customer who had logged in left. */
export type Leaving =
  /** These payments and no others were approved; at least one. */
  | { readonly approved: ReadonlySet<PaymentId> }
  | 'rejected'
  /** Cancelled, timed out, blocked: as if the customer had not come. */
  | 'undecided';

/** The payments of a bundle that still wait for the customer; deleted ones stay in it and do not. */
export function waitingPayments<P extends DecidablePayment>(payments: readonly P[]): P[] {
  return payments.filter(({ status }) => status === 'Unauthorized' || status === 'Authorizing');
}

/**
 * The statuses of the authorization and of its payments when the customer leaves (contract §6). A payment left out of an
 * approval is refused; one that was deleted before the customer came stays as it is.
 */
export function statusesAfter(
  leaving: Leaving,
  payments: readonly DecidablePayment[],
): { authorization: AuthorizationStatus; payments: ReadonlyMap<PaymentId, PaymentStatus> } {
  const each = new Map(waitingPayments(payments).map((payment) => [payment.paymentId, decided(leaving, payment)]));
  return { authorization: authorizationAfter(leaving), payments: each };
}

function authorizationAfter(leaving: Leaving): AuthorizationStatus {
  if (leaving === 'rejected') return 'Rejected';
  return leaving === 'undecided' ? 'Unauthorized' : 'Authorized';
}

function decided(leaving: Leaving, { paymentId }: DecidablePayment): PaymentStatus {
  if (leaving === 'undecided') return 'Unauthorized';
  return leaving !== 'rejected' && leaving.approved.has(paymentId) ? 'Authorized' : 'Rejected';
}
