import type { KeyObject } from 'node:crypto';
import type { CertificateProfile } from './certificate-profile.ts';
import { type CertificateIssuer, signCertificate, x509 } from './sign-certificate.ts';

/** Issues a certificate of the bank's own side for `publicKey`. @returns PEM */
export async function issueCertificate(
  profile: CertificateProfile,
  publicKey: KeyObject,
  authority: CertificateIssuer,
  now: Date,
): Promise<string> {
  const { subject, lifetimeDays } = profile;
  const content = { subject: [...subject], publicKey, lifetimeDays, extensions: usageExtensions(profile) };
  return signCertificate(content, authority, now);
}

function usageExtensions(profile: CertificateProfile): x509.Extension[] {
  const { KeyUsageFlags, ExtendedKeyUsage } = x509;
  if (profile.use === 'authority') {
    return [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ];
  }
  const { dns = [], ip = [] } = profile.hosts ?? {};
  const names = [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ip.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(names),
  ];
}
