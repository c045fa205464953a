import type { PaymentStatus, SubmissionStatus } from '@lupa/protocol';

/** What submitting needs to know of the payment. */
export interface SubmittablePayment {
  readonly status: PaymentStatus;
  /** Submissions accepted so far. */
  readonly submissionsMade: number;
  /** How often it may be submitted: 1, or more when it recurs. */
  readonly count: number;
}

export type SubmissionDecision =
  /** This `submissionId` was taken before: the answer is its present state, and nothing is done. */
  | 'same-result'
  /** Not approved, revoked, or every submission it allows has been made. */
  | 'illegal-state'
  /** To be tried, for the first time or again. */
  | 'try';

/**
 * What a PUT of a submission means (contract §6, last table): the same id never makes a second payment, and is tried again
 * only while nothing was debited and nothing is under way.
 *
 * @param earlier status of the submission with this id, if the TPP sent it before
 */
export function decideSubmission(
  payment: SubmittablePayment,
  earlier: SubmissionStatus | undefined,
): SubmissionDecision {
  if (earlier !== undefined && !mayBeTriedAgain(earlier)) return 'same-result';
  if (payment.status !== 'Authorized' || payment.submissionsMade >= payment.count) return 'illegal-state';
  return 'try';
}

/** The payment's status once one more submission was accepted. */
export function statusAfterSubmission(payment: SubmittablePayment): PaymentStatus {
  return payment.submissionsMade + 1 >= payment.count ? 'Completed' : 'Authorized';
}

function mayBeTriedAgain(status: SubmissionStatus): boolean {
  return status === 'Pending' || status === 'Error';
}
