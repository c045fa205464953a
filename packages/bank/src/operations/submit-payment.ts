import { LupaError, type PaymentId, type SandboxScenario, type SubmissionId } from '@lupa/protocol';
import { bundleStatus } from '../domain/bundle-status.ts';
import { debitCentsOf } from '../domain/payment-debit.ts';
import { lapse } from '../domain/pending-submission.ts';
import { decidedAt } from '../domain/simulated-trial.ts';
import { decideSubmission, statusAfterSubmission } from '../domain/submission-rules.ts';
import { PAYMENT_INITIATION_ROLE } from '../domain/token-use.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { PaymentUnit } from '../ports/payment-store.ts';
import type { AuthorizationRecord, PaymentRecord, SubmissionRecord } from '../ports/records.ts';
import { callAudit } from './audit-event.ts';
import type { Call, TokenJudge } from './authenticated-call.ts';
import { readPayment } from './read-payment.ts';
import { illegalState, insufficientFunds, paymentFail } from './refusals.ts';
import { rejectLapsed } from './reject-lapsed-submissions.ts';
import { requireSandboxAuthorized } from './sandbox-decision.ts';
import { trySubmission } from './try-submission.ts';
import { withdrawExemption } from './withdraw-exemption.ts';

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
 * @param scenario what the sandbox is to play (contract §8); outside the sandbox there is none
 * @returns the submission as it now stands
 * @throws LupaError what `readPayment` throws; ILLEGAL_STATE; INSUFFICIENT_FUNDS with the submission recorded as `Error`;
 * PAYMENT_FAIL with the submission recorded as `Rejected`, and again whenever the same id is put
 */
export async function submitPayment(
  bank: Submitting,
  call: Call,
  paymentId: PaymentId,
  submissionId: SubmissionId,
  scenario?: SandboxScenario,
): Promise<SubmissionRecord> {
  if (scenario === undefined && isSepa(call)) {
    const submission = await submitAtOnce(bank, call, paymentId, submissionId);
    if (submission !== undefined) return submission;
  }
  const isSandboxs = scenario?.kind === 'SandboxAuthorized';
  const kind = isSandboxs ? 'submit what the sandbox authorised' : 'submit a payment';
  const { payment } = await readPayment(bank, call, paymentId, kind);
  const put = { submissionId, scenario };
  const submission = await bank.payments.transaction((unit) => submitLocked(bank, call, unit, payment, put));
  // The refusal is an answer of its own, but its record must be committed first.
  if (submission.status === 'Error') throw insufficientFunds();
  if (submission.failure !== undefined) throw paymentFail(submission.failure);
  if (submission.status === 'Accepted') bank.bookingWanted();
  return submission;
}

/** A foreign payment's debit is not its amount, and its path says so; a caller without the role is refused in the usual way. */
function isSepa({ paymentType, client }: Call): boolean {
  return paymentType === 'SepaPayment' && client.roles.includes(PAYMENT_INITIATION_ROLE);
}

/**
 * The commonest case in one statement. What it accepts, `submitLocked` would have accepted, with the same left in the store.
 *
 * @returns undefined when it is not that case: then nothing was done
 */
async function submitAtOnce(
  bank: Submitting,
  call: Call,
  paymentId: PaymentId,
  submissionId: SubmissionId,
): Promise<SubmissionRecord | undefined> {
  const now = bank.clock.now();
  const { clientId } = call.client;
  const { tokenDigest, certificateThumbprint } = call;
  const details = { paymentId, submissionId, status: 'Accepted' };
  const audit = callAudit(bank.identifiers, call, now, { event: 'payment submitted', details });
  const submission = { tokenDigest, clientId, certificateThumbprint, now, paymentId, submissionId, audit };
  if (!(await bank.payments.submitAtOnce(submission))) return undefined;
  bank.bookingWanted();
  const nothingYet = { archiveId: undefined, pendingUntil: undefined, failure: undefined };
  return { paymentId, submissionId, status: 'Accepted', ...nothingYet, created: now, modified: now };
}

async function submitLocked(
  bank: Submitting,
  call: Call,
  unit: PaymentUnit,
  { paymentId, authorizationId }: PaymentRecord,
  { submissionId, scenario }: { submissionId: SubmissionId; scenario: SandboxScenario | undefined },
): Promise<SubmissionRecord> {
  const [bundle, locked] = await Promise.all([unit.lockAuthorization(authorizationId), unit.lockPayment(paymentId)]);
  if (bundle === undefined || locked === undefined) throw new LupaError('NOT_FOUND');
  if (scenario?.kind === 'SandboxAuthorized') {
    await requireSandboxAuthorized(unit, authorizationId, scenario.authorizationId);
  }
  const { payment, submissions } = locked;
  const earlier = submissions.find((candidate) => candidate.submissionId === submissionId);
  const now = bank.clock.now();
  const lapsed = earlier && lapse(earlier, decidedAt(now, scenario));
  const submittable = { ...payment, count: payment.request.count };
  switch (decideSubmission(submittable, lapsed?.status ?? earlier?.status)) {
    case 'same-result':
      if (earlier === undefined) throw new LupaError('INTERNAL');
      if (lapsed === undefined) return earlier;
      return rejectLapsed(bank.identifiers, unit, bundle.authorization, { payment, submission: earlier, lapsed, now });
    case 'illegal-state':
      throw illegalState(
        `the payment is ${payment.status}; ${payment.submissionsMade} of ${payment.request.count} submissions were made`,
      );
    case 'try': {
      const tried = { payment, submissionId, scenario, created: earlier?.created ?? now, now };
      const submission = await trySubmission(unit, tried);
      if (submission.status === 'Accepted') await setAccepted(unit, bundle, payment, now);
      await unit.audit(submissionAudit(bank, call, bundle.authorization, { submission, payment, scenario }));
      if (submission.status === 'Rejected') {
        await withdrawExemption(bank.identifiers, unit, { ...bundle, payment }, now);
      }
      return submission;
    }
  }
}

/** What an accepted submission changes beside itself: the payment, and perhaps its authorization. */
async function setAccepted(
  unit: PaymentUnit,
  bundle: { authorization: AuthorizationRecord; payments: readonly PaymentRecord[] },
  payment: PaymentRecord,
  modified: Date,
): Promise<void> {
  const { paymentId, authorizationId, submissionsMade } = payment;
  const status = statusAfterSubmission({ ...payment, count: payment.request.count });
  const statuses = bundle.payments.map((other) => (other.paymentId === paymentId ? status : other.status));
  const authorizationStatus = bundleStatus(statuses);
  await unit.setPayment(paymentId, { status, modified, submissionsMade: submissionsMade + 1 });
  if (authorizationStatus !== bundle.authorization.status) {
    await unit.setAuthorization(authorizationId, { status: authorizationStatus, modified });
  }
}

function submissionAudit(
  bank: Submitting,
  call: Call,
  { authorizationId, customerId }: AuthorizationRecord,
  what: { submission: SubmissionRecord; payment: PaymentRecord; scenario: SandboxScenario | undefined },
) {
  const { paymentId, submissionId, status, modified } = what.submission;
  const amountCents = debitCentsOf(what.payment);
  const scenario = what.scenario && { scenario: what.scenario.kind };
  return callAudit(bank.identifiers, call, modified, {
    event: 'payment submitted',
    authorizationId,
    customerId,
    details: { paymentId, submissionId, status, amountCents, ...scenario },
  });
}
