import { type AuthorizationId, asAuthorizationId, asPaymentId, asSubmissionId, type PaymentId } from '@lupa/protocol';
import type {
  CreationOutcome,
  ForeignPaymentToCreate,
  PaymentStore,
  PaymentToCreate,
  PaymentUnit,
  SubmissionAtOnce,
  TokenDigest,
} from '../../ports/payment-store.ts';
import type { TokenRecord } from '../../ports/records.ts';
import { createForeignPayment } from './create-foreign-payment.ts';
import { createPayment } from './create-payment.ts';
import type { Database } from './database.ts';
import {
  AUTHORIZATION_COLUMNS,
  type AuthorizationRow,
  authorizationRecord,
  PAYMENT_COLUMNS,
  type PaymentRow,
  paymentRecord,
  SUBMISSION_COLUMNS,
  type SubmissionRow,
  submissionRecord,
  TOKEN_BESIDE_OTHERS,
  TOKEN_COLUMNS,
  type TokenBesideOthersRow,
  type TokenRow,
  tokenBesideOthers,
  tokenRecord,
} from './payment-rows.ts';
import { PostgresPaymentUnit } from './payment-unit.ts';
import { submitAtOnce } from './submit-at-once.ts';

export const FIND_TOKEN = {
  name: 'find-token',
  text: `SELECT ${TOKEN_COLUMNS} FROM access_tokens WHERE token_digest = $1`,
};

/** The token and what it asks for travel together: an opaque token then costs no round trip of its own. */
const FIND_PAYMENT = {
  name: 'find-payment',
  text: findPayment(''),
};

/** Apart, for what a statement could find costs time even where it does not look. */
const FIND_PAYMENT_WITH_SUBMISSIONS = {
  name: 'find-payment-with-submissions',
  text: findPayment(`, (SELECT json_agg(row_to_json(s) ORDER BY s.created, s.submission_id) FROM (
        SELECT ${SUBMISSION_COLUMNS} FROM submissions WHERE payment_id = $2
      ) s) AS submissions`),
};

function findPayment(more: string): string {
  return `SELECT ${TOKEN_BESIDE_OTHERS}, ${PAYMENT_COLUMNS}${more}
    FROM access_tokens t
    LEFT JOIN payments p ON p.payment_id = $2
    LEFT JOIN authorizations a ON a.authorization_id = p.authorization_id
    WHERE t.token_digest = $1`;
}

const FIND_AUTHORIZATION = {
  name: 'find-authorization',
  text: `SELECT
      (SELECT row_to_json(t) FROM (SELECT ${TOKEN_COLUMNS} FROM access_tokens WHERE token_digest = $1) t) AS token,
      (SELECT row_to_json(f) FROM (
        SELECT ${AUTHORIZATION_COLUMNS} FROM authorizations a WHERE a.authorization_id = $2
      ) f) AS authorization,
      (SELECT json_agg(row_to_json(f) ORDER BY f.created, f.payment_id) FROM (
        SELECT ${PAYMENT_COLUMNS} FROM payments p JOIN authorizations a ON a.authorization_id = p.authorization_id
        WHERE p.authorization_id = $2
      ) f) AS payments`,
};

const PENDING_SINCE = {
  name: 'pending-since',
  text: `SELECT p.authorization_id, s.payment_id, s.submission_id
    FROM submissions s JOIN payments p ON p.payment_id = s.payment_id
    WHERE s.pending_until <= $1 ORDER BY s.pending_until, s.payment_id LIMIT $2`,
};

const UNAUTHORIZED_BEFORE = {
  name: 'unauthorized-before',
  text: `SELECT authorization_id FROM authorizations
    WHERE status = 'Unauthorized' AND created < $1 ORDER BY created, authorization_id LIMIT $2`,
};

type FoundPaymentRow = TokenBesideOthersRow &
  (PaymentRow | { payment_id: null }) & { submissions?: SubmissionRow[] | null };

/** Payments, authorizations and submissions in PostgreSQL or PGlite. */
export class PostgresPaymentStore implements PaymentStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  createPayment(payment: PaymentToCreate): Promise<CreationOutcome> {
    return createPayment(this.#database, payment);
  }

  createForeignPayment(payment: ForeignPaymentToCreate): Promise<CreationOutcome> {
    return createForeignPayment(this.#database, payment);
  }

  submitAtOnce(submission: SubmissionAtOnce): Promise<boolean> {
    return submitAtOnce(this.#database, submission);
  }

  async findToken(tokenDigest: TokenDigest): Promise<TokenRecord | undefined> {
    const [row] = await this.#database.query<TokenRow>(FIND_TOKEN, [tokenDigest]);
    return row && tokenRecord(row);
  }

  async findPayment(tokenDigest: TokenDigest, paymentId: PaymentId, withSubmissions = true) {
    const [row] = await this.#database.query<FoundPaymentRow>(
      withSubmissions ? FIND_PAYMENT_WITH_SUBMISSIONS : FIND_PAYMENT,
      [tokenDigest, paymentId],
    );
    return {
      token: row && tokenBesideOthers(row),
      payment: row === undefined || row.payment_id === null ? undefined : paymentRecord(row),
      submissions: (row?.submissions ?? []).map(submissionRecord),
    };
  }

  async findAuthorization(tokenDigest: TokenDigest, authorizationId: AuthorizationId) {
    const [row] = await this.#database.query<{
      token: TokenRow | null;
      authorization: AuthorizationRow | null;
      payments: PaymentRow[] | null;
    }>(FIND_AUTHORIZATION, [tokenDigest, authorizationId]);
    return {
      token: row?.token ? tokenRecord(row.token) : undefined,
      authorization: row?.authorization ? authorizationRecord(row.authorization) : undefined,
      payments: (row?.payments ?? []).map(paymentRecord),
    };
  }

  async pendingSince(at: Date, limit: number) {
    const rows = await this.#database.query<{ authorization_id: string; payment_id: string; submission_id: string }>(
      PENDING_SINCE,
      [at, limit],
    );
    return rows.map((row) => ({
      authorizationId: asAuthorizationId(row.authorization_id),
      paymentId: asPaymentId(row.payment_id),
      submissionId: asSubmissionId(row.submission_id),
    }));
  }

  async unauthorizedBefore(created: Date, limit: number): Promise<AuthorizationId[]> {
    const rows = await this.#database.query<{ authorization_id: string }>(UNAUTHORIZED_BEFORE, [created, limit]);
    return rows.map((row) => asAuthorizationId(row.authorization_id));
  }

  transaction<T>(work: (unit: PaymentUnit) => Promise<T>): Promise<T> {
    return this.#database.transaction((inside) => work(new PostgresPaymentUnit(inside)));
  }
}
