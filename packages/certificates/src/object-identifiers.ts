/** Attributes of a distinguished name (X.520). */
export const NAME_OID = {
  commonName: '2.5.4.3',
  country: '2.5.4.6',
  organization: '2.5.4.10',
  /** `PSD` country, `-` authority, `-` the organisation's number there (ETSI TS 119 495 section 5.2.1). */
  organizationIdentifier: '2.5.4.97',
} as const;

/** Certificate and revocation-list extensions (RFC 5280 sections 4.2 and 5.2, RFC 3739 section 3.2.6). */
export const EXTENSION_OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  qcStatements: '1.3.6.1.5.5.7.1.3',
} as const;

/** What a TLS certificate is for (RFC 5280 section 4.2.1.12). */
export const PURPOSE_OID = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

/** Statements of a qualified certificate (ETSI EN 319 412-5, ETSI TS 119 495). */
export const STATEMENT_OID = {
  qcCompliance: '0.4.0.1862.1.1',
  qcType: '0.4.0.1862.1.6',
  psd2: '0.4.0.19495.2',
} as const;
