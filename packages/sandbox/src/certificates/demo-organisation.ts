import type { Psd2Role } from '@lupa/certificates';
import type { CompetentAuthority, TppOrganisation } from './issue-tpp-certificate.ts';

/** Who the demo TPP is: the demo shop's company. The number is nobody's. */
export const DEMO_ORGANISATION: TppOrganisation = {
  name: 'Tuohi (Lupa demo TPP)',
  commonName: 'Tuohi',
  country: 'FI',
  organizationIdentifier: 'PSDFI-FINFSA-1234567-1',
};

/** It initiates payments, and nothing else. */
export const DEMO_ROLES: readonly Psd2Role[] = ['PSP_PI'];

export const DEMO_AUTHORITY: CompetentAuthority = { id: 'FI-FINFSA', name: 'Finnish Financial Supervisory Authority' };
