import { helsinkiYear, startOfHelsinkiYear } from '@lupa/protocol';

/** Bookkeeping Act 1336/1997, chapter 2, section 10: books are kept ten years from the end of the financial year. */
export const KEEP_YEARS = 10;
/** Directive (EU) 2015/2366, article 21: records are kept for at least five years. No removal may ask for fewer. */
export const FEWEST_KEEP_YEARS = 5;
/** Longer than any term a law asks for. */
export const MOST_KEEP_YEARS = 100;

/**
 * What is older than this has been kept for its term: so many full years since the end of the year it is from, by the calendar of
 * Helsinki. In 2026 and with ten years that is the beginning of 2016.
 */
export function endOfTerm(now: Date, keepYears: number): Date {
  return startOfHelsinkiYear(helsinkiYear(now) - keepYears);
}

/** Below every id made from a time on: ids begin with the milliseconds of their making (RFC 9562, section 5.7). */
export function firstIdSince(time: Date): string {
  const digits = time.getTime().toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}
