import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  API_SERVER,
  AUTHORITY,
  type CertificateProfile,
  DEMO_TPP_CLIENT,
} from '../../packages/sandbox/src/certificates/certificate-profile.ts';
import { issueCertificate } from '../../packages/sandbox/src/certificates/issue-certificate.ts';

/** A certificate and its private key, PEM. */
export interface Identity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What one run needs for mutual TLS: every key P-256, like the sandbox's. */
export interface BenchCertificates {
  readonly authority: string;
  readonly server: Identity;
  readonly client: Identity;
}

/** Issues certificates that live as long as one run. */
export async function makeCertificates(): Promise<BenchCertificates> {
  const key = makeKey();
  const authority = { key, publicKey: createPublicKey(key), subject: AUTHORITY.subject };
  const issue = async (profile: CertificateProfile): Promise<Identity> => {
    const own = makeKey();
    const certificate = await issueCertificate(profile, createPublicKey(own), authority, new Date());
    return { certificate, privateKey: privatePem(own) };
  };
  return {
    authority: await issueCertificate(AUTHORITY, authority.publicKey, authority, new Date()),
    server: await issue(API_SERVER),
    client: await issue(DEMO_TPP_CLIENT),
  };
}

/** A new P-256 private key. */
export function makeKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}

/** A key set of one P-256 key, as a TPP registers it. */
export function jwkSetOf(publicKey: string, kid: string): { keys: readonly object[] } {
  return { keys: [{ ...createPublicKey(publicKey).export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }] };
}
