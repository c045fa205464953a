import type { KeyObject } from 'node:crypto';
import { fitsAlgorithm, type JwsAlgorithm } from './algorithms.ts';
import { encodeBase64url } from './base64url.ts';

/** A private key and how it signs. Keep one object per key: what belongs to it is worked out once. */
export interface JwsSigner {
  readonly key: KeyObject;
  readonly kid: string;
  readonly alg: JwsAlgorithm;
  /** The header's `typ`, such as `JWT`; left out of the header when absent. */
  readonly typ?: string;
}

const encodedHeaderOfSigner = new WeakMap<JwsSigner, string>();

/**
 * The signer's header as it stands at the front of every JWS it makes. It is the same each time, so it is checked and
 * encoded once.
 *
 * @throws TypeError when the key is no private key or does not fit the algorithm: that is our own configuration
 */
export function encodedHeaderOf(signer: JwsSigner): string {
  const known = encodedHeaderOfSigner.get(signer);
  if (known !== undefined) return known;
  const { key, kid, alg, typ } = signer;
  if (key.type !== 'private') throw new TypeError('a signer needs a private key');
  if (!fitsAlgorithm(key, alg))
    throw new TypeError(`the key does not fit ${alg}: it takes P-256, or RSA of 2048 to 8192 bits`);
  const header = typ === undefined ? { kid, alg } : { kid, alg, typ };
  const encoded = encodeBase64url(Buffer.from(JSON.stringify(header)));
  encodedHeaderOfSigner.set(signer, encoded);
  return encoded;
}
