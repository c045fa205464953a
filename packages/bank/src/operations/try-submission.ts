import { type Cents, LupaError, type SandboxScenario, type SubmissionId } from '@lupa/protocol';
import { debitCentsOf } from '../domain/payment-debit.ts';
import { pendingUntil } from '../domain/pending-submission.ts';
import { type SimulatedTrial, simulateTrial } from '../domain/simulated-trial.ts';
import type { PaymentUnit } from '../ports/payment-store.ts';
import type { PaymentRecord, SubmissionRecord } from '../ports/records.ts';

/** Where a scenario says what booking makes of a submission, it stays `Accepted` this long, so that it is seen to be (D). */
const SIMULATED_BOOKING_MS = 1_000;

type Trial = SimulatedTrial | { readonly status: 'Accepted'; readonly bookedAs?: undefined };

/**
 * Tries a submission: what the account does not hold, or a sandbox scenario does not let pass, is recorded and debits
 * nothing; the rest has its amount reserved and its booking queued. The caller holds the payment's lock.
 */
export async function trySubmission(
  unit: PaymentUnit,
  {
    payment,
    submissionId,
    scenario,
    created,
    now,
  }: {
    payment: PaymentRecord;
    submissionId: SubmissionId;
    scenario: SandboxScenario | undefined;
    /** When this id was first put. */
    created: Date;
    now: Date;
  },
): Promise<SubmissionRecord> {
  const { paymentId, debitAccountId } = payment;
  if (debitAccountId === undefined) throw new LupaError('INTERNAL');
  const trial = await decide(unit, simulateTrial(scenario), debitAccountId, debitCentsOf(payment));
  const bookedAs = trial.status === 'Accepted' ? trial.bookedAs : undefined;
  const submission: SubmissionRecord = {
    paymentId,
    submissionId,
    status: trial.status,
    archiveId: undefined,
    pendingUntil: trial.status === 'Pending' ? pendingUntil(now) : undefined,
    failure: trial.status === 'Rejected' ? trial.failure : undefined,
    created,
    modified: now,
  };
  await unit.saveSubmission({ ...submission, bookedAs });
  if (submission.status === 'Accepted') {
    const due = bookedAs === undefined ? now : new Date(now.getTime() + SIMULATED_BOOKING_MS);
    await unit.queueBooking({ paymentId, submissionId, due });
  }
  return submission;
}

/** The account has the last word even where a scenario wants success: no scenario makes money. */
async function decide(
  unit: PaymentUnit,
  simulated: SimulatedTrial | undefined,
  debitAccountId: string,
  amountCents: Cents,
): Promise<Trial> {
  if (simulated !== undefined && simulated.status !== 'Accepted') return simulated;
  if (!(await unit.reserve(debitAccountId, amountCents))) return { status: 'Error' };
  return simulated ?? { status: 'Accepted' };
}
