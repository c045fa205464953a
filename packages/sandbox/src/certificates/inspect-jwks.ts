import type { JsonWebKey } from 'node:crypto';
import { CertificateError, readCertificate } from '@lupa/certificates';
import { LupaError, parseStrictJson } from '@lupa/protocol';
import { type Finding, findingOf, NothingToInspect } from './inspect-finding.ts';
import { publicKeyOf } from './public-key-of.ts';

/** More keys than that, nobody has; a bank would not read them either. */
const MAX_KEYS = 100;

/** The certificates of a key set (RFC 7517), key by key; or of a single key. */
export function readJwks(source: string, bytes: Uint8Array): Finding[] {
  const keys = keysOf(parseJson(source, bytes));
  if (keys.length === 0)
    throw new NothingToInspect(`${source} is JSON, but no key set: it has no "keys". Name a JWKS.`);
  if (keys.length > MAX_KEYS)
    throw new NothingToInspect(`${source} has more than ${MAX_KEYS} keys. Name a smaller one.`);
  return keys.map((jwk, index) => readKey(jwk, `key ${typeof jwk.kid === 'string' ? jwk.kid : index + 1}`));
}

function parseJson(source: string, bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    const reason = error instanceof LupaError ? error.description : String(error);
    throw new NothingToInspect(`${source} begins like JSON and is none: ${reason}. Name a certificate or a JWKS.`);
  }
}

function keysOf(json: unknown): JsonWebKey[] {
  if (typeof json !== 'object' || json === null) return [];
  const keys = 'keys' in json ? json.keys : 'kty' in json ? [json] : [];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'object' && key !== null) : [];
}

function readKey(jwk: JsonWebKey, label: string): Finding {
  const { x5c } = jwk;
  if (!Array.isArray(x5c) || x5c.length === 0) {
    return { label, problem: 'It has no x5c: a bank believes no key that no certificate vouches for. Add the QSEALC.' };
  }
  const finding = findingOf(label, () => x5c.map((text) => readCertificate(decode(text))));
  if (!('certificate' in finding) || publicKeyOf(jwk)?.equals(finding.certificate.publicKey)) return finding;
  return { ...finding, problem: 'The key is another one than that of its certificate: a bank refuses both.' };
}

/** RFC 7517 section 4.7: base64, not base64url. */
function decode(text: unknown): Buffer {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64');
  if (bytes.length > 0 && bytes.toString('base64') === text) return bytes;
  throw new CertificateError('x5c is not base64 (not base64url) of DER.');
}
