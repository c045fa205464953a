import { LupaError } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { parseStrictJson } from '../strict-json.ts';
import { isJwsAlgorithm, type JwsAlgorithm } from './algorithms.ts';
import { decodeCanonicalBase64url } from './base64url.ts';

/**
 * The protected header of a JWS that has passed the rules of contract §5. Members that would bring a key along (`jwk`,
 * `jku`, `x5u`, `x5c`) are not even here, so that nothing can believe them.
 */
export interface JwsHeader {
  readonly alg: JwsAlgorithm;
  readonly kid: string;
  readonly typ?: string;
}

/** An encoded header may carry a certificate chain nobody needs, hence room; it must fit a request header. */
const MAX_ENCODED_HEADER_LENGTH = 12_288;

/** Flat in practice; certificates and confirmations nest a little. */
const MAX_HEADER_DEPTH = 8;

const MAX_KID_LENGTH = 256;

/**
 * Parses the first part of a compact JWS: canonical base64url of one JSON object without duplicate members, with an
 * allowed `alg` and a `kid`, and with neither `crit` nor `b64`, which would change what the signature covers (RFC 7515
 * section 4, RFC 7797).
 *
 * @throws LupaError SIGNATURE_MALFORMED, its description saying which rule is broken
 */
export function parseJwsHeader(encoded: string): JwsHeader {
  const header = readHeaderObject(encoded);
  const { alg, kid, typ } = header;
  if (!isJwsAlgorithm(alg)) throw malformed('its alg is not RS256, ES256 or PS256');
  if (Object.hasOwn(header, 'crit')) throw malformed('its header has crit');
  if (Object.hasOwn(header, 'b64')) throw malformed('its header has b64');
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH) throw malformed('its header has no kid');
  if (typ === undefined) return { alg, kid };
  if (typeof typ !== 'string') throw malformed('its typ is not a string');
  return { alg, kid, typ };
}

/** The refusal of a JWS that breaks a rule of form. */
export function malformed(description: string, cause?: unknown): LupaError {
  return new LupaError('SIGNATURE_MALFORMED', { description, cause });
}

function readHeaderObject(encoded: string): JsonObject {
  if (encoded.length > MAX_ENCODED_HEADER_LENGTH) throw malformed('its header is too long');
  const bytes = decodeCanonicalBase64url(encoded);
  if (bytes === undefined) throw malformed('its header is not canonical base64url');
  let value: unknown;
  try {
    value = parseStrictJson(bytes, { maxDepth: MAX_HEADER_DEPTH });
  } catch (cause) {
    if (!(cause instanceof LupaError)) throw cause;
    throw malformed(`its header is not acceptable JSON: ${cause.description}`, cause);
  }
  if (!isJsonObject(value)) throw malformed('its header is not a JSON object');
  return value;
}
