import assert from 'node:assert/strict';
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import * as tls from 'node:tls';
import { constructedTag, TAG } from '../src/der/der-tags.ts';
import { derElement, derOid, derSequence, derUtf8String } from '../src/der/write-der.ts';
import { EXTENSION_OID, encodeQcStatements, readCertificate, readCertificates, STATEMENT_OID } from '../src/index.ts';
import { assertMalformed } from './support/assert-malformed.ts';
import {
  basicConstraints,
  CRL_URL,
  crlPoint,
  type Draft,
  derInteger,
  derName,
  derTime,
  extension,
  KEYS,
  keyUsage,
  makeAuthority,
  makeCertificate,
  NCA,
  NOT_AFTER,
  NOT_BEFORE,
  pemOf,
  qsealcDraft,
  qwacDraft,
  TPP_SUBJECT,
} from './support/make-certificate.ts';

const CA = makeAuthority('Test CA');
const make = (changes: Partial<Draft> = {}) => makeCertificate(qwacDraft(changes), CA);
const read = (changes: Partial<Draft> = {}) => readCertificate(make(changes));
const withExtension = (oid: string, value: Uint8Array, isCritical = false) =>
  read({ extensions: { [oid]: extension(oid, value, isCritical) } });

test('a QWAC is read whole', () => {
  const { raw, x509, publicKey, ...facts } = read();
  assert.deepEqual(facts, {
    thumbprint: createHash('sha256').update(raw).digest('base64url'),
    serial: '4a1b2c3d4e5f',
    subject: TPP_SUBJECT,
    issuer: { country: 'FI', commonName: 'Test CA' },
    subjectDer: Uint8Array.from(derName(TPP_SUBJECT)),
    issuerDer: Uint8Array.from(CA.subjectDer),
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    key: { type: 'rsa', bits: 2048, publicExponent: 65_537n },
    signatureAlgorithm: '1.2.840.10045.4.3.2',
    signatureHash: 'sha256',
    isAuthority: false,
    keyUsage: new Set(['digitalSignature', 'keyEncipherment']),
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1'],
    qcCompliance: true,
    qcTypes: ['web'],
    psd2: { roles: ['PSP_PI', 'PSP_AI'], ...NCA },
    crlUrls: [CRL_URL],
    unknownCriticalExtensions: [],
  });
  assert.ok(publicKey.equals(createPublicKey(KEYS.rsa)));
  assert.ok(x509.verify(createPublicKey(CA.key)));
});

test('a QSEALC says that it is one', () => {
  const { qcTypes, keyUsage: usage, extendedKeyUsage } = readCertificate(makeCertificate(qsealcDraft(), CA));
  assert.deepEqual(qcTypes, ['seal']);
  assert.deepEqual([...(usage ?? [])], ['digitalSignature', 'nonRepudiation']);
  assert.equal(extendedKeyUsage, undefined);
});

test('an authority says how many more may follow below it', () => {
  const { isAuthority, pathLength } = makeAuthority('Root', { pathLength: 1 }).certificate;
  assert.deepEqual({ isAuthority, pathLength }, { isAuthority: true, pathLength: 1 });
  assert.equal(makeAuthority('Root').certificate.pathLength, undefined);
});

test('a certificate does not change with the bytes it was read from', () => {
  const der = make();
  const certificate = readCertificate(der);
  der.fill(0);
  assert.deepEqual(readCertificate(certificate.raw).subject, TPP_SUBJECT);
});

test('keys of every kind are read as OpenSSL names them', () => {
  const keys: [KeyObject, object][] = [
    [KEYS.rsa, { type: 'rsa', bits: 2048, publicExponent: 65_537n }],
    [KEYS.p256, { type: 'ec', curve: 'prime256v1' }],
    [KEYS.p384, { type: 'ec', curve: 'secp384r1' }],
    [KEYS.ed25519, { type: 'ed25519' }],
  ];
  for (const [key, described] of keys) assert.deepEqual(read({ publicKey: createPublicKey(key) }).key, described);
});

test('every authority that Node trusts is read as Node reads it', () => {
  for (const pem of tls.rootCertificates) {
    const [certificate] = readCertificates(pem);
    assert.ok(certificate);
    const { x509, serial, notBefore, notAfter, isAuthority, raw } = certificate;
    assert.equal(serial, x509.serialNumber.toLowerCase().replace(/^0+(?=.)/, ''));
    assert.deepEqual([notBefore, notAfter, isAuthority], [x509.validFromDate, x509.validToDate, x509.ca]);
    assert.deepEqual(Buffer.from(raw), x509.raw);
  }
  assert.ok(tls.rootCertificates.length > 100);
});

