import type { SubmissionStatus } from './statuses.ts';

/** One order to execute an authorised payment (contract §5, Submission). */
export interface Submission {
  /** The TPP's own name for it. */
  readonly submissionId: string;
  /** The bank's filing reference; absent until the payment is booked. */
  readonly archiveId?: string;
  /** ISO 8601 with milliseconds and the Europe/Helsinki offset. */
  readonly created: string;
  readonly modified: string;
  readonly status: SubmissionStatus;
}
