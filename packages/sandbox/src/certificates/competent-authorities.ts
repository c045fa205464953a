import type { CompetentAuthority } from './issue-tpp-certificate.ts';

/**
 * The authorities that register payment institutions, by country, as ETSI TS 119 495 annex D lists them for certificates: the
 * short name, then the name in full.
 */
const AUTHORITIES: Readonly<Record<string, readonly [shortName: string, name: string]>> = {
  AT: ['FMA', 'Austria Financial Market Authority'],
  BE: ['NBB', 'National Bank of Belgium'],
  BG: ['BNB', 'Bulgarian National Bank'],
  CY: ['CBC', 'Central Bank of Cyprus'],
  CZ: ['CNB', 'Czech National Bank'],
  DE: ['BAFIN', 'Federal Financial Supervisory Authority'],
  DK: ['DFSA', 'Danish Financial Supervisory Authority'],
  EE: ['FI', 'Estonia Financial Supervisory Authority'],
  ES: ['BE', 'Bank of Spain'],
  FI: ['FINFSA', 'Finnish Financial Supervisory Authority'],
  FR: ['ACPR', 'Prudential Supervisory and Resolution Authority'],
  GR: ['BOG', 'Bank of Greece'],
  HR: ['CNB', 'Croatian National Bank'],
  HU: ['CBH', 'Central Bank of Hungary'],
  IE: ['CBI', 'Central Bank of Ireland'],
  IS: ['FME', 'Financial Supervisory Authority'],
  IT: ['BI', 'Bank of Italy'],
  LI: ['FMA', 'Financial Market Authority Liechtenstein'],
  LT: ['BL', 'Bank of Lithuania'],
  LU: ['CSSF', 'Commission for the Supervision of Financial Sector'],
  LV: ['FCMC', 'Financial and Capital Markets Commission'],
  MT: ['MFSA', 'Malta Financial Services Authority'],
  NL: ['DNB', 'The Netherlands Bank'],
  NO: ['FSA', 'The Financial Supervisory Authority of Norway'],
  PL: ['PFSA', 'Polish Financial Supervision Authority'],
  PT: ['BP', 'Bank of Portugal'],
  RO: ['NBR', 'National Bank of Romania'],
  SE: ['FINA', 'Swedish Financial Supervision Authority'],
  SI: ['BS', 'Bank of Slovenia'],
  SK: ['NBS', 'National Bank of Slovakia'],
};

/** Every country with one, by ISO 3166-1. */
export const PSD2_COUNTRIES: readonly string[] = Object.keys(AUTHORITIES);

/** @param country two capital letters */
export function competentAuthorityOf(country: string): CompetentAuthority | undefined {
  if (!Object.hasOwn(AUTHORITIES, country)) return undefined;
  const [shortName = '', name = ''] = AUTHORITIES[country] ?? [];
  return { id: `${country}-${shortName}`, name };
}