test('a bundle is read in its order, whatever stands between', () => {
  const bundle = `# Test CA\r\n${CA.pem.replaceAll('\n', '\r\n')}\nSubject: CN=Tuohi\n${pemOf(make())}trailer`;
  assert.deepEqual(
    readCertificates(bundle).map(({ subject }) => subject.commonName),
    ['Test CA', 'Tuohi'],
  );
});

test('a bundle that is none says why', () => {
  assertMalformed(() => readCertificates(''), /no -----BEGIN CERTIFICATE/);
  assertMalformed(() => readCertificates('-----BEGIN PRIVATE KEY-----'), /no -----BEGIN CERTIFICATE/);
  assertMalformed(() => readCertificates(CA.pem.replace('END', 'FIN')), /has no -----END/);
  assertMalformed(() => readCertificates(CA.pem.replace('MII', 'M!I')), /not base64/);
  assertMalformed(() => readCertificates(pemOf(Buffer.alloc(0))), /not base64/);
  assertMalformed(() => readCertificates(CA.pem + pemOf(Buffer.from('3000', 'hex'))), /certificate 2 of 2: .* missing/);
  assertMalformed(() => readCertificates(CA.pem.repeat(1001)), /more than 1000/);
  assert.equal(readCertificates(CA.pem.repeat(20)).length, 20);
});

describe('serial numbers', () => {
  const serialOf = (hex: string) => read({ serial: Buffer.from(hex, 'hex') }).serial;

  test('are lower-case hexadecimal without leading zeros', () => {
    assert.equal(serialOf('0a'), 'a');
    assert.equal(serialOf('00ff'), 'ff');
    assert.equal(serialOf('00'), '0');
    assert.equal(serialOf('7f'.repeat(20)), '7f'.repeat(20));
    assert.equal(serialOf(`00${'ff'.repeat(20)}`), 'ff'.repeat(20));
  });

  test('are neither negative nor longer than 20 bytes nor padded', () => {
    assertMalformed(() => serialOf('ff'), /negative/);
    assertMalformed(() => serialOf('7f'.repeat(21)), /more than 20 bytes/);
    assertMalformed(() => serialOf('007f'), /shortest way/);
    assertMalformed(() => serialOf(''), /integer without content/);
  });
});

describe('names', () => {
  const nameWith = (tag: number, value: Uint8Array) =>
    derSequence(derElement(TAG.set, derSequence(derOid('2.5.4.10'), derElement(tag, value))));
  const organizationOf = (tag: number, value: Uint8Array) =>
    read({ subject: nameWith(tag, value) }).subject.organization;

  test('may be written in each string that X.509 has', () => {
    const text = 'Åbo & Söner';
    assert.equal(organizationOf(TAG.utf8String, Buffer.from(text)), text);
    assert.equal(organizationOf(TAG.t61String, Buffer.from(text, 'latin1')), text);
    assert.equal(organizationOf(TAG.bmpString, Buffer.from(text, 'utf16le').swap16()), text);
    const utf32 = Buffer.concat([...text].map((letter) => Buffer.from([0, 0, 0, letter.codePointAt(0) ?? 0])));
    assert.equal(organizationOf(TAG.universalString, utf32), text);
    assert.equal(organizationOf(TAG.printableString, Buffer.from('Tuohi & Co')), 'Tuohi & Co');
    assert.equal(organizationOf(TAG.ia5String, Buffer.from('tuohi@example')), 'tuohi@example');
  });

  test('are refused where the bytes are not that string', () => {
    assertMalformed(() => organizationOf(TAG.utf8String, Buffer.from([0xff])), /UTF-8/);
    assertMalformed(() => organizationOf(TAG.printableString, Buffer.from('Å')), /not the kind of text/);
    assertMalformed(() => organizationOf(TAG.ia5String, Buffer.from('Å')), /not the kind of text/);
    assertMalformed(() => organizationOf(TAG.bmpString, Buffer.from('abc')), /not the kind of text/);
    assertMalformed(() => organizationOf(TAG.bmpString, Buffer.from('d800', 'hex')), /not the kind of text/);
    assertMalformed(() => organizationOf(TAG.universalString, Buffer.from('00110000', 'hex')), /not the kind of text/);
    assertMalformed(() => organizationOf(TAG.integer, Buffer.from([1])), /not the kind of text/);
  });

  test('hold no control characters, a NUL that ends the text for others least of all', () => {
    assertMalformed(
      () => organizationOf(TAG.utf8String, Buffer.from('bank.example\0.evil.example')),
      /control characters/,
    );
    assertMalformed(() => organizationOf(TAG.t61String, Buffer.from('a\x1b[2J')), /control characters/);
  });

  test('may have several attributes in one part, and parts that nobody knows', () => {
    const attribute = (oid: string, value: string) => derSequence(derOid(oid), derUtf8String(value));
    const subject = derSequence(
      derElement(
        TAG.set,
        attribute('2.5.4.3', 'Tuohi'),
        attribute('2.5.4.5', '42'),
        attribute('2.5.4.97', 'PSDFI-X-1'),
      ),
      derElement(TAG.set, attribute('1.2.3.4', 'x')),
    );
    assert.deepEqual(read({ subject }).subject, { commonName: 'Tuohi', organizationIdentifier: 'PSDFI-X-1' });
    const second = derElement(TAG.set, attribute('2.5.4.97', 'PSDFI-FINFSA-2'));
    const twoOrganisations = Buffer.concat([subject.subarray(2), second]);
    assertMalformed(() => read({ subject: derSequence(twoOrganisations) }), /two organizationIdentifiers/);
  });

  test('may be empty', () => assert.deepEqual(read({ subject: derSequence() }).subject, {}));
});

