import { createHash, timingSafeEqual } from 'node:crypto';
import { readCallbackParameters } from './callback-parameters.ts';
import type { Connection } from './connection.ts';
import { verifyIdToken } from './id-token.ts';
import { oauthError } from './oauth-error.ts';
import { checkPending, type PendingAuthorization } from './pending-authorization.ts';
import { Secret } from './secret.ts';
import type { CallOptions } from './settings.ts';
import { TppError } from './tpp-error.ts';

declare const verified: unique symbol;

/** A return from the bank, verified whole. Only `handleCallback` makes one, and `exchangeCode` takes nothing else. */
export interface VerifiedCallback {
  readonly authorizationId: string;
  readonly [verified]: true;
}

/** What stands behind a verified callback. */
interface Redeemable {
  readonly issuer: string;
  readonly clientId: string;
  readonly code: Secret;
  readonly pending: PendingAuthorization;
  isUsed: boolean;
}

/** The run-time mark: a look-alike object is not in here. */
const redeemables = new WeakMap<VerifiedCallback, Redeemable>();

/**
 * Verifies an authorization response (contract §3): the state first, because only it says whether this concerns us at all; then the issuer;
 * only then is an error believed, or a code.
 */
export async function verifyCallback(
  connection: Connection,
  callbackUrl: string,
  pending: PendingAuthorization,
  options: CallOptions,
): Promise<VerifiedCallback> {
  checkPending(pending);
  const { endpoints, clientId, clock } = connection;
  const { state, iss, error, error_description, code, id_token } = readCallbackParameters(
    String(callbackUrl),
    pending.redirectUri,
  );
  if (state === undefined || !isSameText(state, pending.state)) throw new TppError('CALLBACK_STATE_WRONG');
  checkIssuer(connection, iss, pending);
  // A date that cannot be read is NaN, and nothing is before NaN.
  if (!(clock.now().getTime() < Date.parse(pending.expiresAt))) throw new TppError('CALLBACK_EXPIRED');
  if (error !== undefined) throw authorizationError(error, error_description, code);
  if (code === undefined || code === '')
    throw new TppError('CALLBACK_MALFORMED', { detail: 'it has neither code nor error' });
  if (pending.responseType === 'code id_token') {
    const { nonce, authorizationId } = pending;
    const expected = { nonce, authorizationId, hashes: { s_hash: pending.state, c_hash: code } };
    await verifyIdToken(connection, id_token, expected, connection.deadline(options));
  } else if (id_token !== undefined) {
    throw new TppError('CALLBACK_MALFORMED', { detail: 'it has an id_token that was not asked for' });
  }
  const callback = Object.freeze({ authorizationId: pending.authorizationId }) as VerifiedCallback;
  redeemables.set(callback, { issuer: endpoints.issuer, clientId, code: new Secret(code), pending, isUsed: false });
  return callback;
}

/**
 * Takes the code out of a verified callback, once.
 *
 * @returns the code with its pending authorization, and a way to put it back when it certainly was not sent
 * @throws TppError CALLBACK_NOT_VERIFIED, CALLBACK_USED
 */
export function redeem(connection: Connection, callback: VerifiedCallback) {
  const found = redeemables.get(callback);
  const isOurs = found?.issuer === connection.endpoints.issuer && found.clientId === connection.clientId;
  if (found === undefined || !isOurs) throw new TppError('CALLBACK_NOT_VERIFIED');
  if (found.isUsed) throw new TppError('CALLBACK_USED');
  found.isUsed = true;
  const putBack = () => {
    found.isUsed = false;
  };
  return { code: found.code, pending: found.pending, putBack };
}

/** RFC 9207 section 2.4, compared as text: the answer of one bank must never be taken to another. */
function checkIssuer({ endpoints }: Connection, iss: string | undefined, pending: PendingAuthorization): void {
  if (pending.issuer !== endpoints.issuer) {
    throw new TppError('CALLBACK_ISSUER_WRONG', { detail: 'this customer was sent to another bank' });
  }
  if (iss === undefined && endpoints.callbackIssuerOptional === true) return;
  if (iss !== endpoints.issuer)
    throw new TppError('CALLBACK_ISSUER_WRONG', iss === undefined ? { detail: 'there is no iss' } : {});
}

function authorizationError(error: string, description: string | undefined, code: string | undefined): TppError {
  const said = oauthError(error, description);
  if (said.error === undefined || code !== undefined) {
    return new TppError('CALLBACK_MALFORMED', { detail: 'its error is malformed or comes with a code' });
  }
  const detail = `the bank says: ${[said.error, said.description].filter((part) => part !== undefined).join(': ')}`;
  const isDenied = said.error === 'access_denied';
  return new TppError(isDenied ? 'AUTHORIZATION_DENIED' : 'AUTHORIZATION_FAILED', { oauthError: said.error, detail });
}

/** Takes as long for every wrong text. */
function isSameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
