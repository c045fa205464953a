import type { IsoDuration } from './iso-duration.ts';

const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;

/** Offsets remembered; some five months of hours, or the busiest ones of many years. */
const MAX_REMEMBERED_HOURS = 4096;

/** Made once: building a formatter costs a hundred times what using it does. */
const helsinkiOffset = new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Helsinki', timeZoneName: 'longOffset' });

interface Offset {
  readonly milliseconds: number;
  readonly text: string;
}

/** An offset only ever changes on a full hour of UTC, so one look-up holds for the whole hour. */
const offsetOfHour = new Map<number, Offset>();

/**
 * Prints an instant as the API does (contract §5): milliseconds and the Europe/Helsinki offset of that instant,
 * `2019-11-01T10:00:00.000+02:00`. The offsets come from the time-zone data of the runtime, so a change of law arrives
 * with it.
 *
 * @throws RangeError for an invalid date
 */
export function formatHelsinki(date: Date): string {
  const time = date.getTime();
  if (time === lastFormatted.time) return lastFormatted.text;
  const offset = offsetAt(time);
  const text = new Date(time + offset.milliseconds).toISOString().slice(0, -1) + offset.text;
  lastFormatted = { time, text };
  return text;
}

/** Most answers tell one instant twice: what was just created was also just modified. */
let lastFormatted: { readonly time: number; readonly text: string } = { time: Number.NaN, text: '' };

/**
 * The first midnight of Europe/Helsinki after an instant; an instant that is a midnight has the next one. Days there are 23
 * or 25 hours long when summer time begins or ends.
 */
export function nextHelsinkiMidnight(date: Date): Date {
  const local = localTime(date);
  local.setUTCHours(24, 0, 0, 0);
  return instantOf(local);
}

/** The year that the calendars of Europe/Helsinki show at an instant. */
export function helsinkiYear(date: Date): number {
  return localTime(date).getUTCFullYear();
}

/** The midnight of Europe/Helsinki with which a year begins. */
export function startOfHelsinkiYear(year: number): Date {
  return instantOf(new Date(Date.UTC(year, 0, 1)));
}

/**
 * The instant that lies a duration after another: the years, months, weeks and days by the calendar and the clocks of
 * Europe/Helsinki, then the rest to the millisecond. A day the month does not have becomes its last one.
 */
export function addDuration(date: Date, duration: IsoDuration): Date {
  return new Date(addCalendarPart(date, duration).getTime() + duration.milliseconds);
}

function addCalendarPart(date: Date, { years, months, weeks, days }: IsoDuration): Date {
  // An instant of the hour that autumn has twice must come back as itself.
  if (years === 0 && months === 0 && weeks === 0 && days === 0) return date;
  const local = localTime(date);
  const day = local.getUTCDate();
  local.setUTCDate(1);
  local.setUTCMonth(local.getUTCMonth() + years * 12 + months);
  local.setUTCDate(Math.min(day, daysInMonth(local)) + weeks * 7 + days);
  return instantOf(local);
}

/** The date whose UTC members are what the clocks of Helsinki show. */
function localTime(date: Date): Date {
  return new Date(date.getTime() + offsetAt(date.getTime()).milliseconds);
}

/**
 * The instant when the clocks show this. What they skip in spring is taken an hour later; what they show twice in autumn is
 * the second of the two.
 */
function instantOf(local: Date): Date {
  const winter = local.getTime() - offsetAt(local.getTime()).milliseconds;
  return new Date(local.getTime() - offsetAt(winter).milliseconds);
}

function daysInMonth(local: Date): number {
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate();
}

function offsetAt(time: number): Offset {
  const hour = Math.floor(time / MS_PER_HOUR);
  const known = offsetOfHour.get(hour);
  if (known !== undefined) return known;
  const offset = readOffset(time);
  if (offsetOfHour.size >= MAX_REMEMBERED_HOURS) offsetOfHour.clear();
  offsetOfHour.set(hour, offset);
  return offset;
}

function readOffset(time: number): Offset {
  const name = helsinkiOffset.formatToParts(time).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /^GMT([+-])(\d{2}):(\d{2})/.exec(name);
  if (match === null) throw new RangeError(`no Europe/Helsinki offset in ${JSON.stringify(name)}`);
  const [, sign = '+', hours = '', minutes = ''] = match;
  const milliseconds = Number(hours) * MS_PER_HOUR + Number(minutes) * MS_PER_MINUTE;
  return { milliseconds: sign === '-' ? -milliseconds : milliseconds, text: `${sign}${hours}:${minutes}` };
}
