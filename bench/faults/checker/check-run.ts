import type { Numbered } from '../history.ts';
import { checkAcknowledged } from './check-acknowledged.ts';
import { checkAnswers } from './check-answers.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkAuditTrail } from './check-audit-trail.ts';
import { checkBookedOnce } from './check-booked-once.ts';
import { checkBooks } from './check-books.ts';
import { checkExemptions } from './check-exemptions.ts';
import { checkReads } from './check-reads.ts';
import { checkReplays } from './check-replays.ts';
import { checkStatuses } from './check-statuses.ts';
import { readStory, type Story } from './read-history.ts';
import type { StoreSnapshot } from './store-snapshot.ts';
import type { Violation } from './violation.ts';

export type { Violation } from './violation.ts';

/** A rule over what was asked and answered, and what the database holds in the end. */
type Check = (story: Story, store: StoreSnapshot) => Violation[];

const CHECKS: readonly Check[] = [
  checkAnswers,
  checkAcknowledged,
  checkBookedOnce,
  checkApprovals,
  checkBooks,
  checkExemptions,
  checkStatuses,
  checkReplays,
  checkReads,
  checkAuditTrail,
];

/**
 * Decides whether a bank did right, from the history of what its callers saw and from its database alone. Knows nothing of
 * the bank's program: what a payment, a limit or a hash is, is written down here a second time.
 */
export function checkRun(history: readonly Numbered[], store: StoreSnapshot): Violation[] {
  const story = readStory(history);
  return CHECKS.flatMap((check) => check(story, store));
}
