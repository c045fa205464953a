/**
 * What was given is no certificate, certificate bundle or revocation list that can be relied on. The message says what is
 * wrong and at which byte.
 */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code = 'malformed';
}
