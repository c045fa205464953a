import { isUtf8 } from 'node:buffer';
import { checkDer } from './der/check-der.ts';
import { DerReader } from './der/der-reader.ts';
import { TAG } from './der/der-tags.ts';
import { readOid } from './der/der-values.ts';
import { derOid, derSequence, derUtf8String } from './der/write-der.ts';
import type { Psd2Role, Psd2Statement } from './payment-certificate.ts';

/** ETSI TS 119 495 section 5.1: both the role's identifier and its name are written, and must agree. */
const ROLE_OIDS: Readonly<Record<Psd2Role, string>> = {
  PSP_AS: '0.4.0.19495.1.1',
  PSP_PI: '0.4.0.19495.1.2',
  PSP_AI: '0.4.0.19495.1.3',
  PSP_IC: '0.4.0.19495.1.4',
};
const ROLES = new Map(Object.entries(ROLE_OIDS).map(([role, oid]) => [oid, role as Psd2Role]));

/** The standard's own bound of role names, NCANames and NCAIds. */
const MAX_TEXT_LENGTH = 256;

/**
 * Reads the value of a PSD2 QcStatement: roles, name and id of the national competent authority. Roles that the standard
 * does not name give no right and are left out.
 *
 * @throws CertificateError when it is not exactly that
 */
export function readPsd2Statement(der: Uint8Array): Psd2Statement {
  const outer = new DerReader(der);
  checkDer(outer, 'the PSD2 statement');
  const statement = readPsd2(outer);
  outer.expectEnd('the PSD2 statement');
  return statement;
}

/** Reads it where it stands inside something larger that is known to be DER. */
export function readPsd2(outer: DerReader): Psd2Statement {
  const statement = outer.read(TAG.sequence, 'the PSD2 statement');
  const roles = readRoles(statement.read(TAG.sequence, "the PSD2 statement's roles"));
  const ncaName = readText(statement, "the authority's name in the PSD2 statement");
  const ncaId = readText(statement, "the authority's id in the PSD2 statement");
  statement.expectEnd('the PSD2 statement');
  return { roles, ncaName, ncaId };
}

/**
 * Writes the value of a PSD2 QcStatement, as an authority puts it into a certificate.
 *
 * @throws CertificateError when it has no role, the same one twice, or a text of no or more than 256 characters
 */
export function encodePsd2Statement({ roles, ncaName, ncaId }: Psd2Statement): Uint8Array {
  const written = roles.map((role) => derSequence(derOid(ROLE_OIDS[role]), derUtf8String(role)));
  const der = derSequence(derSequence(...written), derUtf8String(ncaName), derUtf8String(ncaId));
  readPsd2Statement(der);
  return der;
}

function readRoles(list: DerReader): Psd2Role[] {
  const seen = new Set<string>();
  while (!list.isAtEnd) {
    const entry = list.read(TAG.sequence, 'a role in the PSD2 statement');
    const oid = readOid(entry, "a role's identifier in the PSD2 statement");
    const name = readText(entry, "a role's name in the PSD2 statement");
    entry.expectEnd('a role in the PSD2 statement');
    if (seen.has(oid)) throw entry.fault('the PSD2 statement has the same role twice');
    const role = ROLES.get(oid);
    if (role !== name && (role !== undefined || ROLE_NAMES.has(name))) {
      throw entry.fault('a role in the PSD2 statement has the identifier of one and the name of another');
    }
    seen.add(oid);
  }
  if (seen.size === 0) throw list.fault('the PSD2 statement has no roles');
  return [...seen].flatMap((oid) => ROLES.get(oid) ?? []);
}

const ROLE_NAMES: ReadonlySet<string> = new Set(ROLES.values());

function readText(reader: DerReader, what: string): string {
  const bytes = reader.read(TAG.utf8String, what).content;
  const text = isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : undefined;
  if (text === undefined) throw reader.fault(`${what} is not UTF-8`);
  const { length } = [...text.slice(0, 2 * MAX_TEXT_LENGTH + 1)];
  if (length === 0 || length > MAX_TEXT_LENGTH) {
    throw reader.fault(`${what} has ${length === 0 ? 'no' : `more than ${MAX_TEXT_LENGTH}`} characters`);
  }
  if (/\p{Cc}/u.test(text)) throw reader.fault(`${what} has control characters`);
  return text;
}
