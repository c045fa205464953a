import { constants, type KeyObject, sign, verify } from 'node:crypto';
import { derFromJws, ES256_SIGNATURE_BYTES, jwsFromDer } from './ecdsa-signature.ts';

/** The signature algorithms of the contract; everything else, `none` and HMAC above all, is not an algorithm here. */
export const JWS_ALGORITHMS = ['RS256', 'ES256', 'PS256'] as const;

/** RFC 7518 section 3.1: RSASSA-PKCS1-v1_5, ECDSA on P-256, RSASSA-PSS, each with SHA-256. */
export type JwsAlgorithm = (typeof JWS_ALGORITHMS)[number];

/** Finds the public key that a signature names; `undefined` when there is none of that name for that algorithm. */
export type FindKey = (kid: string, alg: JwsAlgorithm) => KeyObject | undefined;

/** RFC 7518 section 3.3: a key of 2048 bits or larger. */
const MIN_RSA_BITS = 2048;

/** A verification's cost grows with the square of the size, and the sender chooses the key. */
const MAX_RSA_BITS = 8192;

const RS256 = { padding: constants.RSA_PKCS1_PADDING };

/** RFC 7518 section 3.5: the salt is as long as the hash. */
const PS256 = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

type KeyFamily = 'EC' | 'RSA' | undefined;

/** Reading a key's details costs more than a map look-up, and the same few keys sign everything. */
const familyOfKey = new WeakMap<KeyObject, { readonly family: KeyFamily }>();

/** Whether a header's `alg` is one of ours. */
export function isJwsAlgorithm(alg: unknown): alg is JwsAlgorithm {
  return alg === 'ES256' || alg === 'RS256' || alg === 'PS256';
}

/** Whether a key may be used with an algorithm: P-256 for ES256, RSA of 2048–8192 bits for RS256 and PS256. */
export function fitsAlgorithm(key: KeyObject, alg: JwsAlgorithm): boolean {
  return familyOf(key) === (alg === 'ES256' ? 'EC' : 'RSA');
}

/** Signs with a private key that fits the algorithm. */
export function signBytes(alg: JwsAlgorithm, key: KeyObject, data: Uint8Array): Buffer {
  switch (alg) {
    case 'ES256':
      return jwsFromDer(sign('sha256', data, key));
    case 'RS256':
      return sign('sha256', data, { key, ...RS256 });
    case 'PS256':
      return sign('sha256', data, { key, ...PS256 });
  }
}

/** Verifies with a public key that fits the algorithm. */
export function verifyBytes(alg: JwsAlgorithm, key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  switch (alg) {
    case 'ES256':
      // A signature of any other length, DER above all, has failed before it is looked at (RFC 7518 section 3.4).
      return signature.length === ES256_SIGNATURE_BYTES && verify('sha256', data, key, derFromJws(signature));
    case 'RS256':
      return verify('sha256', data, { key, ...RS256 }, signature);
    case 'PS256':
      return verify('sha256', data, { key, ...PS256 }, signature);
  }
}

function familyOf(key: KeyObject): KeyFamily {
  const known = familyOfKey.get(key);
  if (known !== undefined) return known.family;
  const family = readFamily(key);
  familyOfKey.set(key, { family });
  return family;
}

function readFamily(key: KeyObject): KeyFamily {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'ec') return details?.namedCurve === 'prime256v1' ? 'EC' : undefined;
  if (key.asymmetricKeyType !== 'rsa') return undefined;
  const bits = details?.modulusLength ?? 0;
  return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS ? 'RSA' : undefined;
}
