import type {
  AuthorizationId,
  AuthorizationStatus,
  Cents,
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
import type {
  AccountRecord,
  AuditEvent,
  AuthorizationRecord,
  PaymentRecord,
  SubmissionRecord,
  TokenRecord,
} from './records.ts';

/** SHA-256 of an access token, the key under which it is stored. */
export type TokenDigest = Uint8Array;

/** What creating a payment takes, of whichever type. */
export interface Creation {
  readonly tokenDigest: TokenDigest;
  /** The store creates nothing unless the token belongs to this client and certificate and has not expired by `now`. */
  readonly clientId: string;
  readonly certificateThumbprint: string;
  readonly now: Date;
  readonly paymentId: PaymentId;
  /** Used when the payment opens a bundle of its own. */
  readonly newAuthorizationId: AuthorizationId;
  readonly idempotencyKey: string;
  /** SHA-256 over method, path and raw body: what "an identical body" is compared by. */
  readonly requestDigest: Uint8Array;
  /** The recorded headers of the request: customer's IP address, user agent, … */
  readonly context: Readonly<Record<string, string>>;
  readonly audit: AuditEvent;
}

/** A payment about to be created, everything decided but what only the store can know. */
export interface PaymentToCreate extends Creation {
  /** The bundle it joins, if the request named one. */
  readonly joins: AuthorizationId | undefined;
  readonly request: ParsedSepaPayment;
  /** A token of the customer may create it (contract §9, step 2) if the payer account, too, turns out to be that customer's. */
  readonly fitForExemption: boolean;
}

/** A foreign payment about to be created, always in a bundle of its own and never by a token of the customer. */
export interface ForeignPaymentToCreate extends Creation {
  readonly request: ParsedForeignPayment;
  readonly quote: EuroQuote;
}

/** A submission of the commonest kind: of a SEPA payment alone in its bundle, that may be submitted once and was not yet. */
export interface SubmissionAtOnce {
  readonly tokenDigest: TokenDigest;
  /** The token must belong to this client and certificate, not have expired by `now`, and reach the payment. */
  readonly clientId: string;
  readonly certificateThumbprint: string;
  readonly now: Date;
  readonly paymentId: PaymentId;
  readonly submissionId: SubmissionId;
  /** What to record, but for the authorization, its customer and `details.amountCents`, which the store knows. */
  readonly audit: Omit<AuditEvent, 'authorizationId' | 'customerId'>;
}

/** What became of it. `token` is what the store knows of the token, for the caller to judge first. */
export type CreationOutcome =
  /** `token` is undefined where it is the client's own, and the store has seen to all that is asked of one. */
  | { readonly kind: 'created'; readonly token: TokenRecord | undefined }
  /** `payerOwned`: whether the request names an account of the customer that the token stands for. */
  | { readonly kind: 'token-refused'; readonly token: TokenRecord | undefined; readonly payerOwned: boolean }
  /** The bundle named by `joins` is not this client's, not there, locked, full, or of another kind. */
  | { readonly kind: 'bundle-refused'; readonly token: TokenRecord; readonly bundle: AuthorizationRecord | undefined }
  /** The idempotency key was used before; `payment` as it stands now. */
  | {
      readonly kind: 'key-used';
      readonly token: TokenRecord;
      readonly payment: PaymentRecord;
      readonly sameRequest: boolean;
    };

/** At most this many payments share one authorization (D: keeps one SCA page readable). */
export const MAX_PAYMENTS_IN_BUNDLE = 100;

/** Reads are one statement each, and look the token up in the same statement. */
export interface PaymentStore {
  /**
   * One transaction, one statement. What most payments are is tried first: of a client's own token, in a bundle of its own. Where that
   * does nothing, the next statement tells why, or creates in the exemption flow; a key that was used takes one more.
   */
  createPayment(payment: PaymentToCreate): Promise<CreationOutcome>;
  /** As `createPayment`. */
  createForeignPayment(payment: ForeignPaymentToCreate): Promise<CreationOutcome>;
  /**
   * One transaction, one statement: accepts the submission, with the amount reserved and its booking queued.
   *
   * @returns false, with nothing done, when anything is otherwise than in the commonest case: then the whole of
   * `submitPayment` finds out what, and decides
   */
  submitAtOnce(submission: SubmissionAtOnce): Promise<boolean>;
  findToken(tokenDigest: TokenDigest): Promise<TokenRecord | undefined>;
  /** @param withSubmissions whether its submissions are wanted too; they are when absent, and none are given when they are not */
  findPayment(
    tokenDigest: TokenDigest,
    paymentId: PaymentId,
    withSubmissions?: boolean,
  ): Promise<{ token: TokenRecord | undefined; payment: PaymentRecord | undefined; submissions: SubmissionRecord[] }>;
  findAuthorization(
    tokenDigest: TokenDigest,
    authorizationId: AuthorizationId,
  ): Promise<{
    token: TokenRecord | undefined;
    authorization: AuthorizationRecord | undefined;
    payments: PaymentRecord[];
  }>;
  /** Submissions still `Pending` at `at` or before, their midnight over, longest ago first, at most `limit`. */
  pendingSince(
    at: Date,
    limit: number,
  ): Promise<{ authorizationId: AuthorizationId; paymentId: PaymentId; submissionId: SubmissionId }[]>;
  /** Authorizations created before `created` that are still `Unauthorized`, oldest first, at most `limit`. */
  unauthorizedBefore(created: Date, limit: number): Promise<AuthorizationId[]>;
  /**
   * Runs `work` in one transaction and commits what it wrote, or nothing. Runs it anew when the database asks for
   * that (serialization failure, deadlock), so `work` must do nothing but use `unit`.
   */
  transaction<T>(work: (unit: PaymentUnit) => Promise<T>): Promise<T>;
}

/** How the sandbox decided an authorization in the customer's place (contract §5, `sandbox-authorize`). */
export type SandboxDecision = 'authorized' | 'rejected';

/** What may be done inside one transaction. Every `lock…` waits for other holders and then reads what they left. */
export interface PaymentUnit {
  findToken(tokenDigest: TokenDigest): Promise<TokenRecord | undefined>;
  /** Locks the authorization, then reads it and all its payments, oldest first. Lock order everywhere: authorization, payment, account. */
  lockAuthorization(
    authorizationId: AuthorizationId,
  ): Promise<{ authorization: AuthorizationRecord; payments: PaymentRecord[] } | undefined>;
  /** Locks the payment's row, then reads it and all its submissions (oldest first). Does not lock its authorization. */
  lockPayment(paymentId: PaymentId): Promise<{ payment: PaymentRecord; submissions: SubmissionRecord[] } | undefined>;
  setAuthorization(
    authorizationId: AuthorizationId,
    change: {
      status: AuthorizationStatus;
      customerId?: CustomerId | undefined;
      authorized?: Date | undefined;
      modified: Date;
    },
  ): Promise<void>;
  setPayment(
    paymentId: PaymentId,
    change: {
      status: PaymentStatus;
      modified: Date;
      debitAccountId?: string | undefined;
      debitIban?: string | undefined;
      submissionsMade?: number | undefined;
    },
  ): Promise<void>;
  /** Replaces what a foreign payment was quoted at. */
  setQuote(paymentId: PaymentId, quote: EuroQuote): Promise<void>;
  /** Inserts, or replaces the status and times of an existing one. */
  saveSubmission(submission: {
    paymentId: PaymentId;
    submissionId: SubmissionId;
    status: SubmissionStatus;
    archiveId?: string | undefined;
    pendingUntil?: Date | undefined;
    failure?: SubmissionFailure | undefined;
    /** In the sandbox: what booking is to make of it. */
    bookedAs?: 'Submitted' | 'Rejected' | undefined;
    created: Date;
    modified: Date;
  }): Promise<void>;
  /**
   * Sets `amountCents` of the account aside.
   * @returns false, with nothing changed, when the account has not that much above its limit
   */
  reserve(accountId: string, amountCents: Cents): Promise<boolean>;
  /** Announces, in the same transaction, that the submission is to be booked from `due` on. */
  queueBooking(job: { paymentId: PaymentId; submissionId: SubmissionId; due: Date }): Promise<void>;
  account(accountId: string): Promise<AccountRecord | undefined>;
  accountsOf(customerId: CustomerId): Promise<AccountRecord[]>;
  /** The customer whose account this is; undefined when it is none of this bank's customers'. */
  ownerOf(iban: string): Promise<CustomerId | undefined>;
  /** What the sandbox has decided in the customer's place, if it has. */
  sandboxDecision(authorizationId: AuthorizationId): Promise<SandboxDecision | undefined>;
  /** Remembers that; at most once for an authorization. */
  saveSandboxDecision(authorizationId: AuthorizationId, decision: SandboxDecision, decided: Date): Promise<void>;
  /**
   * The payment can no longer be submitted, or was submitted and finally refused: what its exemption took from the customer's
   * count is given back (contract §9).
   * @returns false, with nothing changed, when it had none or gave it back before
   */
  giveBackExemption(paymentId: PaymentId, at: Date): Promise<boolean>;
  audit(event: AuditEvent): Promise<void>;
}
