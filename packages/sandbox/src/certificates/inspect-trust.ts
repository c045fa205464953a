import { existsSync } from 'node:fs';
import { CertificateError, type CertificateRefusal, type PaymentCertificate, TrustAnchors } from '@lupa/certificates';
import { dataDirectory } from '../files/data-directory.ts';
import { NothingToInspect } from './inspect-finding.ts';
import { readPemFile } from './inspect-source.ts';
import { Revocations } from './revocations.ts';

/** Whom a certificate is to be trusted by. */
export interface InspectionTrust {
  readonly anchors: TrustAnchors;
  /** The file they are from. */
  readonly file: string;
  /** Whether it is known what the anchors revoked: of the sandbox CA it is. */
  readonly knowsRevocations: boolean;
  /** What the sandbox CA has revoked, where the anchor is the sandbox CA. */
  findRevocation(certificate: PaymentCertificate): Promise<CertificateRefusal | undefined>;
}

/**
 * The trust anchors to judge by: those of a file, else the sandbox's CA where there is a sandbox.
 *
 * @throws NothingToInspect when the file cannot be read or holds something else
 */
export async function findTrust(given: string | undefined, data: string): Promise<InspectionTrust | undefined> {
  const sandbox = dataDirectory(data);
  if (given === undefined && !existsSync(sandbox.caCertificate)) return undefined;
  const file = given ?? sandbox.caCertificate;
  const anchors = await readPemFile(file, (pem) => readAnchors(file, pem));
  if (given !== undefined) return { anchors, file, knowsRevocations: false, findRevocation: async () => undefined };
  const revocations = new Revocations(sandbox.revocations);
  return {
    anchors,
    file,
    knowsRevocations: true,
    async findRevocation({ serial, issuerDer }) {
      if (!anchors.anchors.some(({ subjectDer }) => Buffer.compare(subjectDer, issuerDer) === 0)) return undefined;
      const revocation = await revocations.find(serial);
      if (revocation === undefined) return undefined;
      const { revokedAt, reason } = revocation;
      return {
        code: 'revoked',
        message: `The sandbox CA revoked it at ${revokedAt} (${reason}). There is no way back: have a new one issued.`,
      };
    },
  };
}

function readAnchors(file: string, pem: string): TrustAnchors {
  try {
    return TrustAnchors.fromPem(pem);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new NothingToInspect(`${file} is no bundle of trusted authorities: ${error.message} Name a PEM file of CAs.`);
  }
}
