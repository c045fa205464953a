import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readPrivateFile, writePrivateFile } from '../files/private-file.ts';
import type { CertificateProfile } from './certificate-profile.ts';
import type { CertificateIssuer } from './sign-certificate.ts';

/** The CA of the sandbox: its certificate, PEM, and what it signs with. */
export interface Authority extends CertificateIssuer {
  readonly certificate: string;
}

/** A certificate that shall be there. */
export interface WantedCertificate {
  readonly path: string;
  /** The private key it shall be for. */
  readonly key: KeyObject;
  /** One with fewer days left is replaced. */
  readonly renewalDays: number;
  /** Whether one that is there says what it should; left out where it always does. */
  readonly isAsWanted?: (certificate: X509Certificate) => boolean;
  /** Issues it. @returns PEM */
  readonly issue: () => Promise<string>;
}

const DAY_MILLISECONDS = 86_400_000;

/** Reads the CA's certificate; issues it anew, for the same key, when it is missing, near its end or not for this key. */
export async function keepAuthority(
  path: string,
  profile: CertificateProfile,
  key: KeyObject,
  now: Date,
): Promise<Authority> {
  const issuer: CertificateIssuer = { key, subject: profile.subject };
  const certificate = await keep(
    {
      path,
      key,
      renewalDays: profile.renewalDays,
      isAsWanted: (kept) => kept.ca && kept.verify(createPublicKey(key)),
      issue: () => issueByProfile(profile, key, issuer, now),
    },
    now,
  );
  return { ...issuer, certificate };
}

/** Keeps a certificate of the bank's own side. */
export function keepProfiledCertificate(
  path: string,
  profile: CertificateProfile,
  key: KeyObject,
  authority: Authority,
  now: Date,
): Promise<string> {
  const issue = () => issueByProfile(profile, key, authority, now);
  return keepCertificate({ path, key, renewalDays: profile.renewalDays, issue }, authority, now);
}

/**
 * Reads a certificate the CA signed; issues it anew when it is missing, near its end, not for this key, not as wanted, or
 * not signed by the CA there is now. So any file of a data directory may be deleted and comes back.
 *
 * @returns PEM
 */
export function keepCertificate(wanted: WantedCertificate, authority: Authority, now: Date): Promise<string> {
  const issuer = new X509Certificate(authority.certificate);
  const isAsWanted = (kept: X509Certificate) =>
    kept.checkIssued(issuer) &&
    kept.verify(createPublicKey(authority.key)) &&
    (wanted.isAsWanted === undefined || wanted.isAsWanted(kept));
  return keep({ ...wanted, isAsWanted }, now);
}

async function keep({ path, key, renewalDays, isAsWanted, issue }: WantedCertificate, now: Date): Promise<string> {
  const kept = parseCertificate(await readPrivateFile(path));
  const isGood =
    kept !== undefined &&
    lastsLongEnough(kept, renewalDays, now) &&
    kept.publicKey.equals(createPublicKey(key)) &&
    (isAsWanted === undefined || isAsWanted(kept));
  if (isGood) return kept.toString();
  const pem = await issue();
  await writePrivateFile(path, pem);
  return pem;
}

function parseCertificate(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function lastsLongEnough(certificate: X509Certificate, renewalDays: number, now: Date): boolean {
  const daysLeft = (certificate.validToDate.getTime() - now.getTime()) / DAY_MILLISECONDS;
  return daysLeft > renewalDays && certificate.validFromDate <= now;
}

async function issueByProfile(
  profile: CertificateProfile,
  key: KeyObject,
  issuer: CertificateIssuer,
  now: Date,
): Promise<string> {
  // Loaded here because it takes a tenth of a second, and only the first of many starts issues anything.
  const { issueCertificate } = await import('./issue-certificate.ts');
  return issueCertificate(profile, createPublicKey(key), issuer, now);
}
