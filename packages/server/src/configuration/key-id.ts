import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A key's `kid`: its JWK thumbprint (RFC 7638), so that every process of the bank names the same key alike. */
export function keyId(key: KeyObject): string {
  const { kty, crv, x, y, n, e } = createPublicKey(key).export({ format: 'jwk' });
  const required = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
