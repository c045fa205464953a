import { FEWEST_KEEP_YEARS, MOST_KEEP_YEARS } from '@lupa/bank';

export { KEEP_YEARS } from '@lupa/bank';

/** @returns the full years that records are kept; undefined for what is none, or too few */
export function parseKeepYears(text: string): number | undefined {
  const years = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 0;
  return years >= FEWEST_KEEP_YEARS && years <= MOST_KEEP_YEARS ? years : undefined;
}

/** Why, and what to write instead. */
export const WRONG_KEEP_YEARS =
  `Write full years, from ${FEWEST_KEEP_YEARS} to ${MOST_KEEP_YEARS}: PSD2 (article 21) has records kept for at least five, ` +
  'and the Finnish Bookkeeping Act (1336/1997, chapter 2, section 10) has books kept for ten.';
