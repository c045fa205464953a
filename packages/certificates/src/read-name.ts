import { isUtf8 } from 'node:buffer';
import type { DerReader } from './der/der-reader.ts';
import { TAG } from './der/der-tags.ts';
import { readOid } from './der/der-values.ts';
import { NAME_OID } from './object-identifiers.ts';
import type { CertificateName } from './payment-certificate.ts';

const FIELDS = new Map<string, keyof CertificateName>(
  Object.entries(NAME_OID).map(([field, oid]) => [oid, field as keyof CertificateName]),
);

/**
 * Reads a distinguished name (RFC 5280 section 4.1.2.4): of each attribute the first one, of the organizationIdentifier the
 * only one, for nobody may be two organisations.
 */
export function readName(name: DerReader, what: string): CertificateName {
  const fields: { -readonly [Field in keyof CertificateName]: string } = {};
  while (!name.isAtEnd) {
    const attributes = name.read(TAG.set, `a part of ${what}`);
    do {
      const attribute = attributes.read(TAG.sequence, `an attribute of ${what}`);
      const field = FIELDS.get(readOid(attribute, `an attribute's type in ${what}`));
      const tag = attribute.peek() ?? 0;
      const value = attribute.readAny(`an attribute's value in ${what}`);
      attribute.expectEnd(`an attribute of ${what}`);
      if (field === undefined) continue;
      if (fields[field] === undefined) fields[field] = readText(tag, value, `${field} in ${what}`);
      else if (field === 'organizationIdentifier') throw attribute.fault(`${what} has two organizationIdentifiers`);
    } while (!attributes.isAtEnd);
  }
  return fields;
}

/** The strings of a name (RFC 5280 section 4.1.2.4), each in its own encoding. */
function readText(tag: number, value: DerReader, what: string): string {
  const text = decode(tag, Buffer.from(value.content));
  if (text === undefined) throw value.fault(`${what} is not the kind of text it says it is`);
  if (/\p{Cc}/u.test(text)) throw value.fault(`${what} has control characters`);
  return text;
}

function decode(tag: number, bytes: Buffer): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
    case TAG.printableString:
    case TAG.ia5String:
      // Authorities put @, & and * into PrintableString too; what is not ASCII is in neither.
      return bytes.every((byte) => byte < 0x80) ? bytes.toString('latin1') : undefined;
    case TAG.t61String:
      // Everybody writes and reads Latin-1 there.
      return bytes.toString('latin1');
    case TAG.bmpString:
      return bytes.length % 2 === 0 ? wellFormed(bytes.swap16().toString('utf16le')) : undefined;
    case TAG.universalString:
      return decodeUtf32(bytes);
    default:
      return undefined;
  }
}

function wellFormed(text: string): string | undefined {
  return text.isWellFormed() ? text : undefined;
}

function decodeUtf32(bytes: Buffer): string | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const codePoint = bytes.readUInt32BE(at);
    if (codePoint > 0x10ffff) return undefined;
    text += String.fromCodePoint(codePoint);
  }
  return wellFormed(text);
}
