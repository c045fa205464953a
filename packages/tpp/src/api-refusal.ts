import { parseStrictJson, VIOLATION_TYPES, type Violation, type ViolationType } from '@lupa/protocol';
import { codeOfStatus } from './code-of-status.ts';
import type { Connection } from './connection.ts';
import { TPP_ERROR_CODES, type TppErrorCode } from './error-codes.ts';
import type { Secret } from './secret.ts';
import { TppError } from './tpp-error.ts';
import type { HttpAnswer } from './wire/http.ts';
import { scrub } from './wire/redaction.ts';
import { asRequestId, requestIdOf } from './wire/request-id.ts';
import { retryAfterMs } from './wire/retry-after.ts';

const MAX_MESSAGE_LENGTH = 500;

/** Reads a signed error answer of the payments API (contract §7). The wire has no code: status, type and violations together say which. */
export function apiRefusal({ knownSecrets, clock }: Connection, answer: HttpAnswer, token: Secret): TppError {
  const { status, body } = answer;
  const secrets = [...knownSecrets, token.reveal()];
  // Secrets are sought before the text is cut: half of one would not be found.
  const clean = (text: string) => scrub(text, secrets).slice(0, MAX_MESSAGE_LENGTH);
  const { type, message, id, violations } = readErrorBody(body);
  const shown = violations.map((each) => ({ ...each, path: clean(each.path), message: clean(each.message) }));
  const code = codeOf(status, type, new Set(violations.map((violation) => violation.type)));
  return new TppError(code, {
    status,
    requestId: asRequestId(id, secrets) ?? requestIdOf(answer, secrets),
    violations: shown,
    retryAfterMs: retryAfterMs(answer, clock),
    // Contract §7: a 503 may mean that even the bank does not know; of other failures inside it no promise is made.
    outcomeUnknown: status >= 500,
    detail: message === undefined ? `the bank answered ${status}` : whatElse(code, clean(message)),
  });
}

/** What the bank says beyond the code's own words, which are often its words too. */
function whatElse(code: TppErrorCode, message: string): string | undefined {
  return message === TPP_ERROR_CODES[code].message ? undefined : `the bank says: ${message}`;
}

function codeOf(status: number, type: unknown, violations: ReadonlySet<ViolationType>): TppErrorCode {
  switch (status) {
    case 400:
      return type === 'SECURITY' ? 'REQUEST_SIGNATURE_REFUSED' : 'REQUEST_INVALID';
    case 401:
      return 'ACCESS_TOKEN_REFUSED';
    case 403:
      return 'FORBIDDEN';
    case 404:
      return 'NOT_FOUND';
    case 409:
      return violations.has('IllegalState') ? 'ILLEGAL_STATE' : 'DUPLICATE_PAYMENT';
    case 422:
      return violations.has('InsufficientFunds') ? 'INSUFFICIENT_FUNDS' : 'PAYMENT_FAIL';
    default:
      return codeOfStatus(status, 'REQUEST_INVALID');
  }
}

/** What can be read of an error body; the status speaks where it says nothing. */
function readErrorBody(bytes: Uint8Array) {
  let body: Record<string, unknown> = {};
  try {
    body = Object(parseStrictJson(bytes));
  } catch {
    // A signed error that is no JSON is still an error.
  }
  const { type, message, id, violations } = body;
  return {
    type,
    message: typeof message === 'string' && message !== '' ? message : undefined,
    id,
    violations: Array.isArray(violations) ? violations.flatMap(readViolation) : [],
  };
}

function readViolation(value: unknown): Violation[] {
  const { type, path, message, ...bounds } = Object(value) as Record<string, unknown>;
  if (typeof path !== 'string' || typeof message !== 'string') return [];
  const known = VIOLATION_TYPES.find((each) => each === type) ?? 'InvalidValue';
  const numbers = Object.entries(bounds).filter(([name, bound]) =>
    name === 'inclusive'
      ? typeof bound === 'boolean'
      : ['value', 'min', 'max'].includes(name) && typeof bound === 'number',
  );
  return [{ type: known, path, message, ...Object.fromEntries(numbers) }];
}
