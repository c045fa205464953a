import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** The key of a JWK; `undefined` when it is of a kind that no certificate of ours has, or no key at all. */
export function publicKeyOf(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}
