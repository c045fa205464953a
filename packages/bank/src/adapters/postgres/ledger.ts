import {
  asCents,
  asPaymentId,
  asSubmissionId,
  type CustomerId,
  type PaymentId,
  type SubmissionId,
} from '@lupa/protocol';
import type { BookingJob, BookingOutcome, Ledger, LedgerFaults } from '../../ports/ledger.ts';
import type { AccountRecord } from '../../ports/records.ts';
import type { SettlementMessages } from '../../ports/settlement-messages.ts';
import { ACCOUNTS_OF_CUSTOMER, OPENING_ACCOUNT } from './accounts.ts';
import { bookSubmission, foreseeBooking } from './book-submission.ts';
import { sendBooking } from './booking.ts';
import type { Database } from './database.ts';
import { type AccountRow, accountRecord } from './payment-rows.ts';
import { TRIAL_BALANCE } from './trial-balance.ts';

const DUE_BOOKINGS = {
  name: 'due-bookings',
  text: 'SELECT payment_id, submission_id FROM booking_queue WHERE due <= $1 ORDER BY due, payment_id LIMIT $2',
};
const POSTPONE = {
  name: 'postpone-booking',
  text: 'UPDATE booking_queue SET due = $3 WHERE payment_id = $1 AND submission_id = $2',
};
const OPEN_ACCOUNT = {
  name: 'open-account',
  text: `INSERT INTO accounts (account_id, purpose, customer_id, iban, name, limit_cents, created)
    VALUES ($1, 'customer', $2, $3, $4, $5, $6)
    ON CONFLICT (iban) DO NOTHING
    RETURNING account_id`,
};

/** The ledger in PostgreSQL or PGlite. What it must never do, the schema refuses. */
export class PostgresLedger implements Ledger {
  readonly #database: Database;
  readonly #messages: SettlementMessages;

  /** @param messages writes what leaves for other banks; it is stored with the booking */
  constructor(database: Database, messages: SettlementMessages) {
    this.#database = database;
    this.#messages = messages;
  }

  async dueBookings(now: Date, limit: number): Promise<BookingJob[]> {
    const rows = await this.#database.query<{ payment_id: string; submission_id: string }>(DUE_BOOKINGS, [now, limit]);
    return rows.map((row) => ({
      paymentId: asPaymentId(row.payment_id),
      submissionId: asSubmissionId(row.submission_id),
    }));
  }

  book(job: BookingJob, booking: Parameters<Ledger['book']>[1]): Promise<BookingOutcome> {
    return this.#database.transaction((inside) => bookSubmission(inside, job, booking, this.#messages));
  }

  async postpone({ paymentId, submissionId }: BookingJob, due: Date): Promise<void> {
    await this.#database.query(POSTPONE, [paymentId, submissionId, due]);
  }

  foreseeBooking(paymentId: PaymentId, submissionId: SubmissionId) {
    return foreseeBooking(this.#database, paymentId, submissionId);
  }

  openAccount(account: Parameters<Ledger['openAccount']>[0]): Promise<void> {
    const { accountId, customerId, iban, name, limitCents, openingBalanceCents, at } = account;
    return this.#database.transaction(async (inside) => {
      const opened = await inside.query(OPEN_ACCOUNT, [accountId, customerId, iban, name, limitCents, at]);
      if (opened.length === 0 || openingBalanceCents === 0) return;
      sendBooking(inside, {
        bookingId: account.bookingId,
        archiveId: account.archiveId,
        amountCents: openingBalanceCents,
        debitAccountId: OPENING_ACCOUNT,
        creditAccountId: accountId,
        releasedCents: 0,
        submission: undefined,
        at,
      });
    });
  }

  async accountsOf(customerId: CustomerId): Promise<AccountRecord[]> {
    const rows = await this.#database.query<AccountRow>(ACCOUNTS_OF_CUSTOMER, [customerId]);
    return rows.map(accountRecord);
  }

  async trialBalance(): Promise<LedgerFaults> {
    const [row] = await this.#database.query<Record<'imbalance' | 'accounts' | 'reservations' | 'submissions', number>>(
      TRIAL_BALANCE,
      [],
    );
    if (row === undefined) throw new Error('the trial balance has one row');
    return {
      imbalanceCents: asCents(row.imbalance),
      accountsOff: row.accounts,
      reservationsOff: row.reservations,
      submissionsOff: row.submissions,
    };
  }
}
