import { LupaError } from '../errors.ts';
import { type FindKey, fitsAlgorithm, verifyBytes } from './algorithms.ts';
import { decodeCanonicalBase64url } from './base64url.ts';
import { type JwsHeader, malformed } from './jws-header.ts';

/** RSA of 8192 bits signs with 1024 bytes. */
const MAX_SIGNATURE_BYTES = 1024;

/** Decodes the last part of a JWS. @throws LupaError SIGNATURE_MALFORMED */
export function parseJwsSignature(encoded: string): Uint8Array {
  const signature = decodeCanonicalBase64url(encoded);
  if (signature === undefined) throw malformed('its signature is not canonical base64url');
  if (signature.length === 0 || signature.length > MAX_SIGNATURE_BYTES) {
    throw malformed('its signature has no possible length');
  }
  return signature;
}

/**
 * Verifies a signature over a signing input.
 *
 * @throws LupaError SIGNATURE_KEY_UNKNOWN or SIGNATURE_WRONG
 */
export function verifyJwsSignature(
  header: JwsHeader,
  input: Uint8Array,
  signature: Uint8Array,
  findKey: FindKey,
): void {
  const key = findKey(header.kid, header.alg);
  if (key === undefined || !fitsAlgorithm(key, header.alg)) throw new LupaError('SIGNATURE_KEY_UNKNOWN');
  if (!verifyBytes(header.alg, key, input, signature)) throw new LupaError('SIGNATURE_WRONG');
}
