import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import { checkDer } from './der/check-der.ts';
import { DerReader } from './der/der-reader.ts';
import { constructedTag, primitiveTag, TAG } from './der/der-tags.ts';
import { readSmallInteger, readTime, readUnsigned, readWholeBytes } from './der/der-values.ts';
import type { CertificateKey, PaymentCertificate } from './payment-certificate.ts';
import { readCertificateExtensions } from './read-extensions.ts';
import { readName } from './read-name.ts';
import { readSignatureAlgorithm } from './signature-algorithm.ts';

/** Ten times the largest that payment service providers have. */
export const MAX_CERTIFICATE_BYTES = 32_768;

/** RFC 5280 section 4.1.2.2. */
const MAX_SERIAL_BYTES = 20;

/** Version 3, counted from 0: the only one that has extensions. */
const VERSION_3 = 2;

/**
 * Reads a certificate from its DER. The encoding is held to DER throughout; only an explicit default (`cA FALSE`), the order
 * inside a set and trailing zero bits are not, because authorities get them wrong and nothing depends on them.
 *
 * @throws CertificateError when it is not one certificate of X.509 version 3 and nothing else
 */
export function readCertificate(der: Uint8Array): PaymentCertificate {
  if (der.length > MAX_CERTIFICATE_BYTES) {
    throw new CertificateError(
      `the certificate has ${der.length} bytes; more than ${MAX_CERTIFICATE_BYTES} are not read.`,
    );
  }
  // The caller's bytes may change later; these do not.
  const raw = Uint8Array.from(der);
  const outer = new DerReader(raw);
  checkDer(outer, 'the certificate');
  const certificate = outer.read(TAG.sequence, 'the certificate');
  outer.expectEnd('the certificate');
  const signed = readSigned(certificate.read(TAG.sequence, 'the signed part of the certificate'));
  const { signature, ...facts } = signed;
  const algorithm = certificate.readElement(TAG.sequence, 'the signature algorithm');
  if (!Buffer.from(algorithm).equals(signature)) {
    throw certificate.fault('the certificate names one signature algorithm outside and another one inside');
  }
  readWholeBytes(certificate, 'the signature');
  certificate.expectEnd('the certificate');
  const { x509, publicKey } = openSslReads(raw);
  return {
    raw,
    x509,
    publicKey,
    key: describeKey(publicKey),
    thumbprint: createHash('sha256').update(raw).digest('base64url'),
    ...signatureFacts(signature),
    ...facts,
  };
}

/** The TBSCertificate (RFC 5280 section 4.1). */
function readSigned(signed: DerReader) {
  const version = signed.readOptional(constructedTag(0), 'the version');
  if (version === undefined || readSmallInteger(version, 255, 'the version') !== VERSION_3 || !version.isAtEnd) {
    throw signed.fault('the certificate is not of X.509 version 3');
  }
  const serial = readSerial(signed);
  const signature = signed.readElement(TAG.sequence, 'the signature algorithm');
  const issuerName = signed.copy();
  const issuerDer = signed.readElement(TAG.sequence, "the issuer's name");
  const validity = signed.read(TAG.sequence, 'the validity');
  const notBefore = readTime(validity, 'the beginning of the validity');
  const notAfter = readTime(validity, 'the end of the validity');
  validity.expectEnd('the validity');
  const subjectName = signed.copy();
  const subjectDer = signed.readElement(TAG.sequence, "the subject's name");
  signed.read(TAG.sequence, 'the public key');
  // Unique identifiers of issuer and subject: nobody writes them, RFC 5280 lets them be read.
  signed.readOptional(primitiveTag(1), "the issuer's unique identifier");
  signed.readOptional(primitiveTag(2), "the subject's unique identifier");
  const extensions = readCertificateExtensions(signed.readOptional(constructedTag(3), 'the extensions'));
  signed.expectEnd('the signed part of the certificate');
  const issuer = readName(issuerName.read(TAG.sequence, "the issuer's name"), "the issuer's name");
  const subject = readName(subjectName.read(TAG.sequence, "the subject's name"), "the subject's name");
  return { serial, signature, issuer, issuerDer, notBefore, notAfter, subject, subjectDer, ...extensions };
}

/** Lower-case hexadecimal without leading zeros, in a certificate as in a revocation list. */
export function readSerial(reader: DerReader): string {
  const bytes = readUnsigned(reader, 'the serial number');
  if (bytes.length > MAX_SERIAL_BYTES) throw reader.fault(`the serial number has more than ${MAX_SERIAL_BYTES} bytes`);
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return digits.startsWith('0') && digits.length > 1 ? digits.replace(/^0+(?=.)/, '') : digits;
}

function signatureFacts(algorithm: Uint8Array): Pick<PaymentCertificate, 'signatureAlgorithm' | 'signatureHash'> {
  const outer = new DerReader(algorithm);
  const { oid, hash } = readSignatureAlgorithm(
    outer.read(TAG.sequence, 'the signature algorithm'),
    'the signature algorithm',
  );
  return { signatureAlgorithm: oid, ...(hash === undefined ? {} : { signatureHash: hash }) };
}

/** The key and the signature are OpenSSL's business; what it cannot read, nobody here can use. */
function openSslReads(raw: Uint8Array): { x509: X509Certificate; publicKey: KeyObject } {
  try {
    const x509 = new X509Certificate(raw);
    return { x509, publicKey: x509.publicKey };
  } catch {
    throw new CertificateError('the public key of the certificate is of a kind that cannot be used here.');
  }
}

function describeKey(key: KeyObject): CertificateKey {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {};
  return {
    type: key.asymmetricKeyType ?? 'unknown',
    ...(modulusLength === undefined ? {} : { bits: modulusLength }),
    ...(publicExponent === undefined ? {} : { publicExponent }),
    ...(namedCurve === undefined ? {} : { curve: namedCurve }),
  };
}
