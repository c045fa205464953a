import { createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto';
import { keyId } from './key-id.ts';
import type { CertifiedKey } from './sandbox-certificates.ts';

/** A key as a key set has it (RFC 7517), with the certificate it is certified by and that one's issuer. */
export interface CertifiedJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  readonly use: 'sig';
  /** The leaf, then the CA: DER in base64 (RFC 7517 section 4.7). */
  readonly x5c: readonly [string, string];
}

/** The public half, for whoever verifies. @param ca PEM */
export function publicJwk({ key, certificate }: CertifiedKey, ca: string): CertifiedJwk {
  return describe(createPublicKey(key).export({ format: 'jwk' }), { key, certificate }, ca);
}

/** The private key itself, for its owner. @param ca PEM */
export function privateJwk({ key, certificate }: CertifiedKey, ca: string): CertifiedJwk {
  return describe(key.export({ format: 'jwk' }), { key, certificate }, ca);
}

function describe(jwk: JsonWebKey, { key, certificate }: CertifiedKey, ca: string): CertifiedJwk {
  return {
    ...jwk,
    kid: keyId(key),
    alg: key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256',
    use: 'sig',
    x5c: [inBase64(certificate), inBase64(ca)],
  };
}

function inBase64(pem: string): string {
  return new X509Certificate(pem).raw.toString('base64');
}
