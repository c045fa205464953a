import { LupaError, type PaymentId, type SubmissionId } from '@lupa/protocol';
import { lapse } from '../domain/pending-submission.ts';
import type { PaymentsCall } from '../domain/token-use.ts';
import type { PaymentRecord, SubmissionRecord, TokenRecord } from '../ports/records.ts';
import { type Call, requireReach, requireToken, type TokenJudge } from './authenticated-call.ts';

export interface FoundPayment {
  readonly token: TokenRecord;
  readonly payment: PaymentRecord;
  /** Oldest first. */
  readonly submissions: readonly SubmissionRecord[];
}

/**
 * Reads a payment and its submissions (contract §5).
 *
 * @param withSubmissions whether they are wanted; a payment's own status does not hang on them
 * @throws LupaError what `requireToken` throws; NOT_FOUND
 */
export async function readPayment(
  bank: TokenJudge,
  call: Call,
  paymentId: PaymentId,
  kind: PaymentsCall = 'read a payment',
  withSubmissions = true,
): Promise<FoundPayment> {
  const found = await bank.payments.findPayment(call.tokenDigest, paymentId, withSubmissions);
  const token = await requireToken(bank, call, found.token, kind);
  const now = bank.clock.now();
  const submissions = found.submissions.map((submission) => ({ ...submission, ...lapse(submission, now) }));
  return { token, payment: requireReach(token, ofTheType(call, found.payment)), submissions };
}

/** A payment of the other type is, for this path, no payment at all. */
function ofTheType({ paymentType }: Call, payment: PaymentRecord | undefined): PaymentRecord | undefined {
  return paymentType === undefined || payment?.paymentType === paymentType ? payment : undefined;
}

/**
 * Reads one submission (contract §5).
 *
 * @throws LupaError what `requireToken` throws; NOT_FOUND
 */
export async function readSubmission(
  bank: TokenJudge,
  call: Call,
  paymentId: PaymentId,
  submissionId: SubmissionId,
): Promise<SubmissionRecord> {
  const { submissions } = await readPayment(bank, call, paymentId, 'read a submission');
  const submission = submissions.find((candidate) => candidate.submissionId === submissionId);
  if (submission === undefined) throw new LupaError('NOT_FOUND');
  return submission;
}
