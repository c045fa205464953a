import { LupaError } from '../errors.ts';
import { type FindKey, signBytes } from './algorithms.ts';
import { encodeBase64url } from './base64url.ts';
import { type JwsHeader, malformed, parseJwsHeader } from './jws-header.ts';
import { parseJwsSignature, verifyJwsSignature } from './jws-signature.ts';
import { encodedHeaderOf, type JwsSigner } from './signer.ts';

/** What fits a request header anyway. */
const MAX_DETACHED_JWS_LENGTH = 16_384;

/**
 * Signs a body for the header `x-jws-signature` (contract §5; RFC 7515 appendix F): `header..signature`.
 *
 * @param body exactly the bytes that go over the wire
 * @throws TypeError when the signer's key does not fit its algorithm
 */
export function signDetached(body: Uint8Array, signer: JwsSigner): string {
  const header = encodedHeaderOf(signer);
  return `${header}..${signBytes(signer.alg, signer.key, signingInput(header, body)).toString('base64url')}`;
}

/** A detached JWS taken apart. Nothing in it is verified yet. */
export interface DetachedJws {
  readonly header: JwsHeader;
  readonly encodedHeader: string;
  readonly signature: Uint8Array;
}

/**
 * Verifies the `x-jws-signature` of a body (contract §5).
 *
 * @param header the value of `x-jws-signature`; `undefined` when there is none
 * @param body the bytes as received, never a re-serialised object
 * @param findKey the sender's registered keys
 * @returns the verified JWS header
 * @throws LupaError SIGNATURE_MISSING, SIGNATURE_MALFORMED, SIGNATURE_KEY_UNKNOWN or SIGNATURE_WRONG
 */
export function verifyDetached(header: string | undefined, body: Uint8Array, findKey: FindKey): JwsHeader {
  const jws = parseDetachedJws(header);
  verifyParsedDetached(jws, body, findKey);
  return jws.header;
}

/**
 * Takes an `x-jws-signature` apart, for those who have to look for the key first.
 *
 * @throws LupaError SIGNATURE_MISSING or SIGNATURE_MALFORMED
 */
export function parseDetachedJws(text: string | undefined): DetachedJws {
  if (text === undefined || text === '') throw new LupaError('SIGNATURE_MISSING');
  if (text.length > MAX_DETACHED_JWS_LENGTH) throw malformed('it is too long');
  const [encodedHeader, middle, encodedSignature, ...rest] = text.split('.', 4);
  if (encodedHeader === undefined || encodedSignature === undefined || rest.length > 0) {
    throw malformed('it does not have the form header..signature');
  }
  if (middle !== '') throw malformed('its payload is not left out');
  return { header: parseJwsHeader(encodedHeader), encodedHeader, signature: parseJwsSignature(encodedSignature) };
}

/** @throws LupaError SIGNATURE_KEY_UNKNOWN or SIGNATURE_WRONG */
export function verifyParsedDetached(jws: DetachedJws, body: Uint8Array, findKey: FindKey): void {
  verifyJwsSignature(jws.header, signingInput(jws.encodedHeader, body), jws.signature, findKey);
}

function signingInput(encodedHeader: string, body: Uint8Array): Buffer {
  return Buffer.from(`${encodedHeader}.${encodeBase64url(body)}`, 'latin1');
}
