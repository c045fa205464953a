import type { Violation } from './violations.ts';

/** Who has to act, as contract §7 names it. */
export type ErrorType = 'SECURITY' | 'VALIDATION' | 'TECHNICAL' | 'BUSINESS';

/** What an error code means on the wire. */
export interface ErrorEntry {
  readonly httpStatus: number;
  readonly type: ErrorType;
  /** What happened, why, and what to do next. ASCII, because `WWW-Authenticate` carries it too. */
  readonly message: string;
  /**
   * The `error` of `WWW-Authenticate: Bearer` (RFC 6750 section 3.1), for refusals that concern the caller's
   * credentials.
   */
  readonly bearerError?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  /** The `Retry-After` to send where the error itself names none. */
  readonly retryAfterSeconds?: number;
}

/** Every way a call of the payments API can be refused (contract §7): the one table of codes, statuses and texts. */
export const ERROR_CODES = {
  TOKEN_MISSING: {
    httpStatus: 401,
    type: 'SECURITY',
    message: 'No access token was sent. Send the header Authorization: Bearer <access token>.',
    bearerError: 'invalid_request',
  },
  TOKEN_INVALID: {
    httpStatus: 401,
    type: 'SECURITY',
    message:
      'The access token is unknown, expired, revoked or bound to another client certificate. Fetch a new one at the token endpoint over the same certificate.',
    bearerError: 'invalid_token',
  },
  API_KEY_MISSING: {
    httpStatus: 401,
    type: 'SECURITY',
    message: 'No API key was sent. Send the api_key of your registration in the header x-api-key.',
    bearerError: 'invalid_request',
  },
  API_KEY_UNKNOWN: {
    httpStatus: 401,
    type: 'SECURITY',
    message: 'The API key is not known to this bank. Send the api_key of your registration in the header x-api-key.',
    bearerError: 'invalid_request',
  },
  CERTIFICATE_UNKNOWN: {
    httpStatus: 401,
    type: 'SECURITY',
    message:
      'The client certificate of this connection belongs to no registered client. Connect with the certificate you registered.',
    bearerError: 'invalid_token',
  },
  CERTIFICATE_REFUSED: {
    httpStatus: 401,
    type: 'SECURITY',
    message:
      'The client certificate of this connection is not accepted. Connect with the QWAC of the registered organisation, valid and not revoked.',
    bearerError: 'invalid_token',
  },
  TOKEN_WRONG_KIND: {
    httpStatus: 403,
    type: 'SECURITY',
    message:
      'The access token is valid but may not make this call. Use a client-credentials token to create, read or revoke, and the token of the customer to submit.',
    bearerError: 'insufficient_scope',
  },
  API_KEY_FOREIGN: {
    httpStatus: 403,
    type: 'SECURITY',
    message: 'The API key belongs to another client than the access token. Send the two of the same registration.',
  },
  ROLE_MISSING: {
    httpStatus: 403,
    type: 'SECURITY',
    message:
      'This client may not initiate payments. Its registration needs the software role PIS, and its certificate the PSD2 role PSP_PI.',
    bearerError: 'insufficient_scope',
  },
  NOT_FOUND: {
    httpStatus: 404,
    type: 'VALIDATION',
    message: 'There is no such resource for this client. Check the path and the ids in it.',
  },
  METHOD_NOT_ALLOWED: {
    httpStatus: 405,
    type: 'VALIDATION',
    message: 'This path does not take this method. The header Allow lists those it takes.',
  },
  NOT_ACCEPTABLE: {
    httpStatus: 406,
    type: 'VALIDATION',
    message: 'The header Accept excludes JSON, and JSON is all this API answers. Accept application/json.',
  },
  BODY_TOO_LARGE: {
    httpStatus: 413,
    type: 'VALIDATION',
    message: 'The body is larger than 64 KiB and was not read. Send a smaller one.',
  },
  MEDIA_TYPE: {
    httpStatus: 415,
    type: 'VALIDATION',
    message: 'The body is encoded in a way this API does not read. Send it without Content-Encoding.',
  },
  HEADERS_TOO_LARGE: {
    httpStatus: 431,
    type: 'VALIDATION',
    message: 'The headers are too large and were not read. Send fewer or shorter ones.',
  },
  BODY_NOT_JSON: {
    httpStatus: 400,
    type: 'VALIDATION',
    message: 'The body is not acceptable JSON. Send one JSON value in UTF-8, with every member name once.',
  },
  BODY_INVALID: {
    httpStatus: 400,
    type: 'VALIDATION',
    message: 'The body breaks the rules listed in violations. Mend them all and send it again.',
  },
  HEADER_INVALID: {
    httpStatus: 400,
    type: 'VALIDATION',
    message: 'A header is missing or malformed. Mend it and send the request again.',
  },
  SIGNATURE_MISSING: {
    httpStatus: 400,
    type: 'SECURITY',
    message: 'The body is not signed. Send a detached JWS over its bytes in the header x-jws-signature.',
  },
  SIGNATURE_MALFORMED: {
    httpStatus: 400,
    type: 'SECURITY',
    message:
      'The signature is not an acceptable JWS. Use compact serialization with alg RS256, ES256 or PS256, a kid, no crit and no b64.',
  },
  SIGNATURE_WRONG: {
    httpStatus: 400,
    type: 'SECURITY',
    message:
      'The signature does not fit what was received. Sign exactly the bytes you send, with the key that kid names.',
  },
  SIGNATURE_KEY_UNKNOWN: {
    httpStatus: 400,
    type: 'SECURITY',
    message:
      'No key that may sign for this client has the kid of the signature and fits its alg. Publish the key in the registered key set, with its QSEALC as x5c.',
  },
  ILLEGAL_STATE: {
    httpStatus: 409,
    type: 'BUSINESS',
    message: 'The resource is not in a state that allows this. Read it again to see its status.',
  },
  DUPLICATE_PAYMENT: {
    httpStatus: 409,
    type: 'BUSINESS',
    message:
      'This x-idempotency-key was already used for another body, or its payment has moved on. Use a new key for a new payment.',
  },
  INSUFFICIENT_FUNDS: {
    httpStatus: 422,
    type: 'BUSINESS',
    message:
      'The account does not hold enough money; nothing was debited. Submit again with the same submissionId once it does.',
  },
  PAYMENT_FAIL: {
    httpStatus: 422,
    type: 'BUSINESS',
    message: 'The payment was refused and nothing was debited. Read the submission for its status.',
  },
  TOO_MANY_REQUESTS: {
    httpStatus: 429,
    type: 'TECHNICAL',
    message: 'Too many requests came at once; nothing was done. Wait as long as Retry-After says, then send it again.',
    retryAfterSeconds: 1,
  },
  UNAVAILABLE: {
    httpStatus: 503,
    type: 'TECHNICAL',
    message:
      'The bank cannot serve this just now; nothing was done. Wait as long as Retry-After says, then send it again.',
    retryAfterSeconds: 5,
  },
  OUTCOME_UNKNOWN: {
    httpStatus: 503,
    type: 'TECHNICAL',
    message:
      'The bank lost the answer of its store, so whether this was done is unknown. Send it again with the same key or id: it is never done twice.',
    retryAfterSeconds: 1,
  },
  INTERNAL: {
    httpStatus: 500,
    type: 'TECHNICAL',
    message:
      'Something went wrong in the bank. Send the same request again later, and quote the id of this answer if it persists.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** The code of an error, one for each way a call is refused. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What a LupaError says beyond its code. */
export interface LupaErrorDetails {
  /** Every rule that was broken, in the order of the fields. */
  readonly violations?: readonly Violation[];
  /** What exactly was wrong, for the one who has to mend it. Never a token, a secret or a whole IBAN. */
  readonly description?: string;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** The one error class: malformed or untrusted input, and whatever ends a call of the payments API early. */
export class LupaError extends Error {
  override readonly name = 'LupaError';
  readonly code: ErrorCode;
  readonly violations: readonly Violation[];
  readonly description: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, details: LupaErrorDetails = {}) {
    super(describe(code, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.violations = details.violations ?? [];
    this.description = details.description;
    this.retryAfterSeconds = details.retryAfterSeconds ?? errorEntry(code).retryAfterSeconds;
  }
}

/** The body of every error answer of the payments API (contract §7). */
export interface ErrorBody {
  readonly type: ErrorType;
  readonly message: string;
  /** The request id, found again in the logs. */
  readonly id: string;
  readonly violations: readonly Violation[];
}

/** What the table says of a code. */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERROR_CODES[code];
}

/** The body to answer an error with (contract §7). */
export function errorBody(error: LupaError, requestId: string): ErrorBody {
  return { type: errorEntry(error.code).type, message: error.message, id: requestId, violations: error.violations };
}

/**
 * The value of `WWW-Authenticate` that belongs to a code (contract §7; RFC 6750 section 3), or `undefined` where none
 * does. Every 401 has one.
 */
export function bearerChallenge(code: ErrorCode): string | undefined {
  const { bearerError, message } = errorEntry(code);
  return bearerError === undefined ? undefined : `Bearer error="${bearerError}", error_description="${message}"`;
}

/**
 * A body with one broken rule is best described by that rule; otherwise the table speaks, and the description adds
 * what it knows.
 */
function describe(code: ErrorCode, { violations = [], description }: LupaErrorDetails): string {
  const [first, ...others] = violations;
  if (code === 'BODY_INVALID' && first !== undefined) {
    return others.length === 0 ? first.message : `${first.message} (and ${others.length} more, see violations)`;
  }
  const message = errorEntry(code).message;
  return description === undefined ? message : `${message} Here: ${description}`;
}
