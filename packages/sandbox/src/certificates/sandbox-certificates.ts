import type { DataDirectory } from '../files/data-directory.ts';
import { keepPrivateFile } from '../files/private-file.ts';
import { API_SERVER, AUTHORITY, DEMO_TPP_CLIENT } from './certificate-profile.ts';
import { keepAuthority, keepCertificate } from './keep-certificate.ts';
import { keepKey, privatePem } from './keep-key.ts';

/** The certificates of a sandbox, PEM. */
export interface SandboxCertificates {
  readonly ca: string;
  readonly api: { readonly certificate: string; readonly privateKey: string };
  readonly tpp: { readonly certificate: string; readonly privateKey: string };
}

/** Reads the sandbox's certificates, and makes or renews what is missing, near its end, or of another CA. */
export async function keepSandboxCertificates(files: DataDirectory, now: Date): Promise<SandboxCertificates> {
  const [caKey, apiKey, tppKey] = await Promise.all([
    keepKey(files.caKey, 'P-256'),
    keepKey(files.apiKey, 'P-256'),
    keepKey(files.tpp.key, 'P-256'),
  ]);
  const authority = await keepAuthority(files.caCertificate, AUTHORITY, caKey, now);
  const api = await keepCertificate(files.apiCertificate, API_SERVER, apiKey, authority, now);
  const tpp = await keepCertificate(files.tpp.certificate, DEMO_TPP_CLIENT, tppKey, authority, now);
  await keepPrivateFile(files.tpp.ca, authority.certificate);
  return {
    ca: authority.certificate,
    api: { certificate: api, privateKey: privatePem(apiKey) },
    tpp: { certificate: tpp, privateKey: privatePem(tppKey) },
  };
}
