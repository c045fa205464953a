import { createHash } from 'node:crypto';

const HALF_OF_SHA256_BYTES = 16;

/**
 * The value of `at_hash`, `c_hash`, `s_hash` and `rt_hash`: base64url of the left half of SHA-256 over the value's
 * ASCII (contract §4; OpenID Connect Core section 3.3.2.11). Half is 128 bits, hence 22 characters; where the workflow
 * document speaks of 256 bits for `s_hash` it contradicts itself.
 *
 * @param value the access token, code, state or refresh token that is vouched for
 */
export function tokenHash(value: string): string {
  const digest = createHash('sha256').update(value, 'ascii').digest();
  return digest.toString('base64url', 0, HALF_OF_SHA256_BYTES);
}
