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
  const offset = offsetAt(time);
  return new Date(time + offset.milliseconds).toISOString().slice(0, -1) + offset.text;
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
