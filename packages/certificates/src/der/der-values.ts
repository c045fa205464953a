import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';

/** Longer than any object identifier in use, those made of a UUID included. */
const MAX_OID_BYTES = 64;

/** `TRUE` is 0xFF and nothing else (ITU-T X.690 section 11.1). */
export function readBoolean(reader: DerReader, what: string): boolean {
  const bytes = reader.read(TAG.boolean, what).content;
  if (bytes.length !== 1 || (bytes[0] !== 0 && bytes[0] !== 0xff)) throw reader.fault(`${what} is no boolean`);
  return bytes[0] === 0xff;
}

/** The bytes of an integer of zero or more, written in the shortest way. */
export function readUnsigned(reader: DerReader, what: string): Uint8Array {
  const bytes = reader.read(TAG.integer, what).content;
  const [first = 0x80, second = 0x80] = bytes;
  if (bytes.length === 0 || (first === 0 && bytes.length > 1 && second < 0x80)) {
    throw reader.fault(`${what} is not written as DER writes integers`);
  }
  if (first >= 0x80) throw reader.fault(`${what} is negative`);
  return first === 0 && bytes.length > 1 ? bytes.subarray(1) : bytes;
}

/** An integer from 0 to `max`, at most 2³¹ − 1. */
export function readSmallInteger(reader: DerReader, max: number, what: string): number {
  const bytes = readUnsigned(reader, what);
  const value = bytes.length > 4 ? Infinity : bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  if (value > max) throw reader.fault(`${what} is above ${max}`);
  return value;
}

/** An object identifier in dotted form, such as `2.5.4.97`. */
export function readOid(reader: DerReader, what: string): string {
  const bytes = reader.read(TAG.oid, what).content;
  if (bytes.length > MAX_OID_BYTES) throw reader.fault(`${what} is longer than any object identifier`);
  const arcs: (number | bigint)[] = [];
  let start = 0;
  for (const [index, byte] of bytes.entries()) {
    if (index === start && byte === 0x80) {
      throw reader.fault(`${what} has a part that is not written in the shortest way`);
    }
    if (byte >= 0x80) continue;
    arcs.push(arcOf(bytes.subarray(start, index + 1)));
    start = index + 1;
  }
  const [first, ...others] = arcs;
  if (first === undefined || start !== bytes.length) throw reader.fault(`${what} is cut off`);
  // The first two arcs share one number (ITU-T X.690 section 8.19.4).
  if (first < 80) return [first < 40 ? 0 : 1, Number(first) % 40, ...others].join('.');
  return [2, typeof first === 'bigint' ? first - 80n : first - 80, ...others].join('.');
}

/** Seven bits a byte; beyond 49 bits, as in identifiers made of a UUID, a number would no longer be exact. */
function arcOf(bytes: Uint8Array): number | bigint {
  if (bytes.length <= 7) return bytes.reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return bytes.reduce((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
}

/** The bytes of a bit string that has whole bytes only, as signatures and keys do. */
export function readWholeBytes(reader: DerReader, what: string): Uint8Array {
  const bytes = reader.read(TAG.bitString, what).content;
  if (bytes[0] !== 0) throw reader.fault(`${what} is not made of whole bytes`);
  return bytes.subarray(1);
}

/** A bit string whose bits have names: whether each is set, from bit 0 on. */
export function readNamedBits(reader: DerReader, what: string): boolean[] {
  const [unused = 8, ...bytes] = reader.read(TAG.bitString, what).content;
  const last = bytes.at(-1) ?? 0;
  if (unused > 7 || (bytes.length === 0 && unused > 0) || (last & ((1 << unused) - 1)) !== 0) {
    throw reader.fault(`${what} is no bit string of DER`);
  }
  return bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((byte >> bit) & 1) === 1));
}

/** A time as certificates have it: to the second, in UTC (RFC 5280 section 4.1.2.5). Revocation lists have a million. */
export function readTime(reader: DerReader, what: string): Date {
  const tag = reader.peek();
  if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw reader.fault(`${what} is no time`);
  const bytes = reader.read(tag, what).content;
  const yearDigits = tag === TAG.utcTime ? 2 : 4;
  const pair = (index: number) => twoDigits(bytes, yearDigits + 2 * index);
  const [month, day, hour, minute, second] = [pair(0), pair(1), pair(2), pair(3), pair(4)];
  const year = tag === TAG.utcTime ? centuryOf(twoDigits(bytes, 0)) : twoDigits(bytes, 0) * 100 + twoDigits(bytes, 2);
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second);
  const isWhole = bytes.length === yearDigits + 11 && bytes.at(-1) === LETTER_Z;
  const isReal = minute < 60 && second < 60 && month >= 1 && month <= 12 && year >= 1000;
  // The 31st of April, and 24:00, come out as another day; digits that are none as no number.
  const time = new Date(milliseconds);
  if (!isWhole || !isReal || time.getUTCDate() !== day) {
    throw reader.fault(`${what} is no date and time to the second in UTC`);
  }
  return time;
}

const LETTER_Z = 0x5a;

/** NaN for what are no two digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** RFC 5280 section 4.1.2.5.1: two digits from 50 on are of the twentieth century. */
function centuryOf(year: number): number {
  return year >= 50 ? 1900 + year : 2000 + year;
}