describe('times', () => {
  const reading = (notAfter: Uint8Array) => () => {
    const der = Buffer.from(make());
    const found = Buffer.from(derTime(NOT_AFTER));
    const at = der.indexOf(found);
    assert.ok(at > 0 && found.length === notAfter.length, 'the time in the test has another length');
    notAfter.forEach((byte, index) => {
      der[at + index] = byte;
    });
    return readCertificate(der).notAfter.toISOString();
  };
  const generalized = (text: string) => reading(derElement(TAG.generalizedTime, Buffer.from(text)));

  test('are to the second in UTC', () => {
    assert.equal(generalized('20280229235959Z')(), '2028-02-29T23:59:59.000Z');
    assert.equal(generalized('99991231235959Z')(), '9999-12-31T23:59:59.000Z');
  });

  test('are refused where there is no such moment, or it is written in another way', () => {
    for (const text of [
      '20270229000000Z',
      '20280431000000Z',
      '20281301000000Z',
      '20280001000000Z',
      '20280100000000Z',
      '20280101240000Z',
      '20280101006000Z',
      '20280101000060Z',
      '20280101000000z',
      '2028010100000+Z',
      '202801010000.1Z',
      '2028010100+0200',
      '00500101000000Z',
    ]) {
      assertMalformed(generalized(text), /no date and time/);
    }
  });

  test('of two digits are of the century RFC 5280 says', () => {
    const utc = (text: string) => derElement(TAG.utcTime, Buffer.from(text));
    const { notBefore, notAfter } = read({ validity: derSequence(utc('500101000000Z'), utc('491231235959Z')) });
    assert.deepEqual([notBefore, notAfter], [new Date('1950-01-01T00:00:00Z'), new Date('2049-12-31T23:59:59Z')]);
    assertMalformed(
      () => read({ validity: derSequence(utc('5001010000Z'), utc('491231235959Z')) }),
      /no date and time/,
    );
    assertMalformed(() => read({ validity: derSequence(utc('500101000000Z')) }), /end of the validity is no time/);
  });
});

