import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { LupaError } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { type FindKey, fitsAlgorithm, isJwsAlgorithm, JWS_ALGORITHMS, type JwsAlgorithm } from './algorithms.ts';

/** A registered key. */
export interface JwkSetKey {
  readonly key: KeyObject;
  /** The only algorithm it may be used with, where its owner named one. */
  readonly alg?: JwsAlgorithm;
}

/** Verification keys by `kid`. */
export type JwkSet = ReadonlyMap<string, JwkSetKey>;

/** Keys looked at in one set; the rest is ignored. */
const MAX_KEYS = 64;

/**
 * Reads a JWK Set (RFC 7517 section 5) for verifying signatures. A key we cannot use is left out, as the RFC asks: one
 * without a `kid`, for encryption, of another type, curve, algorithm or size. A private key is left out as well, for
 * it is no longer anybody's secret. Of two keys with one `kid` the first that can be used counts.
 *
 * @param json the parsed set, `{"keys": […]}`
 * @throws LupaError SIGNATURE_KEY_UNKNOWN when it is no JWK Set at all
 */
export function parseJwkSet(json: unknown): JwkSet {
  if (!isJsonObject(json) || !Array.isArray(json.keys)) {
    throw new LupaError('SIGNATURE_KEY_UNKNOWN', { description: 'the key set is not a JWK Set' });
  }
  const keys = new Map<string, JwkSetKey>();
  for (const jwk of json.keys.slice(0, MAX_KEYS)) {
    if (!isJsonObject(jwk) || typeof jwk.kid !== 'string' || keys.has(jwk.kid)) continue;
    const key = parseJwk(jwk);
    if (key !== undefined) keys.set(jwk.kid, key);
  }
  return keys;
}

/** Looks keys up in a set, each only for the algorithm it is meant for. */
export function keyFinder(keys: JwkSet): FindKey {
  return (kid, alg) => {
    const found = keys.get(kid);
    return found !== undefined && (found.alg === undefined || found.alg === alg) ? found.key : undefined;
  };
}

function parseJwk(jwk: JsonObject): JwkSetKey | undefined {
  const { alg, use, key_ops: operations } = jwk;
  if (use !== undefined && use !== 'sig') return undefined;
  if (Array.isArray(operations) && !operations.includes('verify')) return undefined;
  if (alg !== undefined && !isJwsAlgorithm(alg)) return undefined;
  if ('d' in jwk || (jwk.kty !== 'EC' && jwk.kty !== 'RSA')) return undefined;
  const key = importKey(jwk);
  if (
    key === undefined ||
    !JWS_ALGORITHMS.some((each) => (alg === undefined || alg === each) && fitsAlgorithm(key, each))
  ) {
    return undefined;
  }
  return alg === undefined ? { key } : { key, alg };
}

function importKey(jwk: JsonObject): KeyObject | undefined {
  try {
    return createPublicKey({ format: 'jwk', key: jwk as JsonWebKey });
  } catch {
    // Node refuses members that make no key: a point off the curve, numbers that are not base64url.
    return undefined;
  }
}
