import { constants, verify } from 'node:crypto';
import { isStrongKey } from './key-strength.ts';
import type { PaymentCertificate } from './payment-certificate.ts';
import type { SignatureAlgorithm } from './signature-algorithm.ts';

/** Verifies what an authority signed, a revocation list for one, with the algorithm it names and no weaker key. */
export function isSignatureOf(
  { publicKey, key }: Pick<PaymentCertificate, 'publicKey' | 'key'>,
  { family, hash }: SignatureAlgorithm,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (hash === undefined || !isStrongKey(key)) return false;
  const keyType = family === 'rsa-pss' ? 'rsa' : family;
  if (key.type !== keyType) return false;
  try {
    switch (family) {
      case 'rsa':
        return verify(hash, data, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
      case 'rsa-pss':
        return verify(hash, data, { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING }, signature);
      case 'ec':
        return verify(hash, data, publicKey, signature);
      default:
        return verify(null, data, publicKey, signature);
    }
  } catch {
    return false;
  }
}
