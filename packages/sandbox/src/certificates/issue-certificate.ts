// The library's dependency injection needs the reflection API before its own modules load.
import 'reflect-metadata';
import { type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { CertificateProfile } from './certificate-profile.ts';

x509.cryptoProvider.set(webcrypto);

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** RFC 5280 section 4.1.2.2 allows 20 octets; 128 random bits never repeat and cannot be guessed. */
const SERIAL_BYTES = 16;

/** Certificates begin a little in the past, for clocks that run behind. */
const BACKDATED_MILLISECONDS = 5 * 60_000;

const DAY_MILLISECONDS = 86_400_000;

/** Issues a certificate for `publicKey`, signed with the authority's P-256 key. @returns PEM */
export async function issueCertificate(
  profile: CertificateProfile,
  publicKey: KeyObject,
  authority: {
    readonly key: KeyObject;
    readonly publicKey: KeyObject;
    readonly subject: CertificateProfile['subject'];
  },
  now: Date,
): Promise<string> {
  const subjectKey = publicKey.toCryptoKey(P256, true, ['verify']);
  const notBefore = wholeSeconds(now.getTime() - BACKDATED_MILLISECONDS);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: [...profile.subject],
    issuer: [...authority.subject],
    notBefore,
    notAfter: new Date(notBefore.getTime() + profile.lifetimeDays * DAY_MILLISECONDS),
    publicKey: subjectKey,
    signingKey: authority.key.toCryptoKey(P256, false, ['sign']),
    signingAlgorithm: P256,
    extensions: [
      ...usageExtensions(profile),
      await x509.SubjectKeyIdentifierExtension.create(subjectKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey.toCryptoKey(P256, true, ['verify'])),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** The PSD2 QcStatements of a TPP's certificate belong here, once certificates carry roles. */
function usageExtensions(profile: CertificateProfile): x509.Extension[] {
  const { KeyUsageFlags, ExtendedKeyUsage } = x509;
  if (profile.use === 'authority') {
    return [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ];
  }
  const purpose = profile.use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([purpose]),
  ];
  if (profile.hosts !== undefined) {
    const names = [
      ...profile.hosts.dns.map((value) => ({ type: 'dns' as const, value })),
      ...profile.hosts.ip.map((value) => ({ type: 'ip' as const, value })),
    ];
    extensions.push(new x509.SubjectAlternativeNameExtension(names));
  }
  return extensions;
}

/** Positive and of full length: the highest bit of a DER integer is its sign, and a leading zero byte would be dropped. */
function randomSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  const first = bytes[0] ?? 0;
  bytes[0] = (first & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** X.509 times have no fraction of a second. */
function wholeSeconds(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}
