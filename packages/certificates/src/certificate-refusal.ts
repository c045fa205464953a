/** What a certificate is presented for: under TLS (QWAC), or beside a signature (QSEALC). */
export type CertificateUse = 'tls' | 'signature';

/** Why a bank does not take a certificate, in the order in which the checks are made. */
export type RefusalCode =
  | 'malformed'
  | 'untrusted-issuer'
  | 'not-yet-valid'
  | 'expired'
  | 'weak-key'
  | 'wrong-key-usage'
  | 'wrong-type'
  | 'no-psd2-statement'
  | 'role-missing'
  | 'organisation-missing'
  | 'organisation-differs'
  | 'revoked'
  | 'revocation-unknown';

/**
 * A certificate that is not taken, and why. The message says what is wrong and what to do about it, in characters that may
 * stand in an OAuth error description (RFC 6749 section 5.2), and holds nothing that its reader may not know.
 */
export interface CertificateRefusal {
  readonly code: RefusalCode;
  readonly message: string;
}
