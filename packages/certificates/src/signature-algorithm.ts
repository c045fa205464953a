import { checkDer } from './der/check-der.ts';
import type { DerReader } from './der/der-reader.ts';
import { constructedTag, TAG } from './der/der-tags.ts';
import { readOid } from './der/der-values.ts';

export type SignatureHash = 'sha256' | 'sha384' | 'sha512';

/** How a certificate or a revocation list is signed. */
export interface SignatureAlgorithm {
  readonly oid: string;
  /** Which keys can have made it; `undefined` for an algorithm that is unknown here or broken. */
  readonly family?: 'rsa' | 'rsa-pss' | 'ec' | 'ed25519';
  /** `undefined` for an algorithm that is unknown here or broken, such as SHA-1. Ed25519 hashes with SHA-512. */
  readonly hash?: SignatureHash;
}

const RSASSA_PSS = '1.2.840.113549.1.1.10';

/** RFC 8017, RFC 5758, RFC 8410: those of ETSI TS 119 312, and Ed25519. MD5, SHA-1 and SHA-224 are left out on purpose. */
const ALGORITHMS = new Map<string, Omit<SignatureAlgorithm, 'oid'>>([
  ['1.2.840.113549.1.1.11', { family: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { family: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { family: 'rsa', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { family: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { family: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { family: 'ec', hash: 'sha512' }],
  ['1.3.101.112', { family: 'ed25519', hash: 'sha512' }],
]);

/** For people: `ECDSA with SHA-256`. */
export function describeSignature(signed: {
  readonly signatureAlgorithm: string;
  readonly signatureHash?: SignatureHash;
}) {
  const { signatureAlgorithm: oid, signatureHash: hash } = signed;
  const family = oid === RSASSA_PSS ? 'rsa-pss' : ALGORITHMS.get(oid)?.family;
  if (family === undefined || hash === undefined) return `algorithm ${oid}, unknown here or broken`;
  const name = { rsa: 'RSA', 'rsa-pss': 'RSA-PSS', ec: 'ECDSA', ed25519: 'Ed25519' }[family];
  return family === 'ed25519' ? name : `${name} with ${hash.replace('sha', 'SHA-')}`;
}

const HASHES = new Map<string, SignatureHash>([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** Reads an AlgorithmIdentifier (RFC 5280 section 4.1.1.2). */
export function readSignatureAlgorithm(algorithm: DerReader, what: string): SignatureAlgorithm {
  checkDer(algorithm, what);
  const oid = readOid(algorithm, what);
  if (oid === RSASSA_PSS) return { oid, ...pssOf(algorithm, what) };
  const found = ALGORITHMS.get(oid);
  // The algorithms above have no parameters; RSA writes that as NULL.
  if (found?.family === 'rsa') algorithm.readOptional(TAG.null, what)?.expectEnd(what);
  if (found !== undefined) algorithm.expectEnd(what);
  return { oid, ...found };
}

/** RFC 4055 section 3.1: the hash stands in the parameters, and is SHA-1 where it does not. */
function pssOf(algorithm: DerReader, what: string): Omit<SignatureAlgorithm, 'oid'> {
  const hashAlgorithm = algorithm.readOptional(TAG.sequence, what)?.readOptional(constructedTag(0), what);
  if (hashAlgorithm === undefined) return {};
  const hash = HASHES.get(readOid(hashAlgorithm.read(TAG.sequence, what), what));
  return hash === undefined ? {} : { family: 'rsa-pss', hash };
}
