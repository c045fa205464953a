import type { KeyObject, X509Certificate } from 'node:crypto';

/** Account servicing, payment initiation, account information, card-based payment instruments (ETSI TS 119 495). */
export type Psd2Role = 'PSP_AS' | 'PSP_PI' | 'PSP_AI' | 'PSP_IC';

/** For electronic signatures of people, electronic seals of organisations, and websites or TLS (EN 319 412-5). */
export type QcType = 'esign' | 'seal' | 'web';

/** RFC 5280 section 4.2.1.3. */
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly';

/** What a national authority has allowed a payment service provider to be (ETSI TS 119 495 section 5.1). */
export interface Psd2Statement {
  readonly roles: readonly Psd2Role[];
  /** Such as `Finnish Financial Supervisory Authority`. */
  readonly ncaName: string;
  /** Such as `FI-FINFSA`. */
  readonly ncaId: string;
}

/** What of a subject's or an issuer's name matters here. No control characters in any of it. */
export interface CertificateName {
  readonly commonName?: string;
  readonly organization?: string;
  readonly country?: string;
  /** X.520 organizationIdentifier as it stands, such as `PSDFI-FINFSA-1234567-1`. */
  readonly organizationIdentifier?: string;
}

/** What a public key is, as far as its strength goes. */
export interface CertificateKey {
  /** As `node:crypto` names it: `rsa`, `ec`, `ed25519`, … */
  readonly type: string;
  /** RSA only. */
  readonly bits?: number;
  /** RSA only. */
  readonly publicExponent?: bigint;
  /** As OpenSSL names it: `prime256v1`, `secp384r1`, … */
  readonly curve?: string;
}

/** A certificate, read whole and strictly. Nothing about it is judged: see `judgeCertificate`. */
export interface PaymentCertificate {
  /** The DER. */
  readonly raw: Uint8Array;
  readonly x509: X509Certificate;
  /** SHA-256 of the DER in base64url, 43 characters: `x5t#S256` (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  /** The whole names, as DER, to be compared byte by byte. */
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly notBefore: Date;
  /** The last second it is valid in. */
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly key: CertificateKey;
  /** Object identifier of the algorithm it is signed with. */
  readonly signatureAlgorithm: string;
  /** The hash in that signature, `undefined` for one that is unknown here or broken, such as SHA-1. */
  readonly signatureHash?: 'sha256' | 'sha384' | 'sha512';
  /** Whether it may sign other certificates, as far as its basic constraints go. */
  readonly isAuthority: boolean;
  /** How many more authorities may follow below this one. */
  readonly pathLength?: number;
  /** Absent where the certificate does not restrict it. */
  readonly keyUsage?: ReadonlySet<KeyUsage>;
  /** Object identifiers; absent where the certificate does not restrict it. */
  readonly extendedKeyUsage?: readonly string[];
  /** Whether it says of itself that it is qualified (EN 319 412-5 section 4.2.1). */
  readonly qcCompliance: boolean;
  readonly qcTypes: readonly QcType[];
  readonly psd2?: Psd2Statement;
  /** Where its issuer publishes complete revocation lists, by http or https. */
  readonly crlUrls: readonly string[];
  /** Critical extensions that nobody here understands: the certificate must then not be relied on (RFC 5280 section 4.2). */
  readonly unknownCriticalExtensions: readonly string[];
}
