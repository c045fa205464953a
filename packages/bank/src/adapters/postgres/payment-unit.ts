import { type AuthorizationId, asCustomerId, type Cents, type CustomerId, type PaymentId } from '@lupa/protocol';
import type { EuroQuote } from '../../domain/euro-quote.ts';
import type { PaymentUnit, SandboxDecision, TokenDigest } from '../../ports/payment-store.ts';
import type { AccountRecord, AuditEvent, TokenRecord } from '../../ports/records.ts';
import { ACCOUNTS_OF_CUSTOMER } from './accounts.ts';
import { writeAuditEvent } from './audit-trail.ts';
import type { Transaction } from './database.ts';
import { GIVE_BACK } from './exemption-statements.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  AUTHORIZATION_COLUMNS,
  type AuthorizationRow,
  accountRecord,
  authorizationRecord,
  PAYMENT_COLUMNS,
  type PaymentRow,
  paymentRecord,
  SUBMISSION_COLUMNS,
  type SubmissionRow,
  submissionRecord,
  TOKEN_COLUMNS,
  type TokenRow,
  tokenRecord,
} from './payment-rows.ts';

/**
 * What is read beside a locked row is read by a statement of its own, sent right behind the lock: one statement alone would
 * show it as it was before the wait for the lock.
 */
const LOCK_AUTHORIZATION = {
  name: 'lock-authorization',
  text: `SELECT ${AUTHORIZATION_COLUMNS} FROM authorizations a WHERE a.authorization_id = $1 FOR NO KEY UPDATE`,
};
const PAYMENTS_OF_AUTHORIZATION = {
  name: 'payments-of-authorization',
  text: `SELECT ${PAYMENT_COLUMNS} FROM payments p JOIN authorizations a ON a.authorization_id = p.authorization_id
    WHERE p.authorization_id = $1 ORDER BY p.created, p.payment_id`,
};
const LOCK_PAYMENT = {
  name: 'lock-payment',
  text: `SELECT ${PAYMENT_COLUMNS} FROM payments p JOIN authorizations a ON a.authorization_id = p.authorization_id
    WHERE p.payment_id = $1 FOR NO KEY UPDATE OF p`,
};
const SUBMISSIONS_OF_PAYMENT = {
  name: 'submissions-of-payment',
  text: `SELECT ${SUBMISSION_COLUMNS} FROM submissions WHERE payment_id = $1 ORDER BY created, submission_id`,
};
const TOKEN = {
  name: 'token-inside',
  text: `SELECT ${TOKEN_COLUMNS} FROM access_tokens WHERE token_digest = $1`,
};
const SET_AUTHORIZATION = {
  name: 'set-authorization',
  text: `UPDATE authorizations
    SET status = $2, customer_id = COALESCE($3, customer_id), authorized = COALESCE($4, authorized), modified = $5
    WHERE authorization_id = $1`,
};
const SET_PAYMENT = {
  name: 'set-payment',
  text: `UPDATE payments
    SET status = $2, modified = $3, debit_account_id = COALESCE($4, debit_account_id),
      debit_iban = COALESCE($5, debit_iban), submissions_made = COALESCE($6, submissions_made)
    WHERE payment_id = $1`,
};
const SET_QUOTE = {
  name: 'set-quote',
  text: `UPDATE payments SET amount_cents = $2, units_per_euro = $3
    WHERE payment_id = $1 AND payment_type = 'ForeignPayment' AND submissions_made = 0`,
};
const SAVE_SUBMISSION = {
  name: 'save-submission',
  text: `INSERT INTO submissions (payment_id, submission_id, status, archive_id, created, modified, pending_until, failure, booked_as)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (payment_id, submission_id) DO UPDATE
    SET status = EXCLUDED.status, archive_id = COALESCE(EXCLUDED.archive_id, submissions.archive_id),
      pending_until = EXCLUDED.pending_until, failure = EXCLUDED.failure, booked_as = EXCLUDED.booked_as,
      created = EXCLUDED.created, modified = EXCLUDED.modified`,
};
const RESERVE = {
  name: 'reserve',
  text: `UPDATE accounts SET reserved_cents = reserved_cents + $2
    WHERE account_id = $1 AND purpose = 'customer' AND balance_cents - reserved_cents - $2 >= limit_cents
    RETURNING account_id`,
};
const QUEUE_BOOKING = {
  name: 'queue-booking',
  text: `INSERT INTO booking_queue (payment_id, submission_id, due) VALUES ($1, $2, $3)
    ON CONFLICT (payment_id, submission_id) DO UPDATE SET due = EXCLUDED.due`,
};
const ACCOUNT = {
  name: 'account',
  text: `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE account_id = $1 AND purpose = 'customer'`,
};

