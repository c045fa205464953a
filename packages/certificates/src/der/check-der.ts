import { isUtf8 } from 'node:buffer';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';

/** Certificates nest about ten deep. */
const MAX_DEPTH = 24;

const CONSTRUCTED = 0x20;

/** Bits 8 and 7 of the tag: zero for the types that every specification shares. */
const CLASS = 0xc0;

/**
 * Checks everything inside one element, also what nobody looks at later: that each length and each value is written as
 * DER has it. Walks with a list of its own instead of recursion, so depth is a number and never the stack's.
 */
export function checkDer(element: DerReader, what: string): void {
  const open = [element.copy()];
  for (let reader = open.at(-1); reader !== undefined; reader = open.at(-1)) {
    if (reader.isAtEnd) {
      open.pop();
      continue;
    }
    const tag = reader.peek() ?? 0;
    const position = reader.position;
    const content = reader.readAny(what);
    checkForm(tag, content, what);
    if ((tag & CONSTRUCTED) !== 0) {
      if (open.length >= MAX_DEPTH) throw content.fault(`${what} nests deeper than ${MAX_DEPTH}`);
      open.push(content);
    } else {
      checkPrimitive(tag, content, `${what}, at byte ${position},`);
    }
  }
}

/** Sequences and sets hold elements; nothing else of the shared types does (DER splits no strings). */
function checkForm(tag: number, content: DerReader, what: string): void {
  if ((tag & CLASS) !== 0) return;
  const whole = tag | CONSTRUCTED;
  const holdsElements = whole === TAG.sequence || whole === TAG.set;
  if (holdsElements !== (tag === whole) || tag === 0) {
    throw content.fault(`${what} has an element of tag 0x${tag.toString(16)}, which DER has not`);
  }
}

function checkPrimitive(tag: number, content: DerReader, what: string): void {
  const bytes = content.content;
  const problem = PROBLEMS.get(tag)?.(bytes);
  if (problem !== undefined) throw content.fault(`${what} has ${problem}`);
}

type Problem = string | undefined;

const PROBLEMS: ReadonlyMap<number, (bytes: Uint8Array) => Problem> = new Map([
  [
    TAG.boolean,
    ({ length, 0: only }) => (length === 1 && (only === 0 || only === 0xff) ? undefined : 'a false boolean'),
  ],
  [TAG.integer, integerProblem],
  [TAG.enumerated, integerProblem],
  [TAG.bitString, bitStringProblem],
  [TAG.null, ({ length }) => (length === 0 ? undefined : 'a null with content')],
  [TAG.oid, oidProblem],
  [TAG.utf8String, (bytes) => (isUtf8(bytes) ? undefined : 'text that is not UTF-8')],
]);

function integerProblem({ length, 0: first = 0, 1: second = 0 }: Uint8Array): Problem {
  if (length === 0) return 'an integer without content';
  const isPadded = length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  return isPadded ? 'an integer that is not written in the shortest way' : undefined;
}

function bitStringProblem(bytes: Uint8Array): Problem {
  const unused = bytes[0] ?? 8;
  const last = bytes.length > 1 ? (bytes.at(-1) ?? 0) : 0;
  if (unused > 7 || (bytes.length === 1 && unused > 0)) return 'a bit string without its bits';
  return (last & ((1 << unused) - 1)) === 0 ? undefined : 'a bit string whose unused bits are set';
}

function oidProblem(bytes: Uint8Array): Problem {
  if (bytes.length === 0 || (bytes.at(-1) ?? 0) >= 0x80) return 'an object identifier that is cut off';
  const isPadded = bytes.some((byte, index) => byte === 0x80 && (index === 0 || (bytes[index - 1] ?? 0) < 0x80));
  return isPadded ? 'an object identifier that is not written in the shortest way' : undefined;
}
