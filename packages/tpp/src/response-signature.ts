import { HEADERS, LupaError, verifyDetached } from '@lupa/protocol';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import type { TppErrorCode } from './error-codes.ts';
import { TppError } from './tpp-error.ts';
import type { HttpAnswer } from './wire/http.ts';

const CODES: Readonly<Record<string, TppErrorCode>> = {
  SIGNATURE_MISSING: 'RESPONSE_SIGNATURE_MISSING',
  SIGNATURE_MALFORMED: 'RESPONSE_SIGNATURE_MALFORMED',
  SIGNATURE_WRONG: 'RESPONSE_SIGNATURE_WRONG',
  SIGNATURE_KEY_UNKNOWN: 'RESPONSE_SIGNATURE_KEY_UNKNOWN',
};

/**
 * Verifies `x-jws-signature` over the bytes received (contract §5; W step 8), errors included. Nothing has parsed them yet.
 *
 * @throws TppError RESPONSE_SIGNATURE_…, KEYS_UNAVAILABLE; what a gateway says in the bank's place
 */
export async function verifyResponseSignature(
  connection: Connection,
  answer: HttpAnswer,
  deadline: Deadline,
): Promise<void> {
  const signature = answer.headers[HEADERS.jwsSignature];
  if (signature === undefined) throw unsigned(answer);
  try {
    await connection.responseKeys.verify((findKey) => verifyDetached(signature, answer.body, findKey), deadline);
  } catch (cause) {
    const code = cause instanceof LupaError ? CODES[cause.code] : undefined;
    if (code === undefined) throw cause;
    throw new TppError(code, { cause, detail: cause instanceof LupaError ? cause.description : undefined });
  }
}

/** JSON without a signature is never the bank's. A gateway before it speaks HTML or nothing, and only its status is believed. */
function unsigned({ status, headers }: HttpAnswer): TppError {
  const isJson = /\bjson\b/i.test(headers['content-type'] ?? '');
  const detail = `the answer ${status} is not signed, so something before the bank gave it`;
  if (isJson) return new TppError('RESPONSE_SIGNATURE_MISSING');
  if (status === 429) return new TppError('TOO_MANY_REQUESTS', { detail });
  if (status === 502 || status === 503 || status === 504) return new TppError('UNAVAILABLE', { detail });
  if (status >= 300 && status < 400) return new TppError('ANSWER_UNEXPECTED', { detail: 'it is a redirect' });
  return new TppError('RESPONSE_SIGNATURE_MISSING');
}
