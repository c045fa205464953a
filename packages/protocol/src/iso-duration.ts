/** A length of time as ISO 8601-1 section 5.5.2 writes it; its years, months, weeks and days are the calendar's. */
export interface IsoDuration {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  /** The hours, minutes and seconds together, which are of equal length everywhere. */
  readonly milliseconds: number;
}

/** Four digits hold every time anybody simulates, and keep every sum inside what a date can say (our own limit). */
const DURATION =
  /^P(?!$)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,4})(?:[.,](\d{1,3}))?S)?)?$/;

/**
 * Reads a duration such as `P1D`, `PT30M` or `P1Y2M3DT4H5M6.5S`: upper case, no sign, at most four digits a part and
 * milliseconds at the finest.
 *
 * @returns the duration, or `undefined` when the text is not one
 */
export function parseIsoDuration(text: string): IsoDuration | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const part = (place: number) => Number(match[place] ?? 0);
  const wholeSeconds = (part(5) * 60 + part(6)) * 60 + part(7);
  return {
    years: part(1),
    months: part(2),
    weeks: part(3),
    days: part(4),
    milliseconds: wholeSeconds * 1000 + Number((match[8] ?? '').padEnd(3, '0')),
  };
}
