import { TAG } from './der-tags.ts';

/** Writes one element of DER: its tag, its length in the shortest way, and the parts of its content. */
export function derElement(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

export function derSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return derElement(TAG.sequence, ...parts);
}

export function derUtf8String(text: string): Uint8Array {
  return derElement(TAG.utf8String, Buffer.from(text, 'utf8'));
}

/** An object identifier from its dotted form. */
export function derOid(dotted: string): Uint8Array {
  const [root = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return derElement(TAG.oid, Uint8Array.from([root * 40 + second, ...others].flatMap(arcBytes)));
}

function arcBytes(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}
