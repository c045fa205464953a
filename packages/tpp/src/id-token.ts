import {
  ACR_SCA,
  type CompactJws,
  LupaError,
  parseCompactJws,
  parseStrictJson,
  tokenHash,
  verifyCompactJws,
} from '@lupa/protocol';
import { epochSeconds } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import type { TppErrorCode } from './error-codes.ts';
import { TppError } from './tpp-error.ts';

/** How far the bank's clock and ours may be apart. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** What an ID token must say to be believed. */
export interface IdTokenExpectation {
  readonly nonce: string;
  readonly authorizationId: string;
  /** The values it vouches for; every one given here must have its hash. */
  readonly hashes: { readonly [Name in HashName]?: string };
}

const HASHES = {
  s_hash: 'ID_TOKEN_STATE_HASH_WRONG',
  c_hash: 'ID_TOKEN_CODE_HASH_WRONG',
  at_hash: 'ID_TOKEN_ACCESS_TOKEN_HASH_WRONG',
  rt_hash: 'ID_TOKEN_REFRESH_TOKEN_HASH_WRONG',
} as const satisfies Record<string, TppErrorCode>;

type HashName = keyof typeof HASHES;

/**
 * Verifies an ID token (contract §4; OpenID Connect Core sections 3.1.3.7, 3.1.3.8 and 3.3.2.11): RS256 with a key of the bank, whatever
 * else its header says, then every claim. The hashes come last, each with its own code.
 *
 * @throws TppError ID_TOKEN_…, KEYS_UNAVAILABLE
 */
export async function verifyIdToken(
  connection: Connection,
  idToken: string | undefined,
  expected: IdTokenExpectation,
  deadline: Deadline,
): Promise<void> {
  if (idToken === undefined || idToken === '') throw new TppError('ID_TOKEN_MISSING');
  const claims = readClaims(await verifySignature(connection, idToken, deadline));
  const { iss, aud, azp, nonce, sub, authorizationId, acr } = claims;
  if (iss !== connection.endpoints.issuer) throw new TppError('ID_TOKEN_ISSUER_WRONG');
  if (!isAudience(aud, connection.clientId)) throw new TppError('ID_TOKEN_AUDIENCE_WRONG');
  if (azp !== undefined && azp !== connection.clientId)
    throw new TppError('ID_TOKEN_AUDIENCE_WRONG', { detail: 'azp' });
  checkTimes(claims, epochSeconds(connection.clock));
  if (nonce !== expected.nonce) throw new TppError('ID_TOKEN_NONCE_WRONG');
  if (authorizationId !== expected.authorizationId) throw new TppError('ID_TOKEN_AUTHORIZATION_WRONG');
  if (sub !== expected.authorizationId) throw new TppError('ID_TOKEN_AUTHORIZATION_WRONG', { detail: 'sub' });
  if (acr !== ACR_SCA) throw new TppError('ID_TOKEN_ACR_WRONG');
  checkHashes(claims, expected.hashes);
}

async function verifySignature(connection: Connection, idToken: string, deadline: Deadline): Promise<Uint8Array> {
  const { alg, typ } = parse(idToken).header;
  // Contract §4 has one algorithm; taking it from the token would let its sender choose.
  if (alg !== 'RS256') throw new TppError('ID_TOKEN_MALFORMED', { detail: `its alg is ${alg}` });
  if (typ !== undefined && typ.toUpperCase() !== 'JWT')
    throw new TppError('ID_TOKEN_MALFORMED', { detail: 'its typ is not JWT' });
  try {
    return await connection.idTokenKeys.verify((findKey) => verifyCompactJws(idToken, findKey).payload, deadline);
  } catch (cause) {
    if (!(cause instanceof LupaError)) throw cause;
    throw new TppError(cause.code === 'SIGNATURE_KEY_UNKNOWN' ? 'ID_TOKEN_KEY_UNKNOWN' : 'ID_TOKEN_SIGNATURE_WRONG', {
      cause,
    });
  }
}

function parse(idToken: string): CompactJws {
  try {
    return parseCompactJws(idToken);
  } catch (cause) {
    throw new TppError('ID_TOKEN_MALFORMED', {
      cause,
      detail: cause instanceof LupaError ? cause.description : undefined,
    });
  }
}

function readClaims(payload: Uint8Array): Readonly<Record<string, unknown>> {
  let claims: unknown;
  try {
    claims = parseStrictJson(payload);
  } catch (cause) {
    throw new TppError('ID_TOKEN_MALFORMED', { cause, detail: 'its claims are not acceptable JSON' });
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new TppError('ID_TOKEN_MALFORMED', { detail: 'its claims are not an object' });
  }
  return { ...claims };
}

/** This client and nobody else: with a second audience, a second party could replay it. */
function isAudience(aud: unknown, clientId: string): boolean {
  return aud === clientId || (Array.isArray(aud) && aud.length === 1 && aud[0] === clientId);
}

function checkTimes({ exp, iat, nbf }: Readonly<Record<string, unknown>>, nowSeconds: number): void {
  if (!isSeconds(exp) || !isSeconds(iat)) throw new TppError('ID_TOKEN_MALFORMED', { detail: 'exp or iat is missing' });
  if (exp <= nowSeconds - CLOCK_TOLERANCE_SECONDS) throw new TppError('ID_TOKEN_EXPIRED', { detail: 'exp is past' });
  const latest = nowSeconds + CLOCK_TOLERANCE_SECONDS;
  if (iat > latest) throw new TppError('ID_TOKEN_EXPIRED', { detail: 'iat lies in the future' });
  if (nbf !== undefined && (!isSeconds(nbf) || nbf > latest))
    throw new TppError('ID_TOKEN_EXPIRED', { detail: 'nbf lies in the future' });
}

function checkHashes(claims: Readonly<Record<string, unknown>>, values: IdTokenExpectation['hashes']): void {
  for (const [name, code] of Object.entries(HASHES) as [HashName, TppErrorCode][]) {
    const value = values[name];
    if (value !== undefined && claims[name] !== tokenHash(value)) throw new TppError(code);
  }
  if (values.rt_hash === undefined && claims.rt_hash !== undefined) {
    throw new TppError(HASHES.rt_hash, { detail: 'it vouches for a refresh token that did not come' });
  }
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
