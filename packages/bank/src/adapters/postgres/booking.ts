import type { Transaction } from './database.ts';

/** What a booking moves, from where to where. */
export interface Booking {
  readonly bookingId: string;
  readonly archiveId: string;
  readonly amountCents: number;
  readonly debitAccountId: string;
  readonly creditAccountId: string;
  /** How much of the debit account's reservation it uses up. */
  readonly releasedCents: number;
  readonly submission: { readonly paymentId: string; readonly submissionId: string } | undefined;
  readonly at: Date;
}

/** Always in the same order, so that two bookings between the same accounts wait for one another instead of deadlocking. */
const LOCK_ACCOUNTS = {
  name: 'lock-accounts',
  text: 'SELECT account_id FROM accounts WHERE account_id IN ($1, $2) ORDER BY account_id FOR NO KEY UPDATE',
};

/**
 * One statement, because the database's rules on bookings, entries and balances refer to one another, and are checked when
 * a statement ends.
 */
const BOOK = {
  name: 'book',
  text: `WITH debit AS (
      UPDATE accounts
      SET balance_cents = balance_cents - $3::bigint, reserved_cents = reserved_cents - $6::bigint, entry_number = COALESCE(entry_number, 0) + 1
      WHERE account_id = $4
      RETURNING account_id, entry_number, balance_cents
    ), credit AS (
      UPDATE accounts
      SET balance_cents = balance_cents + $3::bigint, entry_number = COALESCE(entry_number, 0) + 1
      WHERE account_id = $5
      RETURNING account_id, entry_number, balance_cents
    ), entered AS (
      INSERT INTO entries (account_id, entry_number, booking_id, amount_cents, previous_balance_cents, balance_cents)
      SELECT account_id, entry_number, $1::uuid, -$3::bigint, balance_cents + $3::bigint, balance_cents FROM debit
      UNION ALL
      SELECT account_id, entry_number, $1::uuid, $3::bigint, balance_cents - $3::bigint, balance_cents FROM credit
    )
    INSERT INTO bookings (booking_id, archive_id, payment_id, submission_id, amount_cents, debit_account_id,
      debit_entry_number, credit_account_id, credit_entry_number, booked)
    SELECT $1, $2, $7, $8, $3, debit.account_id, debit.entry_number, credit.account_id, credit.entry_number, $9
    FROM debit, credit`,
};

/** Books, without waiting for the answer: if the database refuses, the transaction fails. */
export function sendBooking(inside: Transaction, booking: Booking): void {
  const { debitAccountId, creditAccountId, submission } = booking;
  inside.send(LOCK_ACCOUNTS, [debitAccountId, creditAccountId]);
  inside.send(BOOK, [
    booking.bookingId,
    booking.archiveId,
    booking.amountCents,
    debitAccountId,
    creditAccountId,
    booking.releasedCents,
    submission?.paymentId ?? null,
    submission?.submissionId ?? null,
    booking.at,
  ]);
}
