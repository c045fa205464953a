import { parseStrictJson } from '@lupa/protocol';
import { Secret } from './secret.ts';
import { TppError } from './tpp-error.ts';
import type { HttpAnswer } from './wire/http.ts';

/** RFC 6750 section 2.1 and RFC 6749 appendix A: what can stand in a header. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/** What the token endpoint gave, its shape checked; the ID token is not verified yet. */
export interface TokenAnswer {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly idToken?: string;
  /** As asked for, where the bank says nothing (RFC 6749 section 5.1). */
  readonly scope: string;
  readonly expiresInSeconds: number;
}

/**
 * Reads the answer of the token endpoint (contract §2; RFC 6749 section 5.1).
 *
 * @param askedScope what the bank means when it names no scope
 * @throws TppError ANSWER_UNEXPECTED
 */
export function readTokenAnswer({ status, body }: HttpAnswer, askedScope = 'payments'): TokenAnswer {
  const unexpected = (detail: string, cause?: unknown) =>
    new TppError('ANSWER_UNEXPECTED', { status, detail, cause, retrySafe: false });
  let members: Record<string, unknown>;
  try {
    members = Object(parseStrictJson(body));
  } catch (cause) {
    throw unexpected('the token answer is not acceptable JSON', cause);
  }
  const {
    token_type: type,
    access_token: accessToken,
    refresh_token: refreshToken,
    id_token: idToken,
    scope = askedScope,
  } = members;
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw unexpected('token_type is not bearer');
  if (!isToken(accessToken)) throw unexpected('access_token is missing or malformed');
  if (refreshToken !== undefined && !isToken(refreshToken)) throw unexpected('refresh_token is malformed');
  if (idToken !== undefined && typeof idToken !== 'string') throw unexpected('id_token is not a string');
  if (typeof scope !== 'string' || !scope.split(' ').includes('payments'))
    throw unexpected('scope does not contain payments');
  const expiresInSeconds = readSeconds(members.expires_in);
  if (expiresInSeconds === undefined) throw unexpected('expires_in is missing or not a number of seconds');
  return {
    accessToken: new Secret(accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(idToken === undefined ? {} : { idToken }),
    scope,
    expiresInSeconds,
  };
}

/** A number, or the string that W prints for client credentials. */
function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : undefined;
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}
