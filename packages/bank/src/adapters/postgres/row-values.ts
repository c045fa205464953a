/** How column values are read, by type: one table for both databases, so that no caller can tell them apart. */

const INT8 = 20;
const BYTEA = 17;
const JSON_TEXT = 114;
const TIMESTAMPTZ = 1184;
const JSONB = 3802;

/** Reads a value PostgreSQL sent as text. Types not listed (text, uuid, int4, bool) are left to the driver. */
export const VALUE_PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: parseInteger,
  [BYTEA]: parseBytes,
  [JSON_TEXT]: parseJson,
  [JSONB]: parseJson,
  [TIMESTAMPTZ]: parseTime,
};

/** A number the database holds exactly and JavaScript cannot. */
export class UnsafeInteger extends RangeError {
  override readonly name = 'UnsafeInteger';
}

function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new UnsafeInteger('a bigint of the database is beyond 2^53 - 1');
  return value;
}

/** `\x` and hexadecimal digits (bytea_output = hex, the default of every server). */
function parseBytes(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex');
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** `2019-11-01 08:00:00.123+00` (DateStyle ISO); what we store has milliseconds at most. */
function parseTime(text: string): Date {
  const time = new Date(/[+-]\d\d$/.test(text) ? `${text.replace(' ', 'T')}:00` : text.replace(' ', 'T'));
  if (Number.isNaN(time.getTime())) throw new RangeError('a timestamptz of the database is not a time');
  return time;
}
