import { CertificateError } from './certificate-error.ts';
import { DerReader } from './der/der-reader.ts';
import { constructedTag, primitiveTag, TAG } from './der/der-tags.ts';
import { readSmallInteger, readTime, readUnsigned, readWholeBytes } from './der/der-values.ts';
import { EXTENSION_OID } from './object-identifiers.ts';
import type { PaymentCertificate } from './payment-certificate.ts';
import { readSerial } from './read-certificate.ts';
import { readDistributionPointUrls, readExtensions } from './read-extensions.ts';
import { pemBlocks } from './read-pem.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts';
import { isSignatureOf } from './verify-signature.ts';

/** Hundreds of thousands of revoked certificates; larger lists would hold the bank up. */
export const MAX_REVOCATION_LIST_BYTES = 10 * 1024 * 1024;

/** Version 2, counted from 0: the only one that has extensions. */
const VERSION_2 = 1;

interface Facts {
  readonly issuerDer: Uint8Array;
  readonly number?: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly revoked: ReadonlyMap<string, Date>;
  readonly distributionPoints: readonly string[];
  readonly isForAuthorities: boolean;
}

/** A complete list of what one authority has revoked (RFC 5280 section 5). Not to be believed before `isSignedBy` is true. */
export class RevocationList {
  readonly issuerDer: Uint8Array;
  /** Grows with every list of the issuer (cRLNumber). */
  readonly number?: bigint;
  readonly thisUpdate: Date;
  /** By when the issuer promises the next one. */
  readonly nextUpdate?: Date;
  /** When each certificate was revoked, by its serial number as in `PaymentCertificate.serial`. */
  readonly revoked: ReadonlyMap<string, Date>;
  /** Where this list is published, if it is only one part of what its issuer has revoked; empty when it is all. */
  readonly distributionPoints: readonly string[];
  readonly #isForUsersOnly: boolean;
  readonly #signed: Uint8Array;
  readonly #algorithm: SignatureAlgorithm;
  readonly #signature: Uint8Array;

  constructor(facts: Facts, signed: Uint8Array, algorithm: SignatureAlgorithm, signature: Uint8Array) {
    this.issuerDer = facts.issuerDer;
    if (facts.number !== undefined) this.number = facts.number;
    this.thisUpdate = facts.thisUpdate;
    if (facts.nextUpdate !== undefined) this.nextUpdate = facts.nextUpdate;
    this.revoked = facts.revoked;
    this.distributionPoints = facts.distributionPoints;
    this.#isForUsersOnly = !facts.isForAuthorities;
    this.#signed = signed;
    this.#algorithm = algorithm;
    this.#signature = signature;
  }