const OWNER = {
  name: 'owner-of-account',
  text: "SELECT customer_id FROM accounts WHERE iban = $1 AND purpose = 'customer'",
};
const SANDBOX_DECISION = {
  name: 'sandbox-decision',
  text: 'SELECT decision FROM sandbox_decisions WHERE authorization_id = $1',
};
const SAVE_SANDBOX_DECISION = {
  name: 'save-sandbox-decision',
  text: 'INSERT INTO sandbox_decisions (authorization_id, decision, decided) VALUES ($1, $2, $3)',
};

type Change<Method extends 'setAuthorization' | 'setPayment'> = Parameters<PaymentUnit[Method]>[1];

/** One transaction over payments. What only writes is sent without waiting: if it fails, the transaction fails. */
export class PostgresPaymentUnit implements PaymentUnit {
  protected readonly inside: Transaction;

  constructor(inside: Transaction) {
    this.inside = inside;
  }

  async findToken(tokenDigest: TokenDigest): Promise<TokenRecord | undefined> {
    const [row] = await this.inside.query<TokenRow>(TOKEN, [tokenDigest]);
    return row && tokenRecord(row);
  }

  async lockAuthorization(authorizationId: AuthorizationId) {
    const [[locked], payments] = await Promise.all([
      this.inside.query<AuthorizationRow>(LOCK_AUTHORIZATION, [authorizationId]),
      this.inside.query<PaymentRow>(PAYMENTS_OF_AUTHORIZATION, [authorizationId]),
    ]);
    return locked && { authorization: authorizationRecord(locked), payments: payments.map(paymentRecord) };
  }

  async lockPayment(paymentId: PaymentId) {
    const [[locked], submissions] = await Promise.all([
      this.inside.query<PaymentRow>(LOCK_PAYMENT, [paymentId]),
      this.inside.query<SubmissionRow>(SUBMISSIONS_OF_PAYMENT, [paymentId]),
    ]);
    return locked && { payment: paymentRecord(locked), submissions: submissions.map(submissionRecord) };
  }

  async setAuthorization(authorizationId: AuthorizationId, change: Change<'setAuthorization'>): Promise<void> {
    const { status, customerId, authorized, modified } = change;
    this.inside.send(SET_AUTHORIZATION, [authorizationId, status, customerId ?? null, authorized ?? null, modified]);
  }

  async setPayment(paymentId: PaymentId, change: Change<'setPayment'>): Promise<void> {
    const { status, modified, debitAccountId = null, debitIban = null, submissionsMade = null } = change;
    this.inside.send(SET_PAYMENT, [paymentId, status, modified, debitAccountId, debitIban, submissionsMade]);
  }

  async setQuote(paymentId: PaymentId, { debitCents, unitsPerEuro }: EuroQuote): Promise<void> {
    this.inside.send(SET_QUOTE, [paymentId, debitCents, unitsPerEuro]);
  }

  async saveSubmission(submission: Parameters<PaymentUnit['saveSubmission']>[0]): Promise<void> {
    const { paymentId, submissionId, status, archiveId = null, created, modified } = submission;
    const { pendingUntil = null, failure = null, bookedAs = null } = submission;
    const values = [paymentId, submissionId, status, archiveId, created, modified, pendingUntil, failure, bookedAs];
    this.inside.send(SAVE_SUBMISSION, values);
  }

  async reserve(accountId: string, amountCents: Cents): Promise<boolean> {
    return (await this.inside.query(RESERVE, [accountId, amountCents])).length === 1;
  }

  async queueBooking(job: Parameters<PaymentUnit['queueBooking']>[0]): Promise<void> {
    this.inside.send(QUEUE_BOOKING, [job.paymentId, job.submissionId, job.due]);
  }

  async account(accountId: string): Promise<AccountRecord | undefined> {
    const [row] = await this.inside.query<AccountRow>(ACCOUNT, [accountId]);
    return row && accountRecord(row);
  }

  async accountsOf(customerId: CustomerId): Promise<AccountRecord[]> {
    return (await this.inside.query<AccountRow>(ACCOUNTS_OF_CUSTOMER, [customerId])).map(accountRecord);
  }

  async ownerOf(iban: string): Promise<CustomerId | undefined> {
    const [row] = await this.inside.query<{ customer_id: string }>(OWNER, [iban]);
    return row && asCustomerId(row.customer_id);
  }

  async sandboxDecision(authorizationId: AuthorizationId): Promise<SandboxDecision | undefined> {
    const [row] = await this.inside.query<{ decision: SandboxDecision }>(SANDBOX_DECISION, [authorizationId]);
    return row?.decision;
  }

  async saveSandboxDecision(authorizationId: AuthorizationId, decision: SandboxDecision, decided: Date): Promise<void> {
    this.inside.send(SAVE_SANDBOX_DECISION, [authorizationId, decision, decided]);
  }

  async giveBackExemption(paymentId: PaymentId, at: Date): Promise<boolean> {
    return (await this.inside.query(GIVE_BACK, [paymentId, at])).length === 1;
  }

  async audit(event: AuditEvent): Promise<void> {
    writeAuditEvent(this.inside, event);
  }
}
