import type {
  AuthorizationId,
  AuthorizationStatus,
  Cents,
  ClientId,
  CustomerId,
  ParsedForeignPayment,
  ParsedSepaPayment,
  PaymentId,
  PaymentStatus,
  SubmissionId,
  SubmissionStatus,
} from '@lupa/protocol';
import type { EuroQuote } from '../domain/euro-quote.ts';
import type { SubmissionFailure } from '../domain/simulated-trial.ts';
import type { AccessToken } from '../domain/token-use.ts';

export type { TokenKind } from '../domain/token-use.ts';

/** An access token as stored. The token itself never is, only its SHA-256. */
export interface TokenRecord extends AccessToken {
  /**
   * Set while the token has not been used yet and came from a refresh: its first use ends the superseded refresh token
   * (contract §2: rotation survives a lost answer). The id to give to `TokenUse.confirm`.
   */
  readonly unconfirmedRefresh: string | undefined;
}

/** A payment of either type; `paymentType` tells which. */
export type PaymentRecord = SepaPaymentRecord | ForeignPaymentRecord;

export interface SepaPaymentRecord extends AnyPaymentRecord {
  readonly paymentType: 'SepaPayment';
  /** What the TPP asked for, defaults filled in. */
  readonly request: ParsedSepaPayment;
}

export interface ForeignPaymentRecord extends AnyPaymentRecord {
  readonly paymentType: 'ForeignPayment';
  /** What the TPP asked for, defaults filled in. */
  readonly request: ParsedForeignPayment;
  /** What it debits, as last quoted. */
  readonly quote: EuroQuote;
}

interface AnyPaymentRecord {
  readonly paymentId: PaymentId;
  readonly authorizationId: AuthorizationId;
  readonly clientId: ClientId;
  readonly status: PaymentStatus;
  /** Submissions that were accepted and so count against `request.count`. */
  readonly submissionsMade: number;
  /** The account the customer chose when authorising. */
  readonly debitAccountId: string | undefined;
  /** That account's IBAN: what the answers show as `payer` from then on. */
  readonly debitIban: string | undefined;
  readonly created: Date;
  readonly modified: Date;
}

export interface SubmissionRecord {
  readonly paymentId: PaymentId;
  readonly submissionId: SubmissionId;
  readonly status: SubmissionStatus;
  readonly archiveId: string | undefined;
  /** While it is `Pending`: the midnight at which it is `Rejected`. */
  readonly pendingUntil: Date | undefined;
  /** Why it was `Rejected` when it was put; undefined where booking or time did that. */
  readonly failure: SubmissionFailure | undefined;
  readonly created: Date;
  readonly modified: Date;
}

export interface AuthorizationRecord {
  readonly authorizationId: AuthorizationId;
  readonly clientId: ClientId;
  readonly status: AuthorizationStatus;
  readonly customerId: CustomerId | undefined;
  /** In the exemption flow: the family of tokens whose customer it was created for. */
  readonly sourceGrantId: string | undefined;
  readonly created: Date;
  readonly modified: Date;
  readonly authorized: Date | undefined;
}

export interface AccountRecord {
  readonly accountId: string;
  readonly iban: string;
  readonly customerId: CustomerId;
  readonly name: string;
  readonly balanceCents: Cents;
  /** Taken by accepted submissions that are not booked yet. */
  readonly reservedCents: Cents;
  /** `balanceCents − reservedCents` never falls below this; the database refuses it. */
  readonly limitCents: Cents;
}

/** One line of the audit trail, written in the transaction of the change it records. */
export interface AuditEvent {
  readonly eventId: string;
  readonly at: Date;
  readonly event: string;
  readonly authorizationId: AuthorizationId | undefined;
  readonly clientId: ClientId | undefined;
  readonly customerId: CustomerId | undefined;
  readonly requestId: string | undefined;
  /** What was shown or decided; never a token, a secret or a code. */
  readonly details: Readonly<Record<string, unknown>>;
}