describe('extensions', () => {
  test('stand there once each', () => {
    const twice = Buffer.concat([keyUsage('digitalSignature'), keyUsage('digitalSignature')]);
    assertMalformed(() => read({ extensions: { [EXTENSION_OID.keyUsage]: twice } }), /stands there twice/);
  });

  test('that are critical and not known are told; others are passed over', () => {
    assert.deepEqual(withExtension('2.5.29.30', derSequence(), true).unknownCriticalExtensions, ['2.5.29.30']);
    assert.deepEqual(withExtension('2.5.29.30', derSequence()).unknownCriticalExtensions, []);
    assert.deepEqual(withExtension('1.2.3.4', Buffer.from('anything')).unknownCriticalExtensions, []);
    assert.deepEqual(
      withExtension(EXTENSION_OID.certificatePolicies, derSequence(), true).unknownCriticalExtensions,
      [],
    );
  });

  test('may be identified by a UUID, whose number no ordinary number holds', () => {
    // Recommendation ITU-T X.667 section 6.3 has this one as its example.
    const uuid = 'f81d4fae7dec11d0a76500a0c91e6bf6';
    const arc: number[] = [];
    for (let rest = BigInt(`0x${uuid}`); rest > 0n; rest >>= 7n) arc.unshift(Number(rest & 0x7fn) | 0x80);
    const oid = derElement(TAG.oid, Uint8Array.from([0x69, ...arc.slice(0, -1), (arc.at(-1) ?? 0) & 0x7f]));
    const critical = derElement(TAG.boolean, Uint8Array.of(0xff));
    const whole = derSequence(oid, critical, derElement(TAG.octetString));
    assert.deepEqual(read({ extensions: { uuid: whole } }).unknownCriticalExtensions, [
      '2.25.329800735698586629295641978511506172918',
    ]);
    const endless = derElement(TAG.oid, Buffer.concat([Buffer.alloc(64, 0xff), Uint8Array.of(1)]));
    const tooLong = derSequence(endless, derElement(TAG.octetString));
    assertMalformed(() => read({ extensions: { tooLong } }), /longer than any object identifier/);
  });

  test('say "not critical" by silence, or in so many words', () => {
    const value = derElement(TAG.octetString, derSequence());
    const inWords = derSequence(derOid('2.5.29.30'), derElement(TAG.boolean, Uint8Array.of(0)), value);
    assert.deepEqual(read({ extensions: { '2.5.29.30': inWords } }).unknownCriticalExtensions, []);
    const neither = derSequence(derOid('2.5.29.30'), derElement(TAG.boolean, Uint8Array.of(1)), value);
    assertMalformed(() => read({ extensions: { '2.5.29.30': neither } }), /boolean/);
  });

  test('of one kind may say "no authority" in so many words too', () => {
    const inWords = derSequence(derElement(TAG.boolean, Uint8Array.of(0)));
    assert.equal(withExtension(EXTENSION_OID.basicConstraints, inWords, true).isAuthority, false);
  });

  test('are refused where they are malformed', () => {
    const { basicConstraints: basic, extendedKeyUsage, keyUsage: usage, qcStatements } = EXTENSION_OID;
    assertMalformed(() => read({ extensions: { [basic]: basicConstraints(false, 0) } }), /what is no authority/);
    assertMalformed(() => withExtension(basic, derSequence(derInteger(1), derInteger(2))), /left over|no authority/);
    assertMalformed(() => withExtension(extendedKeyUsage, derSequence()), /missing/);
    assertMalformed(
      () => withExtension(usage, derElement(TAG.bitString, Uint8Array.of(1, 0x81))),
      /unused bits are set/,
    );
    assertMalformed(() => withExtension(usage, derElement(TAG.bitString, Uint8Array.of(8, 0))), /without its bits/);
    assertMalformed(() => withExtension(usage, Buffer.concat([derSequence(), derSequence()])), /has tag/);
    assertMalformed(() => withExtension(qcStatements, Buffer.from('3080', 'hex')), /indefinite/);
    assertMalformed(
      () => withExtension(qcStatements, derSequence(derSequence())),
      /identifier of a qcStatement is missing/,
    );
  });

  test('have to be there at all, if they are there', () => {
    const none = { subject: derName(TPP_SUBJECT), notBefore: NOT_BEFORE, notAfter: NOT_AFTER };
    const bare = makeCertificate({ ...none, publicKey: createPublicKey(KEYS.p256), extensions: {} }, CA);
    assert.deepEqual(readCertificate(bare).crlUrls, []);
    const empty = { extensions: { x: derElement(0x05) } };
    assertMalformed(
      () => readCertificate(makeCertificate({ ...none, publicKey: createPublicKey(KEYS.p256), ...empty }, CA)),
      /an extension has tag/,
    );
  });
});

describe('qcStatements', () => {
  const qc = (...statements: readonly Uint8Array[]) =>
    withExtension(EXTENSION_OID.qcStatements, derSequence(...statements));
  const type = (...oids: string[]) => derSequence(derOid(STATEMENT_OID.qcType), derSequence(...oids.map(derOid)));

  test('of others, such as the limit of a transaction, are passed over', () => {
    const limit = derSequence(derOid('0.4.0.1862.1.2'), derSequence(derInteger(1)));
    const { qcCompliance, psd2 } = qc(limit);
    assert.deepEqual({ qcCompliance, psd2 }, { qcCompliance: false, psd2: undefined });
  });

  test('are made once each', () => {
    assertMalformed(() => qc(type('0.4.0.1862.1.6.2'), type('0.4.0.1862.1.6.3')), /made twice/);
    const psd2 = Buffer.from(encodeQcStatements({ type: 'web', psd2: { roles: ['PSP_PI'], ...NCA } }));
    const statement = psd2.subarray(psd2.indexOf(Buffer.from(derOid(STATEMENT_OID.psd2))) - 2);
    assert.equal(qc(statement).psd2?.ncaId, 'FI-FINFSA');
    assertMalformed(() => qc(statement, statement), /0\.4\.0\.19495\.2 is made twice/);
  });

  test('may name several types, each once, and types nobody knows', () => {
    assert.deepEqual(qc(type('0.4.0.1862.1.6.2', '0.4.0.1862.1.6.3')).qcTypes, ['seal', 'web']);
    assert.deepEqual(qc(type('0.4.0.1862.1.6.9', '0.4.0.1862.1.6.1')).qcTypes, ['esign']);
    assertMalformed(() => qc(type('0.4.0.1862.1.6.2', '0.4.0.1862.1.6.2')), /same type twice/);
    assertMalformed(() => qc(type()), /missing/);
  });
});

