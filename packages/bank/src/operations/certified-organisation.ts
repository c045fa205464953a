import { organisationIdOf, type Psd2Role } from '@lupa/certificates';
import { RegistrationRefused } from '@lupa/protocol';
import type { KnownCertificate } from '../ports/certificate-trust.ts';

/** The organisation a certificate was issued to, with its roles (ETSI TS 119 495). */
export interface CertifiedOrganisation {
  readonly organisationId: string;
  readonly roles: readonly Psd2Role[];
}

/**
 * The organisation of a TLS certificate that was let in.
 *
 * @throws RegistrationRefused certificate: it names none, so that it should not have been
 */
export function organisationOf({ certificate }: KnownCertificate): CertifiedOrganisation {
  const organisationId = certificate && organisationIdOf(certificate);
  if (organisationId === undefined) {
    throw new RegistrationRefused('certificate', 'The certificate names no organisation: connect with your QWAC.');
  }
  return { organisationId, roles: certificate?.psd2?.roles ?? [] };
}
