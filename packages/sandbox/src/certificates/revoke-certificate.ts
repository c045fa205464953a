import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type PaymentCertificate, readCertificates } from '@lupa/certificates';
import type { DataDirectory } from '../files/data-directory.ts';
import type { FoundCertificate } from './inspect-finding.ts';
import { findCertificates } from './inspect-source.ts';
import type { Revocation, RevocationReason } from './revocation.ts';
import { Revocations } from './revocations.ts';

/** Nothing was revoked. The message says why and what to do. */
export class NotRevoked extends Error {
  override readonly name = 'NotRevoked';
}

/** A certificate that is on the list. */
export interface RevokedCertificate {
  readonly certificate: PaymentCertificate;
  readonly revocation: Revocation;
  /** It was on the list already, since then and for that reason. */
  readonly isOld: boolean;
}

/**
 * Puts a certificate of the sandbox CA on its revocation list, whether a sandbox runs on the directory or not.
 *
 * @param file PEM, DER or a key set
 * @param kid which key of a key set
 * @throws NotRevoked, NothingToInspect
 */
export async function revokeCertificate(
  directory: DataDirectory,
  { file, kid, reason }: { readonly file: string; readonly kid: string | undefined; readonly reason: RevocationReason },
  now: Date,
): Promise<RevokedCertificate> {
  const { certificate } = await findOne(file, kid);
  await assertIssuedHere(directory, certificate, file);
  const revocations = new Revocations(directory.revocations);
  const earlier = await revocations.find(certificate.serial);
  if (earlier !== undefined) return { certificate, revocation: earlier, isOld: true };
  const revocation: Revocation = { serial: certificate.serial, revokedAt: now.toISOString(), reason };
  await revocations.add(revocation);
  return { certificate, revocation, isOld: false };
}

async function findOne(file: string, kid: string | undefined): Promise<FoundCertificate> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(file)) {
    throw new NotRevoked(`${file} is an address. Name the file of the certificate to revoke.`);
  }
  const all = await findCertificates(file);
  const findings = kid === undefined ? all : all.filter(({ label }) => label === `key ${kid}`);
  const [finding, second] = findings;
  if (second !== undefined) {
    throw new NotRevoked(`${file} holds several keys. Say which with --key: ${labels(all)}.`);
  }
  if (finding === undefined) throw new NotRevoked(`${file} holds no key ${kid}. It holds ${labels(all)}.`);
  if (!('certificate' in finding)) throw new NotRevoked(`${file}: ${finding.problem}`);
  return finding;
}

function labels(findings: readonly { readonly label: string }[]): string {
  return findings.map(({ label }) => label.replace(/^key /, '')).join(', ');
}

/** A list names serial numbers alone: of another issuer's certificate it would say nothing. */
async function assertIssuedHere(directory: DataDirectory, certificate: PaymentCertificate, file: string) {
  if (!existsSync(directory.caCertificate)) {
    throw new NotRevoked(`There is no sandbox in ${directory.path}. Name its directory with --data.`);
  }
  const [ca] = readCertificates(await readFile(directory.caCertificate, 'utf8'));
  const isOurs =
    ca !== undefined &&
    Buffer.compare(certificate.issuerDer, ca.subjectDer) === 0 &&
    certificate.x509.verify(ca.publicKey);
  if (!isOurs) {
    throw new NotRevoked(
      `${file} is not of the CA of the sandbox in ${directory.path}, and only its issuer can revoke a certificate. Name another file, or another sandbox with --data.`,
    );
  }
  if (certificate.isAuthority) {
    throw new NotRevoked(
      `${file} is the CA itself, and no list can revoke its own issuer. To begin with a new CA, delete ${directory.path}.`,
    );
  }
}
