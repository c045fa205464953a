import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { API_SERVER, AUTHORITY } from '../../packages/sandbox/src/certificates/certificate-profile.ts';
import {
  DEMO_AUTHORITY,
  DEMO_ORGANISATION,
  DEMO_ROLES,
} from '../../packages/sandbox/src/certificates/demo-organisation.ts';
import { issueCertificate } from '../../packages/sandbox/src/certificates/issue-certificate.ts';
import { issueTppCertificate } from '../../packages/sandbox/src/certificates/issue-tpp-certificate.ts';
import { makeRevocationList } from '../../packages/sandbox/src/certificates/make-revocation-list.ts';

/** A certificate and its private key, PEM. */
export interface Identity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What one run needs of certificates: every key P-256. */
export interface BenchCertificates {
  readonly authority: string;
  /** Nothing is revoked: DER in base64, good for longer than any run. */
  readonly revocationList: string;
  readonly server: Identity;
  /** The TPP's QWAC, for TLS. */
  readonly client: Identity;
  /** The TPP's QSEALC, for signatures. */
  readonly seal: Identity;
}

const RUN_DAYS = 7;
const DAY_MS = 86_400_000;

/** Issues certificates that live as long as one run. @param crlUrl where the run serves the revocation list */
export async function makeCertificates(crlUrl?: string): Promise<BenchCertificates> {
  const key = makeKey();
  const now = new Date();
  const authority = { key, subject: AUTHORITY.subject };
  const serverKey = makeKey();
  const issueForTpp = async (type: 'web' | 'seal'): Promise<Identity> => {
    const own = makeKey();
    const of = { organisation: DEMO_ORGANISATION, roles: DEMO_ROLES, nca: DEMO_AUTHORITY };
    const request = { type, ...of, publicKey: createPublicKey(own), lifetimeDays: RUN_DAYS, crlUrl };
    return { certificate: await issueTppCertificate(request, authority, now), privateKey: privatePem(own) };
  };
  const nextUpdate = new Date(now.getTime() + RUN_DAYS * DAY_MS);
  const list = await makeRevocationList([], authority, { thisUpdate: now, nextUpdate });
  return {
    authority: await issueCertificate(AUTHORITY, createPublicKey(key), authority, now),
    revocationList: list.toString('base64'),
    server: {
      certificate: await issueCertificate(API_SERVER, createPublicKey(serverKey), authority, now),
      privateKey: privatePem(serverKey),
    },
    client: await issueForTpp('web'),
    seal: await issueForTpp('seal'),
  };
}

/** A new P-256 private key. */
export function makeKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A key set of one P-256 key with its QSEALC, as a TPP publishes it. */
export function jwkSetOf({ certificate, privateKey }: Identity, kid: string): { keys: readonly object[] } {
  const x5c = [new X509Certificate(certificate).raw.toString('base64')];
  return { keys: [{ ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig', x5c }] };
}
