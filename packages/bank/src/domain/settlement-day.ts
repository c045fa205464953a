import { formatHelsinki } from '@lupa/protocol';

const DAY_MS = 86_400_000;

/** Days on which T2 is closed beside weekends and Easter, as month and day (ECB, T2 opening days). */
const CLOSING_DAYS: ReadonlySet<string> = new Set(['01-01', '05-01', '12-25', '12-26']);

/**
 * The day on which banks settle a payment booked at this moment: an instant payment that very day, whatever day it is; a
 * credit transfer on the first day, from that day on, on which T2 is open.
 *
 * @returns `YYYY-MM-DD`, by the calendar of Finland
 */
export function settlementDay(booked: Date, { isInstant }: { isInstant: boolean }): string {
  const day = new Date(Date.parse(`${formatHelsinki(booked).slice(0, 10)}T00:00:00Z`));
  while (!isInstant && isClosingDay(day)) day.setTime(day.getTime() + DAY_MS);
  return dateOf(day);
}

function isClosingDay(day: Date): boolean {
  if (day.getUTCDay() === 0 || day.getUTCDay() === 6) return true;
  if (CLOSING_DAYS.has(dateOf(day).slice(5))) return true;
  const daysFromEaster = (day.getTime() - easterSunday(day.getUTCFullYear()).getTime()) / DAY_MS;
  return daysFromEaster === -2 || daysFromEaster === 1;
}

/** Gauss's rule for the Gregorian calendar, in the form of Meeus, Jones and Butcher. */
function easterSunday(year: number): Date {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const epact =
    (19 * golden +
      century -
      Math.floor(century / 4) -
      Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) +
      15) %
    30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const sum = epact + weekday - 7 * correction + 114;
  return new Date(Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1));
}

function dateOf(day: Date): string {
  return day.toISOString().slice(0, 10);
}
