import type { SubmissionStatus } from '@lupa/protocol';
import { lapse } from './pending-submission.ts';

/** A booking that waits in the queue. */
export interface ForeseenBooking {
  readonly due: Date;
  readonly outcome: 'Submitted' | 'Credited' | 'Rejected';
}

/**
 * What a submission will have become by `at` if nobody does anything about it (contract §8, `FutureSimulation` on a GET): what
 * waits for its midnight lapses, what waits for its booking is booked.
 *
 * @param booking of an accepted submission
 * @returns what will have changed, or undefined when nothing will
 */
export function foreseen(
  submission: { readonly status: SubmissionStatus; readonly pendingUntil: Date | undefined },
  booking: ForeseenBooking | undefined,
  at: Date,
): { readonly status: SubmissionStatus; readonly modified: Date } | undefined {
  if (submission.status !== 'Accepted') return lapse(submission, at);
  return booking && booking.due <= at ? { status: booking.outcome, modified: booking.due } : undefined;
}
