import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JwsAlgorithm } from '../../src/jws/algorithms.ts';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** One key pair of each kind, made once: RSA keys are slow to make. */
export const ec: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const otherEc: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const p384: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
export const rsa: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const weakRsa: KeyPair = generateKeyPairSync('rsa', { modulusLength: 1024 });
export const ed25519: KeyPair = generateKeyPairSync('ed25519');

/** The pair to use with an algorithm. */
export function pairFor(alg: JwsAlgorithm): KeyPair {
  return alg === 'ES256' ? ec : rsa;
}
