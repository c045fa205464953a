import type { KeyObject } from 'node:crypto';

/** ETSI TS 119 312: what is shorter is broken, or will be within the life of a certificate. */
const LEAST_RSA_BITS = 2048;
const GOOD_CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const GOOD_KINDS: ReadonlySet<string> = new Set(['ed25519', 'ed448']);

/** @returns why a key is too weak, or of a kind nobody should use; undefined when it is good */
export function weaknessOf(key: KeyObject): string | undefined {
  const { asymmetricKeyType: kind = 'secret', asymmetricKeyDetails: details = {} } = key;
  if (kind === 'rsa' || kind === 'rsa-pss') {
    const bits = details.modulusLength ?? 0;
    return bits < LEAST_RSA_BITS ? `an RSA key of ${bits} bits, under ${LEAST_RSA_BITS}` : undefined;
  }
  if (kind === 'ec') {
    const curve = details.namedCurve ?? 'no curve';
    return GOOD_CURVES.has(curve) ? undefined : `a key on the curve ${curve}, which is none of P-256, P-384 and P-521`;
  }
  return GOOD_KINDS.has(kind) ? undefined : `a key of the kind ${kind}`;
}
