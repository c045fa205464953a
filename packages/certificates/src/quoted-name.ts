import type { CertificateName } from './payment-certificate.ts';

const MAX_LENGTH = 64;

/** A name for a message: whatever may not stand in an OAuth error description (RFC 6749 section 5.2) becomes `?`. */
export function quoted({ commonName, organization, organizationIdentifier }: CertificateName): string {
  const name = commonName ?? organization ?? organizationIdentifier ?? 'without a name';
  const safe = name.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/gu, '?');
  return `'${safe.length > MAX_LENGTH ? `${safe.slice(0, MAX_LENGTH)}...` : safe}'`;
}
