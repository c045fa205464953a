export { CertificateError } from './certificate-error.ts';
export type { CertificateRefusal, CertificateUse, RefusalCode } from './certificate-refusal.ts';
export {
  type CertificateExplanation,
  type CertificateSurroundings,
  explainCertificate,
} from './explain-certificate.ts';
export { type CertificateQuestion, judgeCertificate } from './judge-certificate.ts';
export { EXTENSION_OID, NAME_OID, PURPOSE_OID, STATEMENT_OID } from './object-identifiers.ts';
export { organisationIdOf } from './organisation-id.ts';
export type {
  CertificateKey,
  CertificateName,
  KeyUsage,
  PaymentCertificate,
  Psd2Role,
  Psd2Statement,
  QcType,
} from './payment-certificate.ts';
export { encodePsd2Statement, readPsd2Statement } from './psd2-statement.ts';
export { encodeQcStatements } from './qc-statements.ts';
export { readCertificate } from './read-certificate.ts';
export { readCertificates } from './read-pem.ts';
export { MAX_REVOCATION_LIST_BYTES, RevocationList, readRevocationList } from './revocation-list.ts';
export { type CertificateChain, TrustAnchors } from './trust-anchors.ts';
