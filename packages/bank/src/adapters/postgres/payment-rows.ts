import {
  type AuthorizationStatus,
  asAuthorizationId,
  asCents,
  asClientId,
  asCustomerId,
  asPaymentId,
  asSubmissionId,
  type ParsedForeignPayment,
  type ParsedSepaPayment,
  type PaymentStatus,
  type SubmissionStatus,
} from '@lupa/protocol';
import type { SubmissionFailure } from '../../domain/simulated-trial.ts';
import type {
  AccountRecord,
  AuthorizationRecord,
  PaymentRecord,
  SubmissionRecord,
  TokenKind,
  TokenRecord,
} from '../../ports/records.ts';

/** How rows become records. A time is a `Date` in a row and text where the database has wrapped rows into JSON. */
type Time = Date | string;

export const TOKEN_COLUMNS =
  'kind, client_id, certificate_thumbprint, expires_at, authorization_id, customer_id, unconfirmed_refresh';

export interface TokenRow {
  kind: TokenKind;
  client_id: string;
  certificate_thumbprint: string;
  expires_at: Time;
  authorization_id: string | null;
  customer_id: string | null;
  unconfirmed_refresh: string | null;
}

export function tokenRecord(row: TokenRow): TokenRecord {
  return {
    kind: row.kind,
    clientId: asClientId(row.client_id),
    certificateThumbprint: row.certificate_thumbprint,
    expiresAt: new Date(row.expires_at),
    authorizationId: row.authorization_id === null ? undefined : asAuthorizationId(row.authorization_id),
    customerId: row.customer_id === null ? undefined : asCustomerId(row.customer_id),
    unconfirmedRefresh: row.unconfirmed_refresh ?? undefined,
  };
}

/** Of `access_tokens t`, under names that a payment beside it in the row has not. */
export const TOKEN_BESIDE_OTHERS =
  't.kind, t.client_id AS token_client_id, t.certificate_thumbprint, t.expires_at, t.authorization_id AS token_authorization_id, t.customer_id, t.unconfirmed_refresh';

export interface TokenBesideOthersRow extends Omit<TokenRow, 'client_id' | 'authorization_id'> {
  token_client_id: string;
  token_authorization_id: string | null;
}

export function tokenBesideOthers(row: TokenBesideOthersRow): TokenRecord {
  return tokenRecord({ ...row, client_id: row.token_client_id, authorization_id: row.token_authorization_id });
}

/** Of `payments p JOIN authorizations a`: whose a payment is, its bundle says. */
export const PAYMENT_COLUMNS =
  'p.payment_id, p.authorization_id, a.client_id, p.status, p.payment_type, p.request, p.amount_cents, p.units_per_euro, p.submissions_made, p.debit_account_id, p.debit_iban, p.created, p.modified';

export type PaymentRow = AnyPaymentRow &
  (
    | { payment_type: 'SepaPayment'; request: ParsedSepaPayment; units_per_euro: null }
    | { payment_type: 'ForeignPayment'; request: ParsedForeignPayment; units_per_euro: string }
  );

interface AnyPaymentRow {
  payment_id: string;
  authorization_id: string;
  client_id: string;
  status: PaymentStatus;
  amount_cents: number;
  submissions_made: number;
  debit_account_id: string | null;
  debit_iban: string | null;
  created: Time;
  modified: Time;
}

export function paymentRecord(row: PaymentRow): PaymentRecord {
  const facts = {
    paymentId: asPaymentId(row.payment_id),
    authorizationId: asAuthorizationId(row.authorization_id),
    clientId: asClientId(row.client_id),
    status: row.status,
    submissionsMade: row.submissions_made,
    debitAccountId: row.debit_account_id ?? undefined,
    debitIban: row.debit_iban ?? undefined,
    created: new Date(row.created),
    modified: new Date(row.modified),
  };
  if (row.payment_type === 'SepaPayment') return { ...facts, paymentType: 'SepaPayment', request: row.request };
  const quote = { debitCents: asCents(row.amount_cents), unitsPerEuro: row.units_per_euro };
  return { ...facts, paymentType: 'ForeignPayment', request: row.request, quote };
}

export const SUBMISSION_COLUMNS =
  'payment_id, submission_id, status, archive_id, pending_until, failure, created, modified';

export interface SubmissionRow {
  payment_id: string;
  submission_id: string;
  status: SubmissionStatus;
  archive_id: string | null;
  pending_until: Time | null;
  failure: SubmissionFailure | null;
  created: Time;
  modified: Time;
}

export function submissionRecord(row: SubmissionRow): SubmissionRecord {
  return {
    paymentId: asPaymentId(row.payment_id),
    submissionId: asSubmissionId(row.submission_id),
    status: row.status,
    archiveId: row.archive_id ?? undefined,
    pendingUntil: row.pending_until === null ? undefined : new Date(row.pending_until),
    failure: row.failure ?? undefined,
    created: new Date(row.created),
    modified: new Date(row.modified),
  };
}

export const AUTHORIZATION_COLUMNS =
  'a.authorization_id, a.client_id, a.status, a.customer_id, a.source_grant_id, a.created, a.modified, a.authorized';

export interface AuthorizationRow {
  authorization_id: string;
  client_id: string;
  status: AuthorizationStatus;
  customer_id: string | null;
  source_grant_id: string | null;
  created: Time;
  modified: Time;
  authorized: Time | null;
}

export function authorizationRecord(row: AuthorizationRow): AuthorizationRecord {
  return {
    authorizationId: asAuthorizationId(row.authorization_id),
    clientId: asClientId(row.client_id),
    status: row.status,
    customerId: row.customer_id === null ? undefined : asCustomerId(row.customer_id),
    sourceGrantId: row.source_grant_id ?? undefined,
    created: new Date(row.created),
    modified: new Date(row.modified),
    authorized: row.authorized === null ? undefined : new Date(row.authorized),
  };
}

export const ACCOUNT_COLUMNS = 'account_id, iban, customer_id, name, balance_cents, reserved_cents, limit_cents';

export interface AccountRow {
  account_id: string;
  iban: string;
  customer_id: string;
  name: string;
  balance_cents: number;
  reserved_cents: number;
  limit_cents: number;
}

export function accountRecord(row: AccountRow): AccountRecord {
  return {
    accountId: row.account_id,
    iban: row.iban,
    customerId: asCustomerId(row.customer_id),
    name: row.name,
    balanceCents: asCents(row.balance_cents),
    reservedCents: asCents(row.reserved_cents),
    limitCents: asCents(row.limit_cents),
  };
}
