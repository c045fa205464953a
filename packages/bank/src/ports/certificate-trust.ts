import type { CertificateRefusal, CertificateUse, PaymentCertificate } from '@lupa/certificates';

/** A certificate as somebody shows it, in DER. Nothing about it is believed yet. */
export interface PresentedCertificate {
  readonly certificate: Uint8Array;
  /** What came along with it, in any order: good for finding the way to a trust anchor, and for nothing else. */
  readonly intermediates: readonly Uint8Array[];
}

/** What a certificate is to be good for. */
export interface CertificateQuestion {
  readonly use: CertificateUse;
  /** Whose it must be: `Client.organisationId`. Left out where the client is not known yet. */
  readonly organisationId?: string;
}

/** A certificate that was shown. What does not change is known once; what time and revocation may change is judged anew at every use. */
export interface KnownCertificate {
  /** `x5t#S256` (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** Undefined where it cannot be read; `judge` then says what is wrong with it. */
  readonly certificate: PaymentCertificate | undefined;
  /**
   * What must be waited for before `judge` knows: revocation lists on their way. Undefined when nothing is, which is so for all
   * but the first call in a while. The promise never rejects.
   */
  settle(): Promise<void> | undefined;
  /**
   * Whether it is good for something now, by the bank's clock. Takes a few microseconds.
   *
   * @returns why it is refused, or undefined when it is good
   */
  judge(question: CertificateQuestion): CertificateRefusal | undefined;
}

/** Who vouches for certificates: the trust anchors, the issuers' revocation lists, and time. */
export interface CertificateTrust {
  /** Never throws: of a certificate that is none it is known that it is refused. */
  know(presented: PresentedCertificate): KnownCertificate;
}
