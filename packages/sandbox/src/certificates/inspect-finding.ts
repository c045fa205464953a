import { CertificateError, type PaymentCertificate } from '@lupa/certificates';

/** A certificate that was found, with what came along. */
export interface FoundCertificate {
  /** Where: the file, the server, or the key of a key set. */
  readonly label: string;
  readonly certificate: PaymentCertificate;
  readonly intermediates: readonly PaymentCertificate[];
  /** What is wrong with the place it was found in. */
  readonly problem?: string;
}

/** What cannot be read as a certificate, and why; a bank could not read it either. */
export interface UnreadableCertificate {
  readonly label: string;
  readonly problem: string;
}

export type Finding = FoundCertificate | UnreadableCertificate;

/** There is nothing to inspect. The message says what to do. */
export class NothingToInspect extends Error {
  override readonly name = 'NothingToInspect';
}

/** Reads a certificate and what came along, or says why it cannot be read. */
export function findingOf(label: string, read: () => readonly PaymentCertificate[]): Finding {
  try {
    const [certificate, ...intermediates] = read();
    return certificate === undefined ? { label, problem: 'It is empty.' } : { label, certificate, intermediates };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return { label, problem: `It cannot be read: ${error.message}` };
  }
}
