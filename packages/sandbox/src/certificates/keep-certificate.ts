import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readPrivateFile, writePrivateFile } from '../files/private-file.ts';
import type { CertificateProfile } from './certificate-profile.ts';

/** The CA of the sandbox: its certificate and the key that signs. */
export interface Authority {
  readonly certificate: string;
  readonly key: KeyObject;
  readonly subject: CertificateProfile['subject'];
}

const DAY_MILLISECONDS = 86_400_000;

/** Reads the CA's certificate; issues it anew, for the same key, when it is missing, near its end or not for this key. */
export async function keepAuthority(
  path: string,
  profile: CertificateProfile,
  key: KeyObject,
  now: Date,
): Promise<Authority> {
  const publicKey = createPublicKey(key);
  const kept = parseCertificate(await readPrivateFile(path));
  const isGood =
    kept?.ca === true && lastsLongEnough(kept, profile, now) && holds(kept, publicKey) && kept.verify(publicKey);
  const certificate = isGood ? kept.toString() : await issue(path, profile, publicKey, key, profile.subject, now);
  return { certificate, key, subject: profile.subject };
}

/**
 * Reads a certificate the CA signed; issues it anew when it is missing, near its end, not for this key, or not signed by
 * the CA there is now. So any file of a data directory may be deleted and comes back.
 */
export async function keepCertificate(
  path: string,
  profile: CertificateProfile,
  key: KeyObject,
  authority: Authority,
  now: Date,
): Promise<string> {
  const publicKey = createPublicKey(key);
  const kept = parseCertificate(await readPrivateFile(path));
  const isGood =
    kept !== undefined &&
    lastsLongEnough(kept, profile, now) &&
    holds(kept, publicKey) &&
    kept.checkIssued(new X509Certificate(authority.certificate)) &&
    kept.verify(createPublicKey(authority.key));
  return isGood ? kept.toString() : issue(path, profile, publicKey, authority.key, authority.subject, now);
}

function parseCertificate(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function lastsLongEnough(certificate: X509Certificate, profile: CertificateProfile, now: Date): boolean {
  const daysLeft = (certificate.validToDate.getTime() - now.getTime()) / DAY_MILLISECONDS;
  return daysLeft > profile.renewalDays && certificate.validFromDate <= now;
}

function holds(certificate: X509Certificate, publicKey: KeyObject): boolean {
  return certificate.publicKey.equals(publicKey);
}

async function issue(
  path: string,
  profile: CertificateProfile,
  publicKey: KeyObject,
  authorityKey: KeyObject,
  issuer: CertificateProfile['subject'],
  now: Date,
): Promise<string> {
  // Loaded here because it takes a tenth of a second, and only the first of many starts issues anything.
  const { issueCertificate } = await import('./issue-certificate.ts');
  const authority = { key: authorityKey, publicKey: createPublicKey(authorityKey), subject: issuer };
  const pem = await issueCertificate(profile, publicKey, authority, now);
  await writePrivateFile(path, pem);
  return pem;
}
