import type { SubmissionStatus, Violation } from '@lupa/protocol';
import { TPP_ERROR_CODES, type TppErrorCode } from './error-codes.ts';

/** What to call again with, so that a second call cannot be a second payment. */
export interface RetryWith {
  readonly idempotencyKey?: string;
  readonly submissionId?: string;
  /** `payWithExemption` only: the payment whose fate has to be known before anything else is tried. */
  readonly paymentId?: string;
}

/** What a `TppError` knows beyond its code. */
export interface TppErrorDetails {
  /** What exactly was wrong. Never a token, a secret or a code. */
  readonly detail?: string | undefined;
  /** The HTTP status, where the bank answered. */
  readonly status?: number | undefined;
  /** The bank's id of the request, found again in its logs. */
  readonly requestId?: string | undefined;
  /** The `x-fapi-interaction-id` of the call, in our logs and the bank's. */
  readonly interactionId?: string | undefined;
  /** Every rule of contract §5 that the request broke. */
  readonly violations?: readonly Violation[] | undefined;
  /** The `error` of the authorize or token endpoint (RFC 6749 sections 4.1.2.1 and 5.2). */
  readonly oauthError?: string | undefined;
  /** Its `error_description`. */
  readonly oauthDescription?: string | undefined;
  /** Of a refused registration: the bank's name for the check that failed. */
  readonly check?: string | undefined;
  readonly retrySafe?: boolean | undefined;
  readonly outcomeUnknown?: boolean | undefined;
  readonly retryWith?: RetryWith | undefined;
  /** How long the bank asked to wait. */
  readonly retryAfterMs?: number | undefined;
  readonly lastStatus?: SubmissionStatus | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of the SDK.
 *
 * @example
 * try {
 *   await tpp.submitPayment(paymentId, { tokens, submissionId });
 * } catch (error) {
 *   if (!(error instanceof TppError)) throw error;
 *   if (error.outcomeUnknown) await retryLater(paymentId, error.retryWith); // same submissionId: never paid twice
 *   else if (error.code === 'INSUFFICIENT_FUNDS') askForAnotherAccount();
 *   else log(error.code, error.requestId, error.message);
 * }
 */
export class TppError extends Error {
  override readonly name = 'TppError';
  /** Which of `TPP_ERROR_CODES` it is. */
  readonly code: TppErrorCode;
  readonly violations: readonly Violation[];
  /** Whether the same call, with `retryWith`, may be made again: it cannot be done twice, and it may succeed. */
  readonly retrySafe: boolean;
  /** Whether the bank may have done what was asked although no trustworthy answer says so. */
  readonly outcomeUnknown: boolean;
  // The rest is there only where it is known, so that a printed error is short.
  declare readonly status?: number;
  declare readonly requestId?: string;
  declare readonly interactionId?: string;
  declare readonly oauthError?: string;
  declare readonly oauthDescription?: string;
  /** `REGISTRATION_REFUSED` only: the bank's name for the check that failed. */
  declare readonly check?: string;
  /** The key or id to call again with. */
  declare readonly retryWith?: RetryWith;
  declare readonly retryAfterMs?: number;
  /** `WAIT_TIMEOUT` only: the status the submission had when time ran out. */
  declare readonly lastStatus?: SubmissionStatus;
  /** What was given to the constructor, so that a caller further out can add what it knows. */
  readonly #details: TppErrorDetails;

  constructor(code: TppErrorCode, details: TppErrorDetails = {}) {
    super(describe(code, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.violations = details.violations ?? [];
    this.retrySafe = details.retrySafe ?? TPP_ERROR_CODES[code].retrySafe;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    const { status, requestId, interactionId, oauthError, oauthDescription, check, retryWith } = details;
    const { retryAfterMs, lastStatus } = details;
    const answered = { status, requestId, interactionId, oauthError, oauthDescription, check };
    const others = { ...answered, retryWith, retryAfterMs, lastStatus };
    Object.assign(this, Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)));
    this.#details = details;
  }

  /** What exactly was wrong; `message` has it too. */
  get detail(): string | undefined {
    return this.#details.detail;
  }

  /** The same error, with what somebody further out knows about the call. */
  with(details: TppErrorDetails): TppError {
    const wider = new TppError(this.code, { ...this.#details, ...details });
    if (this.stack !== undefined) wider.stack = this.stack.replace(this.message, wider.message);
    return wider;
  }
}

/** Says that an argument of a public call cannot be used. */
export function argumentInvalid(detail: string): TppError {
  return new TppError('ARGUMENT_INVALID', { detail });
}

function describe(code: TppErrorCode, { detail, outcomeUnknown, retryWith }: TppErrorDetails): string {
  const sentences: string[] = [TPP_ERROR_CODES[code].message];
  if (detail !== undefined) sentences.push(`Here: ${detail.replace(/\.+$/, '')}.`);
  if (outcomeUnknown === true) sentences.push(outcomeSentence(retryWith));
  return sentences.join(' ');
}

function outcomeSentence(retryWith: RetryWith | undefined): string {
  const unknown = 'Whether the bank did what was asked is unknown';
  if (retryWith?.idempotencyKey !== undefined) {
    return `${unknown}; retrying with the same idempotency key is safe: there is never a second payment.`;
  }
  if (retryWith?.submissionId !== undefined) {
    return `${unknown}; retrying with the same submissionId is safe: it is never paid twice.`;
  }
  return `${unknown}.`;
}
