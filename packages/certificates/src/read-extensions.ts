import { checkDer } from './der/check-der.ts';
import type { DerReader } from './der/der-reader.ts';
import { constructedTag, primitiveTag, TAG } from './der/der-tags.ts';
import { readBoolean, readNamedBits, readOid, readSmallInteger } from './der/der-values.ts';
import { EXTENSION_OID } from './object-identifiers.ts';
import type { KeyUsage, PaymentCertificate } from './payment-certificate.ts';
import { readQcStatements } from './qc-statements.ts';

type Facts = Pick<
  PaymentCertificate,
  | 'isAuthority'
  | 'pathLength'
  | 'keyUsage'
  | 'extendedKeyUsage'
  | 'qcCompliance'
  | 'qcTypes'
  | 'psd2'
  | 'crlUrls'
  | 'unknownCriticalExtensions'
>;

/** One extension; `value` is its content, known to be DER when it is one that is read here. */
export interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: DerReader;
}

const READERS = new Map<string, (value: DerReader) => Partial<Facts>>([
  [EXTENSION_OID.basicConstraints, readBasicConstraints],
  [EXTENSION_OID.keyUsage, (value) => ({ keyUsage: readKeyUsage(value) })],
  [EXTENSION_OID.extendedKeyUsage, (value) => ({ extendedKeyUsage: readPurposes(value) })],
  [EXTENSION_OID.crlDistributionPoints, (value) => ({ crlUrls: readCrlUrls(value) })],
  [EXTENSION_OID.qcStatements, readQcStatements],
]);

/** Understood in so far that nothing in them forbids a use that is allowed here. */
const HARMLESS: readonly string[] = [
  EXTENSION_OID.subjectAlternativeName,
  EXTENSION_OID.certificatePolicies,
  EXTENSION_OID.subjectKeyIdentifier,
  EXTENSION_OID.authorityKeyIdentifier,
];

/** Reads a certificate's extensions (RFC 5280 section 4.2), as far as they matter here. */
export function readCertificateExtensions(list: DerReader | undefined): Facts {
  let facts: Facts = {
    isAuthority: false,
    qcCompliance: false,
    qcTypes: [],
    crlUrls: [],
    unknownCriticalExtensions: [],
  };
  const unknown: string[] = [];
  for (const { oid, isCritical, value } of list === undefined ? [] : readExtensions(list)) {
    const read = READERS.get(oid);
    if (read !== undefined) {
      checkDer(value, `the extension ${oid}`);
      facts = { ...facts, ...read(value) };
      value.expectEnd(`the extension ${oid}`);
    } else if (isCritical && !HARMLESS.includes(oid)) {
      unknown.push(oid);
    }
  }
  return { ...facts, unknownCriticalExtensions: unknown };
}

/** Takes a list of extensions apart; none may stand there twice. */
export function readExtensions(list: DerReader): Extension[] {
  const sequence = list.read(TAG.sequence, 'the extensions');
  list.expectEnd('the extensions');
  const extensions: Extension[] = [];
  do {
    const extension = sequence.read(TAG.sequence, 'an extension');
    const oid = readOid(extension, 'the identifier of an extension');
    const isCritical =
      extension.peek() === TAG.boolean && readBoolean(extension, `the criticality of the extension ${oid}`);
    const value = extension.read(TAG.octetString, `the value of the extension ${oid}`);
    extension.expectEnd(`the extension ${oid}`);
    if (extensions.some((other) => other.oid === oid)) throw extension.fault(`the extension ${oid} stands there twice`);
    extensions.push({ oid, isCritical, value });
  } while (!sequence.isAtEnd);
  return extensions;
}

const MAX_PATH_LENGTH = 255;

/** RFC 5280 section 4.2.1.9. */
function readBasicConstraints(value: DerReader): Pick<Facts, 'isAuthority' | 'pathLength'> {
  const what = 'the basicConstraints';
  const constraints = value.read(TAG.sequence, what);
  const isAuthority = constraints.peek() === TAG.boolean && readBoolean(constraints, what);
  if (constraints.isAtEnd) return { isAuthority };
  const pathLength = readSmallInteger(constraints, MAX_PATH_LENGTH, `the path length in ${what}`);
  constraints.expectEnd(what);
  if (!isAuthority) throw constraints.fault(`${what} give a path length to what is no authority`);
  return { isAuthority, pathLength };
}

/** In the order of their bits. */
const KEY_USAGES: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

function readKeyUsage(value: DerReader): ReadonlySet<KeyUsage> {
  const bits = readNamedBits(value, 'the keyUsage');
  return new Set(KEY_USAGES.filter((_usage, index) => bits[index] === true));
}

function readPurposes(value: DerReader): string[] {
  const list = value.read(TAG.sequence, 'the extKeyUsage');
  const purposes: string[] = [];
  do purposes.push(readOid(list, 'a purpose in the extKeyUsage'));
  while (!list.isAtEnd);
  return purposes;
}

/**
 * RFC 5280 section 4.2.1.13. Only lists that are complete are of use: not those for some reasons, not those another issuer
 * keeps.
 */
function readCrlUrls(value: DerReader): string[] {
  const list = value.read(TAG.sequence, 'the cRLDistributionPoints');
  const urls: string[] = [];
  do {
    const point = list.read(TAG.sequence, 'a distribution point');
    const name = point.readOptional(constructedTag(0), 'a distribution point');
    const found = name === undefined ? [] : readDistributionPointUrls(name);
    // `reasons` or `cRLIssuer` follow.
    if (point.isAtEnd) urls.push(...found);
  } while (!list.isAtEnd);
  return urls;
}

/** The http and https addresses of a DistributionPointName. */
export function readDistributionPointUrls(name: DerReader): string[] {
  const names = name.readOptional(constructedTag(0), 'the name of a distribution point');
  const urls: string[] = [];
  while (names?.isAtEnd === false) {
    const isUrl = names.peek() === primitiveTag(6);
    const text = Buffer.from(names.readAny('the name of a distribution point').content).toString('latin1');
    if (isUrl && /^https?:\/\/[\x21-\x7e]+$/i.test(text)) urls.push(text);
  }
  return urls;
}
