import { type FindKey, signBytes } from './algorithms.ts';
import { decodeCanonicalBase64url, encodeBase64url } from './base64url.ts';
import { type JwsHeader, malformed, parseJwsHeader } from './jws-header.ts';
import { parseJwsSignature, verifyJwsSignature } from './jws-signature.ts';
import { encodedHeaderOf, type JwsSigner } from './signer.ts';

export type { JwsHeader } from './jws-header.ts';
export type { JwsSigner } from './signer.ts';

/** The largest compact JWS that is looked at; a registration with its software statement needs a tenth of it. */
export const MAX_COMPACT_JWS_LENGTH = 65_536;

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
 * Takes a compact JWS apart (RFC 7515 section 7.1), strictly: exactly three parts, each in canonical base64url, the
 * header by the rules of `parseJwsHeader`. Two texts that differ never come out the same.
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

/**
 * Verifies a compact JWS and returns what it says.
 *
 * @param text the JWS: a request object, an ID token, a software statement
 * @param findKey the sender's registered keys; the header's own word about keys counts for nothing but `kid`
 * @throws LupaError SIGNATURE_MALFORMED, SIGNATURE_KEY_UNKNOWN or SIGNATURE_WRONG
 */
export function verifyCompactJws(text: string, findKey: FindKey): VerifiedJws {
  return verifyParsedJws(parseCompactJws(text), findKey);
}

/** As `verifyCompactJws`, of one taken apart already. @throws LupaError SIGNATURE_KEY_UNKNOWN or SIGNATURE_WRONG */
export function verifyParsedJws(jws: CompactJws, findKey: FindKey): VerifiedJws {
  const { header, payload, signature, signingInput } = jws;
  verifyJwsSignature(header, Buffer.from(signingInput, 'latin1'), signature, findKey);
  return { header, payload };
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
