import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A key's `kid`: its JWK thumbprint (RFC 7638), so that the same key has the same name everywhere and always. */
export function keyId(key: KeyObject): string {
  const { kty, crv, x, y, n, e } = createPublicKey(key).export({ format: 'jwk' });
  const required = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
