import type { PaymentId, SandboxScenario, SubmissionId } from '@lupa/protocol';
import { foreseen } from '../domain/foreseen-submission.ts';
import { decidedAt } from '../domain/simulated-trial.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { SubmissionRecord } from '../ports/records.ts';
import type { Call, TokenJudge } from './authenticated-call.ts';
import { readSubmission } from './read-payment.ts';

/**
 * Reads a submission as a sandbox scenario shows it (contract §8): for `FutureSimulation` as it will be that much later, for any
 * other as it is, because what they play was decided when it was put. Nothing is changed.
 *
 * @throws LupaError as `readSubmission`
 */
export async function foreseeSubmission(
  bank: TokenJudge & Pick<Ledger, 'foreseeBooking'>,
  call: Call,
  paymentId: PaymentId,
  submissionId: SubmissionId,
  scenario: SandboxScenario,
): Promise<SubmissionRecord> {
  // The queue first: what is booked between the two looks is then seen in the submission.
  const booking = await bank.foreseeBooking(paymentId, submissionId);
  const submission = await readSubmission(bank, call, paymentId, submissionId);
  if (scenario.kind !== 'FutureSimulation') return submission;
  return { ...submission, ...foreseen(submission, booking, decidedAt(bank.clock.now(), scenario)) };
}
