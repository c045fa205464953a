import type { CertificateKey } from './payment-certificate.ts';

/** ETSI TS 119 312: RSA from 2048 bits; a verification's cost grows with the square, and the sender chooses the key. */
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/** ETSI TS 119 312 section 6.2.2.1 has the lower bound; the upper one keeps a verification quick. */
const MIN_RSA_EXPONENT = 65_537n;
const MAX_RSA_EXPONENT = (1n << 64n) - 1n;

const CURVES = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

/** Whether a signature by this key can be relied on, and is quick to verify. */
export function isStrongKey(key: CertificateKey): boolean {
  switch (key.type) {
    case 'rsa':
      return isStrongRsa(key);
    case 'ec':
      return CURVES.has(key.curve ?? '');
    default:
      return key.type === 'ed25519';
  }
}

/** Whether it can make the signatures of the payments API: RS256 and PS256, or ES256 (contract §5). */
export function signsForBanks(key: CertificateKey): boolean {
  return key.type === 'rsa' ? isStrongRsa(key) : key.type === 'ec' && key.curve === 'prime256v1';
}

/** For people: `RSA of 2048 bits`, `EC on P-256`. */
export function describeKey({ type, bits, curve, publicExponent }: CertificateKey): string {
  if (type === 'ec') return `EC on ${CURVES.get(curve ?? '') ?? curve ?? 'a curve without a name'}`;
  if (bits === undefined) return type;
  const exponent = publicExponent === MIN_RSA_EXPONENT ? '' : ` with the exponent ${publicExponent}`;
  return `${type === 'rsa' ? 'RSA' : type} of ${bits} bits${exponent.slice(0, 60)}`;
}

function isStrongRsa({ bits = 0, publicExponent = 0n }: CertificateKey): boolean {
  const isGoodSize = bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS;
  return isGoodSize && publicExponent >= MIN_RSA_EXPONENT && publicExponent <= MAX_RSA_EXPONENT;
}
