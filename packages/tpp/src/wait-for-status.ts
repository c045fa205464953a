import type { Submission, SubmissionStatus } from '@lupa/protocol';
import type { Connection } from './connection.ts';
import { type ReadOptions, readSubmission, type TypeOptions } from './payments.ts';
import { TppError } from './tpp-error.ts';
import { mayHelpToRepeat } from './wire/retry.ts';

export interface WaitOptions extends Omit<ReadOptions, 'deadlineMs'>, TypeOptions {
  /** What to wait for; by default `Submitted` or `Credited`, the payer's money being gone. */
  readonly until?: readonly SubmissionStatus[];
  /** 60 s by default. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const PAUSE_GROWTH = 1.6;
const MAX_PAUSE_MS = 5_000;

/** What no longer changes by itself (contract §6); `Submitted` does, to `Credited`, for who waits for that. */
const AT_REST: readonly SubmissionStatus[] = ['Credited', 'Rejected', 'Error'];

/** Polls until there is nothing left to wait for. A reading that fails in a way that may pass is taken as no news. */
export async function waitForStatus(
  connection: Connection,
  paymentId: string,
  submissionId: string,
  { until = ['Submitted', 'Credited'], timeoutMs = DEFAULT_TIMEOUT_MS, ...options }: WaitOptions,
): Promise<Submission> {
  const deadline = connection.deadline({ ...options, deadlineMs: timeoutMs });
  const wanted = new Set([...until, ...AT_REST]);
  let lastStatus: SubmissionStatus | undefined;
  let cause: unknown;
  for (
    let pauseMs = FIRST_PAUSE_MS;
    deadline.remainingMs() > 0;
    pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * PAUSE_GROWTH)
  ) {
    try {
      const rest = { ...options, deadlineMs: deadline.remainingMs() };
      const submission = await readSubmission(connection, paymentId, submissionId, rest);
      lastStatus = submission.status;
      if (wanted.has(submission.status)) return submission;
    } catch (error) {
      if (!(error instanceof TppError) || !mayHelpToRepeat(error)) throw error;
      cause = error;
    }
    if (deadline.remainingMs() > 0) await deadline.sleep(pauseMs);
  }
  throw new TppError('WAIT_TIMEOUT', {
    lastStatus,
    cause,
    detail: `its last status was ${lastStatus ?? 'never read'}`,
  });
}
