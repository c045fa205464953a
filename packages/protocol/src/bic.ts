import { isCountryCode } from './country-codes.ts';

/** Four characters of the party, two of the country, two of the place, and perhaps three of the branch (ISO 9362). */
const BIC = /^[A-Z0-9]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/;

/** Kosovo has no ISO 3166-1 code of its own; its banks are addressed, and its accounts numbered, under this one. */
const KOSOVO = 'XK';

/** Whether the text is a business identifier code: 8 or 11 characters, upper case, of a country that there is. */
export function isBic(text: string): boolean {
  const country = BIC.exec(text)?.[1];
  return country !== undefined && (country === KOSOVO || isCountryCode(country));
}

/** The country of a valid BIC. */
export function countryOfBic(bic: string): string {
  return bic.slice(4, 6);
}
