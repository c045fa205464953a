import { nextHelsinkiMidnight, type SubmissionStatus } from '@lupa/protocol';

/** Until when a submission that ran into a technical problem may be tried again: midnight Europe/Helsinki (contract §6). */
export function pendingUntil(tried: Date): Date {
  return nextHelsinkiMidnight(tried);
}

/** What a submission has become by itself. */
export interface Lapse {
  readonly status: 'Rejected';
  readonly modified: Date;
  readonly pendingUntil: undefined;
}

/**
 * What time alone makes of a submission: one that is still `Pending` at its midnight is `Rejected` from that instant on
 * (contract §6). The answer is the same whether anybody has written it down yet or not.
 *
 * @returns what changes, or undefined when nothing does
 */
export function lapse(
  submission: { readonly status: SubmissionStatus; readonly pendingUntil: Date | undefined },
  at: Date,
): Lapse | undefined {
  const { status, pendingUntil: end } = submission;
  if (status !== 'Pending' || end === undefined || at < end) return undefined;
  return { status: 'Rejected', modified: end, pendingUntil: undefined };
}
