/**
 * The countries whose IBANs SEPA reaches, by IBAN prefix: the European Payments Council's list of SEPA scheme countries
 * (EPC409-09) as of 2026. Territories that use another country's prefix (Åland `FI`, Jersey `GB`, Réunion `FR`, …) are
 * reached through that prefix. `ibantools` 4.5.4 does not yet know the five newest members: AL, MD, ME, MK and RS.
 */
export const SEPA_COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV ' +
    'MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA'
  ).split(' '),
);

/** Whether SEPA reaches the accounts of this country (ISO 3166-1 alpha-2, upper case). */
export function isSepaCountry(country: string): boolean {
  return SEPA_COUNTRIES.has(country);
}
