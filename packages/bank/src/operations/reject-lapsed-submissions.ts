import type { AuthorizationId, PaymentId, SubmissionId } from '@lupa/protocol';
import { type Lapse, lapse } from '../domain/pending-submission.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentStore, PaymentUnit } from '../ports/payment-store.ts';
import type { AuthorizationRecord, PaymentRecord, SubmissionRecord } from '../ports/records.ts';
import { withdrawExemption } from './withdraw-exemption.ts';

/** Submissions rejected in one round; the worker comes again soon. */
const ROUND = 100;

interface Rejecting {
  readonly payments: PaymentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
}

/**
 * The worker's round: writes down that submissions still `Pending` at their midnight are `Rejected` (contract §6). Whoever
 * reads one meanwhile is told the same already. Each is looked at again under lock: one that went through goes on.
 *
 * @returns how many it rejected
 */
export async function rejectLapsedSubmissions(bank: Rejecting): Promise<number> {
  let rejected = 0;
  for (const found of await bank.payments.pendingSince(bank.clock.now(), ROUND)) {
    if (await bank.payments.transaction((unit) => rejectLocked(bank, unit, found))) rejected += 1;
  }
  return rejected;
}

async function rejectLocked(
  bank: Rejecting,
  unit: PaymentUnit,
  found: { authorizationId: AuthorizationId; paymentId: PaymentId; submissionId: SubmissionId },
): Promise<boolean> {
  const [bundle, locked] = await Promise.all([
    unit.lockAuthorization(found.authorizationId),
    unit.lockPayment(found.paymentId),
  ]);
  const payment = locked?.payment;
  const submission = locked?.submissions.find(({ submissionId }) => submissionId === found.submissionId);
  const now = bank.clock.now();
  const lapsed = submission && lapse(submission, now);
  if (bundle === undefined || payment === undefined || submission === undefined || lapsed === undefined) return false;
  await rejectLapsed(bank.identifiers, unit, bundle.authorization, { payment, submission, lapsed, now });
  return true;
}

/** Writes down that a submission has lapsed, as of its midnight; of now, where a simulated future has rejected it early. */
export async function rejectLapsed(
  identifiers: Identifiers,
  unit: PaymentUnit,
  authorization: AuthorizationRecord,
  {
    payment,
    submission,
    lapsed,
    now,
  }: { payment: PaymentRecord; submission: SubmissionRecord; lapsed: Lapse; now: Date },
): Promise<SubmissionRecord> {
  const { authorizationId, clientId, customerId } = authorization;
  const modified = lapsed.modified < now ? lapsed.modified : now;
  const rejected: SubmissionRecord = { ...submission, ...lapsed, modified };
  const { paymentId, submissionId, status } = rejected;
  await Promise.all([
    unit.saveSubmission(rejected),
    unit.audit({
      eventId: identifiers.uuid(),
      at: now,
      event: 'submission rejected',
      authorizationId,
      clientId,
      customerId,
      requestId: undefined,
      details: { paymentId, submissionId, status, pendingUntil: submission.pendingUntil?.toISOString() },
    }),
  ]);
  await withdrawExemption(identifiers, unit, { authorization, payment }, now);
  return rejected;
}
