import type { Cents, CustomerId, PaymentId, SubmissionId } from '@lupa/protocol';
import type { AccountRecord } from './records.ts';

/** A submission that was accepted and now wants booking. */
export interface BookingJob {
  readonly paymentId: PaymentId;
  readonly submissionId: SubmissionId;
}

/**
 * What a booking did: which status the submission has now. `Rejected` when the payee's account is the payer's own: the
 * reservation is released and nothing booked. `already-done` when another caller has booked it or is about to.
 */
export type BookingOutcome = 'Submitted' | 'Credited' | 'Rejected' | 'already-done';

/**
 * The double-entry ledger. A booking moves one amount from one account to another: its two entries are written with
 * it, and the database refuses a booking without both, an entry without a booking, an entry whose balance is not the
 * previous one plus its amount, and a balance below the account's limit.
 */
export interface Ledger {
  /** @returns submissions due by `now`, oldest first, at most `limit`; reading them reserves nothing */
  dueBookings(now: Date, limit: number): Promise<BookingJob[]>;
  /**
   * In one transaction: takes the job (nobody else can then), releases the reservation, books payer → payee (or the
   * settlement account when the payee banks elsewhere), sets the submission `Submitted`, or `Credited` when the order is
   * `SEPA_INST` and the payee banks here, and removes the job. A SEPA payment to another bank has its message to the rails
   * written in the same transaction. Of any number of callers exactly one books.
   */
  book(
    job: BookingJob,
    booking: { bookingId: string; archiveId: string; at: Date; auditEventId: string },
  ): Promise<BookingOutcome>;
  /** Lets a job that is still in the queue wait until `due`; nothing happens to one that is not. */
  postpone(job: BookingJob, due: Date): Promise<void>;
  /** @returns when an accepted submission is due and what booking will make of it; undefined when it is not in the queue */
  foreseeBooking(
    paymentId: PaymentId,
    submissionId: SubmissionId,
  ): Promise<{ due: Date; outcome: 'Submitted' | 'Credited' | 'Rejected' } | undefined>;
  /** Opens an account with a balance taken from the bank's opening account; nothing happens when the IBAN exists. */
  openAccount(account: {
    accountId: string;
    iban: string;
    customerId: CustomerId;
    name: string;
    openingBalanceCents: Cents;
    limitCents: Cents;
    bookingId: string;
    archiveId: string;
    at: Date;
  }): Promise<void>;
  accountsOf(customerId: CustomerId): Promise<AccountRecord[]>;
  /** The trial balance: every number is 0 in a sound ledger. */
  trialBalance(): Promise<LedgerFaults>;
}

export interface LedgerFaults {
  /** Sum of all balances, the bank's own accounts included. */
  readonly imbalanceCents: number;
  /** Accounts whose balance differs from the sum of their entries. */
  readonly accountsOff: number;
  /** Accounts whose reservation differs from the sum of their accepted, unbooked submissions. */
  readonly reservationsOff: number;
  /** Submissions booked without being `Submitted` or `Credited`, or the reverse. */
  readonly submissionsOff: number;
}
