/** The statuses of contract §6, spelt as they are on the wire. */

/** Authorizations and payments share one set. */
export const PAYMENT_STATUSES = [
  'Unauthorized',
  'Authorizing',
  'Authorized',
  'Rejected',
  'Completed',
  'PartiallyRevoked',
  'Revoked',
] as const;

/** The life of a payment (contract §6). */
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** The life of a bundle, which has the same stations as that of a payment (contract §6). */
export type AuthorizationStatus = PaymentStatus;

/** The stations of one submission. */
export const SUBMISSION_STATUSES = ['Accepted', 'Pending', 'Error', 'Submitted', 'Credited', 'Rejected'] as const;

/** The life of a submission (contract §6). */
export type SubmissionStatus = (typeof SUBMISSION_STATUSES)[number];

const FINAL_SUBMISSION_STATUSES: ReadonlySet<string> = new Set<SubmissionStatus>(['Submitted', 'Credited', 'Rejected']);

/**
 * Whether polling may stop: the bank has done with this submission (contract §6). `Error` is not final, because the
 * same `submissionId` may be tried again. `Submitted` may still become `Credited`, but the payer's money is already
 * gone.
 */
export function isFinalSubmissionStatus(status: SubmissionStatus): boolean {
  return FINAL_SUBMISSION_STATUSES.has(status);
}
