import type { PaymentCertificate } from './payment-certificate.ts';

/**
 * `PSD`, two letters of the country, two to eight of the authority, and the organisation's number there, in which the
 * standard allows anything (ETSI TS 119 495 section 5.2.1): here printable ASCII that can stand in an error description
 * (RFC 6749 section 5.2).
 */
const ORGANIZATION_IDENTIFIER = /^PSD([A-Z]{2}-[A-Z]{2,8}-[\x21\x23-\x5b\x5d-\x7e]{1,64})$/;

/**
 * Which payment service provider a certificate was issued to.
 *
 * @returns its organizationIdentifier without `PSD`, such as `FI-FINFSA-1234567-1`; `undefined` when it has none of that kind
 */
export function organisationIdOf({ subject }: Pick<PaymentCertificate, 'subject'>): string | undefined {
  return ORGANIZATION_IDENTIFIER.exec(subject.organizationIdentifier ?? '')?.[1];
}
