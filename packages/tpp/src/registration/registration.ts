import { parseClientId, parseStrictJson } from '@lupa/protocol';
import { Secret } from '../secret.ts';
import { TppError } from '../tpp-error.ts';

/** What a bank has registered: who this client is there (contract §10). Prints without its secrets. */
export interface Registration {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** When the secret ends; absent when it does not. */
  readonly clientSecretExpiresAt?: Date;
  /** Of an answer that gave a new secret: until when the one before it works, unless the new one is used earlier. */
  readonly previousSecretExpiresAt?: Date;
  readonly apiKey: Secret;
  readonly clientName?: string;
  readonly redirectUris: readonly string[];
  readonly jwksEndpoint?: string;
  /** Where and with which token the registration is read and changed (RFC 7592); absent where the bank offers no such thing. */
  readonly management?: { readonly uri: string; readonly token: Secret };
  /** The bank's answer, whole: what `registration-result.txt` begins with. */
  readonly answer: Secret;
}

/** What fits a header and a form as it is. */
const PRINTABLE_ASCII = /^[\x21-\x7e]{1,4096}$/;

/**
 * Reads what a bank answers to a registration (contract §10; RFC 7591 section 3.2.1, RFC 7592 section 3).
 *
 * @param known an earlier answer, whose secrets still hold where this one is silent about them
 * @throws TppError ANSWER_UNEXPECTED
 */
export function readRegistration(bytes: Uint8Array, known?: Registration): Registration {
  const whole = { ...(known && Object(JSON.parse(known.answer.reveal()))), ...membersOf(bytes) };
  // True of this answer alone: it is not kept with what stays true.
  const { previous_client_secret_expires_at: previousUntil, ...answer } = whole;
  const { client_id: clientId, client_name: clientName, jwks_endpoint: jwksEndpoint } = answer;
  if (typeof clientId !== 'string' || parseClientId(clientId) === undefined) throw unexpected('client_id');
  if (known !== undefined && clientId !== known.clientId) {
    throw new TppError('ANSWER_MISMATCH', { detail: 'the bank answered for another client_id' });
  }
  const expiresAt = answer.client_secret_expires_at ?? 0;
  if (!isInstant(expiresAt)) throw unexpected('client_secret_expires_at');
  const redirectUris: unknown = answer.redirect_uris;
  if (!Array.isArray(redirectUris) || redirectUris.some((uri) => typeof uri !== 'string'))
    throw unexpected('redirect_uris');
  const { registration_client_uri: uri, registration_access_token: token } = answer;
  return {
    clientId,
    clientSecret: secretOf(answer.client_secret, 'client_secret'),
    ...(expiresAt === 0 ? {} : { clientSecretExpiresAt: new Date(expiresAt * 1000) }),
    ...(isInstant(previousUntil) ? { previousSecretExpiresAt: new Date(previousUntil * 1000) } : {}),
    apiKey: secretOf(answer.api_key, 'api_key'),
    ...(typeof clientName === 'string' ? { clientName } : {}),
    redirectUris,
    ...(typeof jwksEndpoint === 'string' ? { jwksEndpoint } : {}),
    ...(typeof uri === 'string' && URL.canParse(uri) && token !== undefined
      ? { management: { uri, token: secretOf(token, 'registration_access_token') } }
      : {}),
    answer: new Secret(JSON.stringify(answer, null, 2)),
  };
}

function membersOf(bytes: Uint8Array): Record<string, unknown> {
  try {
    return Object(parseStrictJson(bytes));
  } catch (cause) {
    throw new TppError('ANSWER_UNEXPECTED', { cause, detail: 'the answer is not acceptable JSON', retrySafe: false });
  }
}

/** Seconds since 1970. */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function secretOf(value: unknown, member: string): Secret {
  if (typeof value === 'string' && PRINTABLE_ASCII.test(value)) return new Secret(value);
  throw unexpected(member);
}

function unexpected(member: string): TppError {
  return new TppError('ANSWER_UNEXPECTED', { detail: `its ${member} is missing or malformed`, retrySafe: false });
}
