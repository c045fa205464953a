import {
  type AuthorizationId,
  asCents,
  type ClientId,
  type CustomerId,
  type ParsedSepaPayment,
  type PaymentId,
  type SubmissionId,
} from '@lupa/protocol';
import { bookingOutcome } from '../../domain/booking-outcome.ts';
import type { BookingJob, BookingOutcome, Ledger } from '../../ports/ledger.ts';
import type { OutgoingTransfer, SettlementMessages } from '../../ports/settlement-messages.ts';
import { settlementAccount } from './accounts.ts';
import { writeAuditEvent } from './audit-trail.ts';
import { sendBooking } from './booking.ts';
import type { Database, Transaction } from './database.ts';
import { GIVE_BACK } from './exemption-statements.ts';
import { sendOutgoingMessage } from './outgoing-messages.ts';

/**
 * Takes the job, or nothing when somebody else has it: SKIP LOCKED, so that workers who look at the same queue go on to
 * other jobs instead of following one another. The payment is locked too, as it is wherever its submissions change, and
 * before it its authorization, where the chain of its audit events ends.
 */
const TAKE_JOB = {
  name: 'take-booking-job',
  text: `WITH taken AS (
      DELETE FROM booking_queue
      WHERE (payment_id, submission_id) IN (
        SELECT payment_id, submission_id FROM booking_queue
        WHERE payment_id = $1 AND submission_id = $2 FOR UPDATE SKIP LOCKED
      )
      RETURNING payment_id, submission_id
    )
    SELECT s.status, s.booked_as, p.amount_cents, p.payment_order, p.debit_account_id, payee.account_id AS payee_account_id,
      a.authorization_id, a.client_id, a.customer_id, payer.name AS payer_name, p.debit_iban, s.modified AS accepted,
      CASE WHEN payee.account_id IS NULL AND p.payment_type = 'SepaPayment' THEN p.request END AS outgoing
    FROM taken
    JOIN payments p ON p.payment_id = taken.payment_id
    JOIN submissions s ON s.payment_id = taken.payment_id AND s.submission_id = taken.submission_id
    JOIN authorizations a ON a.authorization_id = p.authorization_id
    LEFT JOIN accounts payee ON payee.iban = p.payee_iban
    LEFT JOIN customers payer ON payer.customer_id = a.customer_id
    FOR NO KEY UPDATE OF a, p, s`,
};
/** What taking the job would find, while it is left in the queue. */
const FORESEE_BOOKING = {
  name: 'foresee-booking',
  text: `SELECT q.due, s.booked_as, p.payment_order, p.debit_account_id, payee.account_id AS payee_account_id
    FROM booking_queue q
    JOIN payments p ON p.payment_id = q.payment_id
    JOIN submissions s ON s.payment_id = q.payment_id AND s.submission_id = q.submission_id
    LEFT JOIN accounts payee ON payee.iban = p.payee_iban
    WHERE q.payment_id = $1 AND q.submission_id = $2`,
};
const SET_SUBMISSION = {
  name: 'set-submission-booked',
  text: 'UPDATE submissions SET status = $3, archive_id = $4, modified = $5 WHERE payment_id = $1 AND submission_id = $2',
};
const RELEASE = {
  name: 'release-reservation',
  text: 'UPDATE accounts SET reserved_cents = reserved_cents - $2 WHERE account_id = $1',
};

/** What the outcome hangs on. */
interface Bookable {
  booked_as: 'Submitted' | 'Rejected' | null;
  payment_order: string;
  debit_account_id: string;
  payee_account_id: string | null;
}

interface Job extends Bookable {
  status: string;
  amount_cents: number;
  authorization_id: AuthorizationId;
  client_id: ClientId;
  customer_id: CustomerId | null;
  payer_name: string;
  debit_iban: string;
  accepted: Date;
  /** Of a SEPA payment to another bank: what the TPP asked for. */
  outgoing: ParsedSepaPayment | null;
}

/** Port `Ledger.book`, inside its transaction: two round trips, the second of which carries the COMMIT. */
export async function bookSubmission(
  inside: Transaction,
  { paymentId, submissionId }: BookingJob,
  { bookingId, archiveId, at, auditEventId }: Parameters<Ledger['book']>[1],
  messages: SettlementMessages,
): Promise<BookingOutcome> {
  const [job] = await inside.query<Job>(TAKE_JOB, [paymentId, submissionId]);
  if (job === undefined || job.status !== 'Accepted') return 'already-done';
  const outcome = outcomeOf(job);
  let exemptionGivenBack = false;
  if (outcome === 'Rejected') {
    inside.send(RELEASE, [job.debit_account_id, job.amount_cents]);
    exemptionGivenBack = (await inside.query(GIVE_BACK, [paymentId, at])).length === 1;
  } else {
    sendBooking(inside, {
      bookingId,
      archiveId,
      amountCents: job.amount_cents,
      debitAccountId: job.debit_account_id,
      creditAccountId: job.payee_account_id ?? settlementAccount(paymentId),
      releasedCents: job.amount_cents,
      submission: { paymentId, submissionId },
      at,
    });
    const transfer = outgoingTransfer(job, { submissionId, archiveId, booked: at });
    if (transfer !== undefined) sendOutgoingMessage(inside, paymentId, transfer, messages);
  }
  inside.send(SET_SUBMISSION, [paymentId, submissionId, outcome, outcome === 'Rejected' ? null : archiveId, at]);
  writeAuditEvent(inside, {
    eventId: auditEventId,
    at,
    event: outcome === 'Rejected' ? 'submission rejected' : 'submission booked',
    authorizationId: job.authorization_id,
    clientId: job.client_id,
    customerId: job.customer_id ?? undefined,
    requestId: undefined,
    details: {
      ...{ paymentId, submissionId, status: outcome, amountCents: job.amount_cents },
      ...(exemptionGivenBack && { exemptionGivenBack }),
    },
  });
  return outcome;
}

/** Port `Ledger.foreseeBooking`. */
export async function foreseeBooking(database: Database, paymentId: PaymentId, submissionId: SubmissionId) {
  const [job] = await database.query<Bookable & { due: Date }>(FORESEE_BOOKING, [paymentId, submissionId]);
  return job && { due: job.due, outcome: outcomeOf(job) };
}

/** What leaves for the payee's bank; nothing where the payee banks here, nor of a foreign payment (docs/decisions/0009). */
function outgoingTransfer(
  job: Job,
  booking: Pick<OutgoingTransfer, 'submissionId' | 'archiveId' | 'booked'>,
): OutgoingTransfer | undefined {
  if (job.outgoing === null) return undefined;
  return {
    ...booking,
    amountCents: asCents(job.amount_cents),
    request: job.outgoing,
    payerName: job.payer_name,
    payerIban: job.debit_iban,
    accepted: job.accepted,
  };
}

function outcomeOf(job: Bookable): 'Submitted' | 'Credited' | 'Rejected' {
  return bookingOutcome({
    paymentOrder: job.payment_order,
    debitAccountId: job.debit_account_id,
    payeeAccountId: job.payee_account_id ?? undefined,
    bookedAs: job.booked_as ?? undefined,
  });
}
