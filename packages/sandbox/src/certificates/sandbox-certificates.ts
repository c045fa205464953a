import type { KeyObject } from 'node:crypto';
import type { DataDirectory } from '../files/data-directory.ts';
import { keepPrivateFile } from '../files/private-file.ts';
import { API_SERVER, AUTHORITY } from './certificate-profile.ts';
import { DEMO_AUTHORITY, DEMO_ORGANISATION, DEMO_ROLES } from './demo-organisation.ts';
import { type Authority, keepAuthority, keepProfiledCertificate } from './keep-certificate.ts';
import { keepKey, privatePem } from './keep-key.ts';
import { keepTppCertificate } from './keep-tpp-certificate.ts';

/** A certificate, PEM, and its private key. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: KeyObject;
}

/** The certificates of a sandbox. */
export interface SandboxCertificates {
  /** Signs what is issued later: TPPs' certificates, revocation lists. */
  readonly authority: Authority;
  /** The CA's certificate, PEM. */
  readonly ca: string;
  /** The API listener's, PEM. */
  readonly api: { readonly certificate: string; readonly privateKey: string };
  /** The demo TPP's QWAC, for TLS, and its QSEALC, for signatures (contract §10). */
  readonly tpp: { readonly web: CertifiedKey; readonly seal: CertifiedKey };
}

/**
 * Reads the sandbox's certificates, and makes or renews what is missing, near its end, of another CA, or says something
 * else than it would say today.
 *
 * @param crlUrl where the CA's revocation list is served in this run
 */
export async function keepSandboxCertificates(
  files: DataDirectory,
  crlUrl: string,
  now: Date,
): Promise<SandboxCertificates> {
  const [caKey, apiKey, webKey, sealKey] = await Promise.all([
    keepKey(files.caKey, 'P-256'),
    keepKey(files.apiKey, 'P-256'),
    keepKey(files.tpp.key, 'RSA-2048'),
    keepKey(files.tpp.signingKey, 'P-256'),
  ]);
  const authority = await keepAuthority(files.caCertificate, AUTHORITY, caKey, now);
  const keepForTpp = async (path: string, key: KeyObject, type: 'web' | 'seal'): Promise<CertifiedKey> => {
    const asked = { type, organisation: DEMO_ORGANISATION, roles: DEMO_ROLES, nca: DEMO_AUTHORITY, crlUrl };
    return { certificate: await keepTppCertificate(path, key, asked, authority, now), key };
  };
  const [api, web, seal] = await Promise.all([
    keepProfiledCertificate(files.apiCertificate, API_SERVER, apiKey, authority, now),
    keepForTpp(files.tpp.certificate, webKey, 'web'),
    keepForTpp(files.tpp.signingCertificate, sealKey, 'seal'),
  ]);
  await keepPrivateFile(files.tpp.ca, authority.certificate);
  return {
    authority,
    ca: authority.certificate,
    api: { certificate: api, privateKey: privatePem(apiKey) },
    tpp: { web, seal },
  };
}
