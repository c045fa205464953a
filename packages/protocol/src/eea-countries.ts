/**
 * The European Economic Area (the EU and ETA of contract §5: ETA is its Finnish name), by ISO 3166-1 codes: the 27 member
 * states of the European Union with those of their territories that belong to it under a code of their own, and Iceland,
 * Liechtenstein and Norway.
 */
export const EEA_COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK ' +
    'AX GF GP MF MQ RE YT ' +
    'IS LI NO'
  ).split(' '),
);

/** Whether a bank of this country is inside the EU/ETA area. */
export function isEeaCountry(country: string): boolean {
  return EEA_COUNTRIES.has(country);
}
