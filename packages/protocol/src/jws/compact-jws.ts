import { LupaError } from '../errors.ts';
import { type FindKey, fitsAlgorithm, signBytes, verifyBytes } from './algorithms.ts';
import { decodeCanonicalBase64url, encodeBase64url } from './base64url.ts';
import { type JwsHeader, malformed, parseJwsHeader } from './jws-header.ts';
import { encodedHeaderOf, type JwsSigner } from './signer.ts';

export type { JwsHeader } from './jws-header.ts';
export type { JwsSigner } from './signer.ts';

/** The largest compact JWS that is looked at; a registration with its software statement needs a tenth of it. */
export const MAX_COMPACT_JWS_LENGTH = 65_536;

/** RSA of 8192 bits signs with 1024 bytes. */
const MAX_SIGNATURE_BYTES = 1024;

/** A compact JWS taken apart. Nothing in it is verified yet. */
export interface CompactJws {
  readonly header: JwsHeader;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature covers, as ASCII: the first two parts with their dot. */
  readonly signingInput: string;
}

/** What a verified compact JWS says. */
export interface VerifiedJws {
  readonly header: JwsHeader;
  readonly payload: Uint8Array;
}

/**
 * Takes a compact JWS apart (RFC 7515 section 7.1), strictly: exactly three parts, each in canonical base64url, the header by
 * the rules of `parseJwsHeader`. Two texts that differ never come out the same.
 *
 * @throws LupaError SIGNATURE_MALFORMED
 */
export function parseCompactJws(text: string): CompactJws {
  if (text.length > MAX_COMPACT_JWS_LENGTH) throw malformed('it is too long');
  const [encodedHeader, encodedPayload, encodedSignature, ...rest] = text.split('.', 4);
  if (
    encodedHeader === undefined ||
    encodedPayload === undefined ||
    encodedSignature === undefined ||
    rest.length > 0
  ) {
    throw malformed('it does not have three parts');
  }
  if (encodedPayload === '') throw malformed('its payload is missing');
  const header = parseJwsHeader(encodedHeader);
  const payload = decodeCanonicalBase64url(encodedPayload);
  if (payload === undefined) throw malformed('its payload is not canonical base64url');
  return {
    header,
    payload,
    signature: parseJwsSignature(encodedSignature),
    signingInput: `${encodedHeader}.${encodedPayload}`,
  };
}

/** Decodes the last part of a JWS. @throws LupaError SIGNATURE_MALFORMED */
export function parseJwsSignature(encoded: string): Uint8Array {
  const signature = decodeCanonicalBase64url(encoded);
  if (signature === undefined) throw malformed('its signature is not canonical base64url');
  if (signature.length === 0 || signature.length > MAX_SIGNATURE_BYTES)
    throw malformed('its signature has no possible length');
  return signature;
}

/**
 * Verifies a compact JWS and returns what it says.
 *
 * @param text the JWS: a request object, an ID token, a software statement
 * @param findKey the sender's registered keys; the header's own word about keys counts for nothing but `kid`
 * @throws LupaError SIGNATURE_MALFORMED, SIGNATURE_KEY_UNKNOWN or SIGNATURE_WRONG
 */
export function verifyCompactJws(text: string, findKey: FindKey): VerifiedJws {
  const { header, payload, signature, signingInput } = parseCompactJws(text);
  verifyJwsSignature(header, Buffer.from(signingInput, 'latin1'), signature, findKey);
  return { header, payload };
}

/** Verifies a signature over a signing input. @throws LupaError SIGNATURE_KEY_UNKNOWN or SIGNATURE_WRONG */
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

/**
 * Signs a payload as a compact JWS (RFC 7515 section 7.1).
 *
 * @param payload the bytes to sign; for a JWT the UTF-8 of its claims
 * @throws TypeError when the signer's key does not fit its algorithm
 */
export function signCompactJws(payload: Uint8Array, signer: JwsSigner): string {
  const signingInput = `${encodedHeaderOf(signer)}.${encodeBase64url(payload)}`;
  const signature = signBytes(signer.alg, signer.key, Buffer.from(signingInput, 'latin1'));
  return `${signingInput}.${signature.toString('base64url')}`;
}
