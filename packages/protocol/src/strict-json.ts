import { LupaError } from './errors.ts';
import { locateJsonFault } from './json-fault.ts';

/**
 * How deep objects and arrays may nest. Nothing of this API goes deeper than 4; the limit keeps every walk over a
 * value short.
 */
export const MAX_JSON_DEPTH = 32;

/** Where a caller's own limits differ. */
export interface StrictJsonLimits {
  /** How deep objects and arrays may nest; at most and by default `MAX_JSON_DEPTH`. */
  readonly maxDepth?: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const BYTE = {
  quote: 0x22,
  colon: 0x3a,
  open: 0x5b,
  backslash: 0x5c,
  close: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/**
 * Parses JSON of a stranger (contract §7, RFC 8259 within the bounds of RFC 7493): UTF-8 without a byte order mark, no
 * member name twice in one object, no lone surrogates, no member `__proto__`, no deeper than 32. What two parsers
 * could read differently is refused, because the signature covers the bytes and not the meaning.
 *
 * `JSON.parse` does the reading. Duplicates show in the number of members: the text has more than the value then.
 *
 * @param bytes the body as received
 * @throws LupaError BODY_NOT_JSON, its description saying what is wrong and where
 */
export function parseStrictJson(bytes: Uint8Array, { maxDepth = MAX_JSON_DEPTH }: StrictJsonLimits = {}): unknown {
  const depth = Math.min(maxDepth, MAX_JSON_DEPTH);
  const members = countMembers(bytes, depth);
  const text = decode(bytes);
  if (members === undefined) throw refusal(text, depth);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message is dropped: it quotes the body, which may hold personal data.
    throw refusal(text, depth);
  }
  if (countOwnMembers(value, text.includes('\\u')) !== members) throw refusal(text, depth);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new LupaError('BODY_NOT_JSON', { description: 'the bytes are not UTF-8' });
  }
}

function refusal(text: string, maxDepth: number): LupaError {
  return new LupaError('BODY_NOT_JSON', { description: locateJsonFault(text, maxDepth) ?? 'it cannot be read' });
}

/**
 * Counts the members in the text: its colons outside strings. `undefined` when it nests too deeply, before anything
 * recursive sees it.
 */
function countMembers(bytes: Uint8Array, maxDepth: number): number | undefined {
  let members = 0;
  let depth = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === BYTE.quote) index = endOfString(bytes, index + 1);
    else if (byte === BYTE.colon) members += 1;
    else if (byte === BYTE.open || byte === BYTE.openBrace) {
      depth += 1;
      if (depth > maxDepth) return undefined;
    } else if (byte === BYTE.close || byte === BYTE.closeBrace) depth -= 1;
  }
  return members;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let index = start;
  while (index < bytes.length && bytes[index] !== BYTE.quote) index += bytes[index] === BYTE.backslash ? 2 : 1;
  return index;
}

/**
 * Counts the members in the value, where of duplicates only the last is left; NaN, equal to no count, for what is
 * never allowed.
 */
function countOwnMembers(value: unknown, mayHaveLoneSurrogates: boolean): number {
  if (typeof value === 'string') return mayHaveLoneSurrogates && !value.isWellFormed() ? Number.NaN : 0;
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let members = 0;
    for (const item of value) members += countOwnMembers(item, mayHaveLoneSurrogates);
    return members;
  }
  let members = 0;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__' || (mayHaveLoneSurrogates && !name.isWellFormed())) return Number.NaN;
    members += 1 + countOwnMembers(member, mayHaveLoneSurrogates);
  }
  return members;
}
