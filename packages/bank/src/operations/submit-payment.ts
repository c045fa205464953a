import { LupaError, type PaymentId, type SubmissionId, type SubmissionStatus } from '@lupa/protocol';
import { bundleStatus } from '../domain/bundle-status.ts';
import { decideSubmission, statusAfterSubmission } from '../domain/submission-rules.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentUnit } from '../ports/payment-store.ts';
import type { AuthorizationRecord, PaymentRecord, SubmissionRecord } from '../ports/records.ts';
import { callAudit } from './audit-event.ts';
import type { Call, TokenJudge } from './authenticated-call.ts';
import { readPayment } from './read-payment.ts';
import { illegalState, insufficientFunds } from './refusals.ts';

export interface Submitting extends TokenJudge {
  readonly identifiers: Identifiers;
  /** Told that a submission now waits for booking, so that it is booked at once. */
  readonly bookingWanted: () => void;
}

/**
 * Submits an authorised payment (contract §5, §6): the amount is reserved on the debit account and the submission
 * `Accepted` in one transaction, which also queues its booking. However often and however concurrently the same id is
 * put, one submission exists; the authorization's row decides between submissions, deletions and revocations that meet.
 *
 * @returns the submission as it now stands
 * @throws LupaError what `readPayment` throws; ILLEGAL_STATE; INSUFFICIENT_FUNDS with the submission recorded as `Error`
 */
export async function submitPayment(
  bank: Submitting,
  call: Call,
  paymentId: PaymentId,
  submissionId: SubmissionId,
): Promise<SubmissionRecord> {
  const { payment } = await readPayment(bank, call, paymentId, 'submit a payment');
  const submission = await bank.payments.transaction((unit) => submitLocked(bank, call, unit, payment, submissionId));
  // The refusal is an answer of its own, but its record must be committed first.
  if (submission.status === 'Error') throw insufficientFunds();
  if (submission.status === 'Accepted') bank.bookingWanted();
  return submission;
}

async function submitLocked(
  bank: Submitting,
  call: Call,
  unit: PaymentUnit,
  { paymentId, authorizationId }: PaymentRecord,
  submissionId: SubmissionId,
): Promise<SubmissionRecord> {
  const [bundle, locked] = await Promise.all([unit.lockAuthorization(authorizationId), unit.lockPayment(paymentId)]);
  if (bundle === undefined || locked === undefined) throw new LupaError('NOT_FOUND');
  const { payment, submissions } = locked;
  const earlier = submissions.find((candidate) => candidate.submissionId === submissionId);
  const submittable = { ...payment, count: payment.request.count };
  switch (decideSubmission(submittable, earlier?.status)) {
    case 'same-result':
      if (earlier === undefined) throw new LupaError('INTERNAL');
      return earlier;
    case 'illegal-state':
      throw illegalState(
        `the payment is ${payment.status}; ${payment.submissionsMade} of ${payment.request.count} submissions were made`,
      );
    case 'try': {
      const { debitAccountId, request } = payment;
      if (debitAccountId === undefined) throw new LupaError('INTERNAL');
      const reserved = await unit.reserve(debitAccountId, request.amountCents);
      const now = bank.clock.now();
      const submission: SubmissionRecord = {
        paymentId,
        submissionId,
        status: reserved ? 'Accepted' : 'Error',
        archiveId: undefined,
        created: earlier?.created ?? now,
        modified: now,
      };
      await Promise.all([
        unit.saveSubmission(submission),
        ...(reserved ? acceptance(unit, bundle, payment, submission) : []),
        unit.audit(submissionAudit(bank, call, bundle.authorization, submission, request.amountCents)),
      ]);
      return submission;
    }
  }
}

/** What an accepted submission changes beside itself: the payment, perhaps its authorization, and the booking queue. */
function acceptance(
  unit: PaymentUnit,
  bundle: { authorization: AuthorizationRecord; payments: readonly PaymentRecord[] },
  payment: PaymentRecord,
  { paymentId, submissionId, modified }: SubmissionRecord,
): Promise<void>[] {
  const status = statusAfterSubmission({ ...payment, count: payment.request.count });
  const authorizationStatus = bundleStatus(
    bundle.payments.map((other) => (other.paymentId === paymentId ? status : other.status)),
  );
  const changes = [
    unit.setPayment(paymentId, { status, modified, submissionsMade: payment.submissionsMade + 1 }),
    unit.queueBooking({ paymentId, submissionId, due: modified }),
  ];
  if (authorizationStatus !== bundle.authorization.status) {
    changes.push(unit.setAuthorization(payment.authorizationId, { status: authorizationStatus, modified }));
  }
  return changes;
}

function submissionAudit(
  bank: Submitting,
  call: Call,
  authorization: AuthorizationRecord,
  submission: { paymentId: PaymentId; submissionId: SubmissionId; status: SubmissionStatus; modified: Date },
  amountCents: number,
) {
  const { paymentId, submissionId, status, modified } = submission;
  return callAudit(bank.identifiers, call, modified, {
    event: 'payment submitted',
    authorizationId: authorization.authorizationId,
    customerId: authorization.customerId,
    details: { paymentId, submissionId, status, amountCents },
  });
}
