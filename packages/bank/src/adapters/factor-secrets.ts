import { createHmac } from 'node:crypto';
import type { FactorSecrets } from '../ports/factor-secrets.ts';

/** A secret shorter than the digest it keys would be its weakest part. */
const MIN_SECRET_BYTES = 32;

const CODES = 1_000_000;

/**
 * Key codes derived from one secret of the bank by HMAC-SHA-256, so that no list of codes is stored that could be stolen.
 *
 * @throws RangeError when the secret is shorter than 32 bytes
 */
export function derivedFactorSecrets(secret: string): FactorSecrets {
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw new RangeError(`the factor secret must have at least ${MIN_SECRET_BYTES} bytes`);
  }
  return {
    keyCode(customerId, series, number) {
      const digest = createHmac('sha256', secret).update(`key code\n${customerId}\n${series}\n${number}`).digest();
      // 48 bits over a million: no code is likelier than another by more than one part in 280 million.
      return String(digest.readUIntBE(0, 6) % CODES).padStart(6, '0');
    },
  };
}