  /** Whether this authority issued the list: its name, cRLSign where it has key usages, and the signature. */
  isSignedBy(issuer: PaymentCertificate): boolean {
    if (!issuer.isAuthority || issuer.keyUsage?.has('cRLSign') === false) return false;
    if (Buffer.compare(issuer.subjectDer, this.issuerDer) !== 0) return false;
    return isSignatureOf(issuer, this.#algorithm, this.#signed, this.#signature);
  }

  /**
   * Whether the list would name this certificate if it were revoked: it is of the same issuer, and where the list is one part
   * of several, the part that the certificate points to. Otherwise whoever is between could hand out another part.
   */
  covers({ issuerDer, crlUrls, isAuthority }: PaymentCertificate): boolean {
    if (Buffer.compare(issuerDer, this.issuerDer) !== 0 || (isAuthority && this.#isForUsersOnly)) return false;
    return this.distributionPoints.length === 0 || this.distributionPoints.some((url) => crlUrls.includes(url));
  }
}

/**
 * Reads a revocation list of version 2: bytes of DER or of PEM, or PEM as text. Takes time in proportion to its size, some
 * 60 ms a megabyte: whoever fetches lists often compares the bytes first.
 *
 * @throws CertificateError when it is malformed, above 10 MiB, has a critical extension that is not known here, is only about
 * changes (delta), about other issuers (indirect), about some reasons, or not about certificates of users
 */
export function readRevocationList(list: Uint8Array | string): RevocationList {
  if (list.length > MAX_REVOCATION_LIST_BYTES) {
    throw new CertificateError(
      `the revocation list has more than ${MAX_REVOCATION_LIST_BYTES} bytes; so much is not read.`,
    );
  }
  const outer = new DerReader(derOf(list));
  const whole = outer.read(TAG.sequence, 'the revocation list');
  outer.expectEnd('the revocation list');
  const signed = whole.readElement(TAG.sequence, 'the signed part of the revocation list');
  const algorithmDer = whole.readElement(TAG.sequence, 'the signature algorithm');
  const signature = readWholeBytes(whole, 'the signature');
  whole.expectEnd('the revocation list');
  const algorithm = readSignatureAlgorithm(
    new DerReader(algorithmDer).read(TAG.sequence, 'the signature algorithm'),
    'the signature algorithm',
  );
  const facts = readSigned(new DerReader(signed).read(TAG.sequence, 'the revocation list'), algorithmDer);
  return new RevocationList(facts, signed, algorithm, signature);
}

const PEM_START = '-----BEGIN';

function derOf(list: Uint8Array | string): Uint8Array {
  const isPem =
    typeof list === 'string' || Buffer.from(list.subarray(0, PEM_START.length)).equals(Buffer.from(PEM_START));
  // A copy: the list is verified later, when the caller's bytes may be others.
  if (!isPem) return Uint8Array.from(list as Uint8Array);
  const [der] = pemBlocks(Buffer.from(list).toString('latin1'), 'X509 CRL', 1);
  if (der === undefined) throw new CertificateError('there is no -----BEGIN X509 CRL----- in it.');
  return der;
}

/** The TBSCertList (RFC 5280 section 5.1). */
function readSigned(list: DerReader, algorithm: Uint8Array): Facts {
  if (list.peek() !== TAG.integer || readSmallInteger(list, 255, 'the version') !== VERSION_2) {
    throw list.fault('the revocation list is not of version 2');
  }
  if (!Buffer.from(list.readElement(TAG.sequence, 'the signature algorithm')).equals(algorithm)) {
    throw list.fault('the revocation list names one signature algorithm outside and another one inside');
  }
  const issuerDer = list.readElement(TAG.sequence, "the issuer's name");
  const thisUpdate = readTime(list, 'thisUpdate');
  const hasNextUpdate = list.peek() === TAG.utcTime || list.peek() === TAG.generalizedTime;
  const nextUpdate = hasNextUpdate ? readTime(list, 'nextUpdate') : undefined;
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) throw list.fault('nextUpdate is before thisUpdate');
  const entries = list.readOptional(TAG.sequence, 'the revoked certificates');
  const revoked = entries === undefined ? new Map<string, Date>() : readEntries(entries);
  const extensions = list.readOptional(constructedTag(0), 'the extensions');
  list.expectEnd('the signed part of the revocation list');
  return {
    issuerDer,
    thisUpdate,
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    revoked,
    ...readListExtensions(extensions),
  };
}

function readEntries(entries: DerReader): Map<string, Date> {
  const revoked = new Map<string, Date>();
  while (!entries.isAtEnd) {
    const entry = entries.read(TAG.sequence, 'a revoked certificate');
    const serial = readSerial(entry);
    revoked.set(serial, readTime(entry, 'when a certificate was revoked'));
    if (!entry.isAtEnd) checkEntryExtensions(entry);
    entry.expectEnd('a revoked certificate');
  }
  return revoked;
}

const ENTRY_EXTENSIONS: readonly string[] = [EXTENSION_OID.reasonCode, EXTENSION_OID.invalidityDate];

/** Whatever the reason: what is listed is revoked, also what is only on hold. */
function checkEntryExtensions(entry: DerReader): void {
  // The list of extensions stands here without the tag that is around it elsewhere.
  for (const { oid, isCritical } of readExtensions(entry)) {
    if (oid === EXTENSION_OID.certificateIssuer)
      throw entry.fault('the revocation list is about other issuers (indirect)');
    if (isCritical && !ENTRY_EXTENSIONS.includes(oid)) throw unknownCritical(entry, oid);
  }
}

type ListExtensions = Pick<Facts, 'number' | 'distributionPoints' | 'isForAuthorities'>;

function readListExtensions(list: DerReader | undefined): ListExtensions {
  let facts: ListExtensions = { distributionPoints: [], isForAuthorities: true };
  for (const { oid, isCritical, value } of list === undefined ? [] : readExtensions(list)) {
    if (oid === EXTENSION_OID.deltaCrlIndicator) throw value.fault('the revocation list is only about changes (delta)');
    if (oid === EXTENSION_OID.crlNumber) {
      facts = { ...facts, number: BigInt(`0x${Buffer.from(readUnsigned(value, 'the cRLNumber')).toString('hex')}`) };
      value.expectEnd('the cRLNumber');
    } else if (oid === EXTENSION_OID.issuingDistributionPoint) {
      facts = { ...facts, ...readIssuingDistributionPoint(value) };
    } else if (isCritical && oid !== EXTENSION_OID.authorityKeyIdentifier) {
      throw unknownCritical(value, oid);
    }
  }
  return facts;
}

/** RFC 5280 section 5.2.5, its fields by their tags. */
const ONLY_USERS = 1;
const REFUSED_SCOPES = new Map([
  [2, 'not about certificates of users'],
  [3, 'only about some reasons'],
  [4, 'about other issuers (indirect)'],
  [5, 'not about certificates of users'],
]);

function readIssuingDistributionPoint(value: DerReader): Pick<Facts, 'distributionPoints' | 'isForAuthorities'> {
  const what = 'the issuingDistributionPoint';
  const point = value.read(TAG.sequence, what);
  value.expectEnd(what);
  const name = point.readOptional(constructedTag(0), what);
  const distributionPoints = name === undefined ? [] : readDistributionPointUrls(name);
  if (name !== undefined && distributionPoints.length === 0) {
    throw point.fault('the revocation list is one part of several, of which it does not say by http which one');
  }
  let isForAuthorities = true;
  while (!point.isAtEnd) {
    const scope = [1, 2, 3, 4, 5].find((number) => point.peek() === primitiveTag(number));
    const content = point.readAny(what).content;
    if (scope === undefined) throw point.fault(`${what} has a field that is not known`);
    // A flag that is written but false says nothing; reasons are bits, of which none would be no list at all.
    const isSet = scope === 3 || content[0] !== 0;
    if (isSet && scope === ONLY_USERS) isForAuthorities = false;
    else if (isSet) throw point.fault(`the revocation list is ${REFUSED_SCOPES.get(scope)}`);
  }
  return { distributionPoints, isForAuthorities };
}

function unknownCritical(reader: DerReader, oid: string): CertificateError {
  return reader.fault(`the revocation list has the critical extension ${oid}, which is not known here`);
}
