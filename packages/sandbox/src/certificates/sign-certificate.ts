// The library's dependency injection needs the reflection API before its own modules load.
import 'reflect-metadata';
import { createPublicKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { CertificateProfile } from './certificate-profile.ts';

x509.cryptoProvider.set(webcrypto);

export { x509 };

/** The CA of the sandbox, as far as signing needs it. Its key is P-256. */
export interface CertificateIssuer {
  readonly key: KeyObject;
  readonly subject: CertificateProfile['subject'];
}

/** What a certificate says beside what its issuer adds to each. */
export interface CertificateContent {
  readonly subject: x509.JsonNameParams;
  /** Any kind of key. */
  readonly publicKey: KeyObject;
  readonly lifetimeDays: number;
  readonly extensions: readonly x509.Extension[];
}

export const ISSUER_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** RFC 5280 section 4.1.2.2 allows 20 octets; 128 random bits never repeat and cannot be guessed. */
const SERIAL_BYTES = 16;

/** Certificates begin a little in the past, for clocks that run behind. */
const BACKDATED_MILLISECONDS = 5 * 60_000;

const DAY_MILLISECONDS = 86_400_000;

/** Signs a certificate with the authority's key, and names both keys in it. @returns PEM */
export async function signCertificate(
  content: CertificateContent,
  authority: CertificateIssuer,
  now: Date,
): Promise<string> {
  const publicKey = new x509.PublicKey(content.publicKey.export({ type: 'spki', format: 'der' }));
  const notBefore = wholeSeconds(now.getTime() - BACKDATED_MILLISECONDS);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: new x509.Name(content.subject),
    issuer: [...authority.subject],
    notBefore,
    notAfter: new Date(notBefore.getTime() + content.lifetimeDays * DAY_MILLISECONDS),
    publicKey,
    signingKey: authority.key.toCryptoKey(ISSUER_ALGORITHM, false, ['sign']),
    signingAlgorithm: ISSUER_ALGORITHM,
    extensions: [
      ...content.extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await authorityKeyIdentifier(authority),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** Names the key that signs: in certificates and in revocation lists alike. */
export function authorityKeyIdentifier({ key }: CertificateIssuer): Promise<x509.Extension> {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return x509.AuthorityKeyIdentifierExtension.create(new x509.PublicKey(der));
}

/** Positive and of full length: the highest bit of a DER integer is its sign, and a leading zero byte would be dropped. */
function randomSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  const first = bytes[0] ?? 0;
  bytes[0] = (first & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** X.509 times have no fraction of a second. */
export function wholeSeconds(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}