describe('distribution points', () => {
  const points = (...parts: Uint8Array[]) =>
    withExtension(EXTENSION_OID.crlDistributionPoints, derSequence(...parts)).crlUrls;
  const url = (text: string) => derElement(0x86, Buffer.from(text));
  const full = (...names: Uint8Array[]) => derElement(constructedTag(0), derElement(constructedTag(0), ...names));

  test('are those by http and https', () => {
    const [one, two] = ['http://crl.example/a.crl', 'https://crl.example/b.crl'];
    assert.deepEqual(points(derSequence(full(url('ldap://x/y'), url(one))), derSequence(full(url(two)))), [one, two]);
    assert.deepEqual(points(derSequence(full(url('https://crl.example/a b')))), []);
    assert.equal(read({ extensions: { [EXTENSION_OID.crlDistributionPoints]: crlPoint(two) } }).crlUrls[0], two);
  });

  test('of lists for some reasons, or of other issuers, are of no use', () => {
    const reasons = derElement(0x81, Uint8Array.of(1, 0x06));
    assert.deepEqual(points(derSequence(full(url('https://crl.example/a.crl')), reasons)), []);
    const issuer = derElement(constructedTag(2), derElement(constructedTag(4), derName({ commonName: 'x' })));
    assert.deepEqual(points(derSequence(full(url('https://crl.example/a.crl')), issuer)), []);
  });
});

describe('a certificate is refused', () => {
  test('of any version but 3', () => {
    assertMalformed(() => read({ version: 1 }), /not of X\.509 version 3/);
    assertMalformed(() => read({ version: 3 }), /not of X\.509 version 3/);
  });

  test('that names one signature algorithm outside and another one inside', () => {
    const der = Buffer.from(make());
    const ecdsaSha256 = Buffer.from(derOid('1.2.840.10045.4.3.2'));
    const outside = der.lastIndexOf(ecdsaSha256);
    der[outside + ecdsaSha256.length - 1] = 3;
    assertMalformed(() => readCertificate(der), /one signature algorithm outside and another one inside/);
  });

  test('whose signature algorithm has parameters that it has not', () => {
    const der = Buffer.from(makeCertificate(qwacDraft(), makeAuthority('RSA CA', { key: KEYS.rsa })));
    assert.equal(readCertificate(der).signatureHash, 'sha256');
    const withNull = Buffer.concat([derOid('1.2.840.113549.1.1.11'), derElement(TAG.null)]);
    const withSequence = Buffer.concat([derOid('1.2.840.113549.1.1.11'), derSequence()]);
    for (let at = der.indexOf(withNull); at !== -1; at = der.indexOf(withNull)) withSequence.copy(der, at);
    assertMalformed(() => readCertificate(der), /signature algorithm has bytes left over/);
  });

  test('with a key that OpenSSL cannot read', () => {
    const der = Buffer.from(make({ publicKey: createPublicKey(KEYS.p256) }));
    const curve = Buffer.from(derOid('1.2.840.10045.3.1.7'));
    der[der.indexOf(curve) + curve.length - 1] = 0x55;
    assertMalformed(() => readCertificate(der), /cannot be used here/);
  });

  test('with anything after it, or nothing of it', () => {
    assertMalformed(() => readCertificate(Buffer.concat([make(), Uint8Array.of(0x05, 0)])), /bytes left over/);
    assertMalformed(() => readCertificate(Buffer.alloc(0)), /missing/);
  });

  test('above 32 KiB', () => {
    const big = (length: number) => withExtension('1.2.3.4', Buffer.alloc(length));
    assert.equal(big(30_000).raw.length > 30_000, true);
    assertMalformed(() => big(33_000), /more than 32768 are not read/);
  });

  test('in PEM where DER belongs', () =>
    assertMalformed(() => readCertificate(Buffer.from(CA.pem)), /tag 0x2d, which DER has not/));
});
