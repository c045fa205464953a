import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { constructedTag, primitiveTag, TAG } from '../src/der/der-tags.ts';
import { derElement, derOid, derSequence } from '../src/der/write-der.ts';
import { EXTENSION_OID, readCertificate, readRevocationList } from '../src/index.ts';
import { assertMalformed } from './support/assert-malformed.ts';
import {
  CRL_URL,
  derInteger,
  derTime,
  extension,
  KEYS,
  keyUsage,
  makeAuthority,
  makeCertificate,
  NOW,
  pemOf,
  qwacDraft,
  type Signer,
  signed,
} from './support/make-certificate.ts';

const CA = makeAuthority('Test CA');
const TOMORROW = new Date('2027-03-02T12:00:00Z');
const YESTERDAY = new Date('2027-02-28T12:00:00Z');

interface ListDraft {
  readonly version?: readonly Uint8Array[];
  readonly thisUpdate?: Uint8Array;
  readonly nextUpdate?: readonly Uint8Array[];
  readonly entries?: readonly Uint8Array[] | 'none';
  readonly extensions?: readonly Uint8Array[];
  readonly issuer?: Signer;
  readonly algorithm?: Parameters<typeof signed>[2];
}

const entry = (serial: string, ...extensions: Uint8Array[]) =>
  derSequence(
    derElement(TAG.integer, Buffer.from(serial, 'hex')),
    derTime(YESTERDAY),
    ...(extensions.length === 0 ? [] : [derSequence(...extensions)]),
  );
const number = (value: number) => extension(EXTENSION_OID.crlNumber, derInteger(value));
const url = (text: string) =>
  derElement(constructedTag(0), derElement(constructedTag(0), derElement(primitiveTag(6), Buffer.from(text))));
const scope = (...parts: Uint8Array[]) =>
  extension(EXTENSION_OID.issuingDistributionPoint, derSequence(...parts), true);
const flag = (position: number, value = 0xff) => derElement(primitiveTag(position), Uint8Array.of(value));

function makeList({
  version = [derInteger(1)],
  thisUpdate = derTime(NOW),
  nextUpdate = [derTime(TOMORROW)],
  entries = [entry('4a1b2c3d4e5f'), entry('00ff')],
  extensions = [number(7)],
  issuer = CA,
  algorithm,
}: ListDraft = {}): Uint8Array {
  const parts = (identifier: Uint8Array) => [
    ...version,
    identifier,
    issuer.subjectDer,
    thisUpdate,
    ...nextUpdate,
    ...(entries === 'none' ? [] : [derSequence(...entries)]),
    ...(extensions.length === 0 ? [] : [derElement(constructedTag(0), derSequence(...extensions))]),
  ];
  return signed(issuer.key, parts, algorithm);
}

const read = (draft: ListDraft = {}) => readRevocationList(makeList(draft));

test('a list is read whole, from DER and from PEM', () => {
  const der = makeList();
  for (const list of [
    readRevocationList(der),
    readRevocationList(pemOf(der, 'X509 CRL')),
    readRevocationList(Buffer.from(pemOf(der, 'X509 CRL'))),
  ]) {
    assert.equal(list.number, 7n);
    assert.deepEqual([list.thisUpdate, list.nextUpdate], [NOW, TOMORROW]);
    assert.deepEqual(
      [...list.revoked],
      [
        ['4a1b2c3d4e5f', YESTERDAY],
        ['ff', YESTERDAY],
      ],
    );
    assert.deepEqual(list.distributionPoints, []);
    assert.deepEqual(Buffer.from(list.issuerDer), Buffer.from(CA.subjectDer));
    assert.ok(list.isSignedBy(CA.certificate));
  }
});

test('a revoked certificate is found by its serial number', () => {
  const certificate = readCertificate(makeCertificate(qwacDraft(), CA));
  assert.ok(read().revoked.has(certificate.serial));
  assert.ok(!read({ entries: [entry('4a1b2c3d4e5e')] }).revoked.has(certificate.serial));
});

test('a list may name nobody, and promise no next one', () => {
  for (const entries of ['none', []] as const) assert.equal(read({ entries }).revoked.size, 0);
  assert.equal(read({ nextUpdate: [] }).nextUpdate, undefined);
  assert.equal(read({ extensions: [] }).number, undefined);
});

test('a list does not change with the bytes it was read from', () => {
  const der = makeList();
  const list = readRevocationList(der);
  der.fill(0);
  assert.ok(list.isSignedBy(CA.certificate));
});

describe('a list is believed', () => {
  test('when its issuer signed it, by RSA, ECDSA or Ed25519', () => {
    for (const key of [KEYS.rsa, KEYS.p256, KEYS.p384, KEYS.ed25519]) {
      const issuer = makeAuthority('Other CA', { key });
      assert.ok(read({ issuer }).isSignedBy(issuer.certificate));
    }
  });

  test('of nobody else: another key, another name, one flipped bit', () => {
    const sameName = makeAuthority('Test CA', { key: KEYS.p256 });
    assert.ok(!read().isSignedBy(sameName.certificate));
    const sameKey = makeAuthority('Other CA');
    assert.ok(!read().isSignedBy(sameKey.certificate));
    const otherKind = makeAuthority('Test CA', { key: KEYS.rsa });
    assert.ok(!read().isSignedBy(otherKind.certificate));
    const der = Buffer.from(makeList());
    const at = der.indexOf(Buffer.from('4a1b2c3d4e5f', 'hex'));
    der[at] = 0x4b;
    assert.ok(!readRevocationList(der).isSignedBy(CA.certificate));
    assert.ok(readRevocationList(makeList()).isSignedBy(CA.certificate));
  });

  test('of an authority that may sign lists', () => {
    const withUsage = (usage: Uint8Array | undefined) =>
      makeAuthority('Test CA', { draft: { extensions: { [EXTENSION_OID.keyUsage]: usage } } }).certificate;
    assert.ok(!read().isSignedBy(withUsage(keyUsage('keyCertSign'))));
    assert.ok(read().isSignedBy(withUsage(keyUsage('cRLSign'))));
    assert.ok(read().isSignedBy(withUsage(undefined)));
    const tpp = makeAuthority('Test CA', { draft: { extensions: { [EXTENSION_OID.basicConstraints]: undefined } } });
    assert.ok(!read().isSignedBy(tpp.certificate));
  });

  test('not when it is signed with SHA-1, or with a weak key', () => {
    assert.ok(!read({ algorithm: 'ecdsa-sha1' }).isSignedBy(CA.certificate));
    assert.ok(read({ algorithm: 'ecdsa-sha384' }).isSignedBy(CA.certificate));
    const rsa = (modulusLength: number) =>
      makeAuthority('RSA CA', { key: generateKeyPairSync('rsa', { modulusLength }).privateKey });
    const [weak, strong] = [rsa(1024), rsa(2048)];
    assert.ok(!read({ issuer: weak }).isSignedBy(weak.certificate));
    assert.ok(read({ issuer: strong }).isSignedBy(strong.certificate));
  });

  test('not when it names another kind of signature than it has', () => {
    assert.ok(!read({ algorithm: 'rsa-sha256' }).isSignedBy(CA.certificate));
  });
});

describe('a list covers', () => {
  const tpp = readCertificate(makeCertificate(qwacDraft(), CA));

  test('the certificates of its issuer', () => {
    assert.ok(read().covers(tpp));
    assert.ok(!read({ issuer: makeAuthority('Other CA') }).covers(tpp));
  });

  test('where it is one part of several, those that point to it', () => {
    assert.ok(read({ extensions: [scope(url(CRL_URL))] }).covers(tpp));
    assert.ok(!read({ extensions: [scope(url('https://ca.example/part-2.crl'))] }).covers(tpp));
  });

  test('no authorities, where it is about users only', () => {
    const usersOnly = read({ extensions: [scope(flag(1))] });
    assert.ok(usersOnly.covers(tpp));
    assert.ok(!usersOnly.covers(CA.certificate));
    assert.ok(read().covers(CA.certificate));
  });
});

describe('a list is refused', () => {
  const refused: [name: string, draft: ListDraft, reason: RegExp][] = [
    ['of version 1', { version: [], extensions: [] }, /not of version 2/],
    ['of version 3', { version: [derInteger(2)] }, /not of version 2/],
    ['about changes only', { extensions: [extension(EXTENSION_OID.deltaCrlIndicator, derInteger(1), true)] }, /delta/],
    [
      'about changes only, not even critically',
      { extensions: [extension(EXTENSION_OID.deltaCrlIndicator, derInteger(1))] },
      /delta/,
    ],
    [
      'with an unknown critical extension',
      { extensions: [extension('1.2.3.4', derSequence(), true)] },
      /critical extension 1\.2\.3\.4/,
    ],
    ['about other issuers', { extensions: [scope(flag(4))] }, /indirect/],
    ['about authorities', { extensions: [scope(flag(2))] }, /not about certificates of users/],
    ['about attribute certificates', { extensions: [scope(flag(5))] }, /not about certificates of users/],
    [
      'about some reasons',
      { extensions: [scope(derElement(primitiveTag(3), Uint8Array.of(1, 0x40)))] },
      /some reasons/,
    ],
    ['with a scope that is not known', { extensions: [scope(flag(6))] }, /field that is not known/],
    ['that is a part nobody can name', { extensions: [scope(url('ldap://ca.example/x'))] }, /by http which one/],
    [
      'with an entry of another issuer',
      { entries: [entry('01', extension(EXTENSION_OID.certificateIssuer, derSequence(), true))] },
      /indirect/,
    ],
    [
      'with an unknown critical extension of an entry',
      { entries: [entry('01', extension('1.2.3.4', derSequence(), true))] },
      /1\.2\.3\.4/,
    ],
    ['with a negative serial number', { entries: [entry('ff')] }, /negative/],
    ['with a next update before this one', { nextUpdate: [derTime(YESTERDAY)] }, /nextUpdate is before/],
    [
      'with a time that is none',
      { thisUpdate: derElement(TAG.generalizedTime, Buffer.from('20270301')) },
      /no date and time/,
    ],
    ['with a number that is none', { extensions: [extension(EXTENSION_OID.crlNumber, derSequence())] }, /has tag/],
    ['with one extension twice', { extensions: [number(1), number(2)] }, /stands there twice/],
    ['with something else in the place of entries', { entries: [derInteger(1)] }, /has tag 0x02/],
  ];
  for (const [name, draft, reason] of refused) test(name, () => assertMalformed(() => read(draft), reason));

  test('in PEM without its label, and where there is nothing', () => {
    assertMalformed(() => readRevocationList(pemOf(makeList(), 'CRL')), /no -----BEGIN X509 CRL/);
    assertMalformed(() => readRevocationList(''), /no -----BEGIN X509 CRL/);
    assertMalformed(() => readRevocationList(Buffer.alloc(0)), /missing/);
    assertMalformed(() => readRevocationList(CA.certificate.raw), /version 2/);
  });

  test('that names one signature algorithm outside and another one inside', () => {
    const der = Buffer.from(makeList());
    const ecdsaSha256 = Buffer.from(derOid('1.2.840.10045.4.3.2'));
    der[der.lastIndexOf(ecdsaSha256) + ecdsaSha256.length - 1] = 3;
    assertMalformed(() => readRevocationList(der), /one signature algorithm outside and another one inside/);
  });

  test('when it is larger than 10 MiB', () => {
    assertMalformed(() => readRevocationList(Buffer.alloc(10 * 1024 * 1024 + 1)), /more than 10485760 bytes/);
  });

  test('but not for what says nothing: a false flag, a reason, a date the key was lost, an extension that is not critical', () => {
    const reason = extension(EXTENSION_OID.reasonCode, derElement(TAG.enumerated, Uint8Array.of(6)));
    const lost = extension(EXTENSION_OID.invalidityDate, derTime(YESTERDAY), true);
    const list = read({
      entries: [entry('01', reason, lost)],
      extensions: [number(1), scope(flag(4, 0)), extension('1.2.3.4', derSequence())],
    });
    assert.ok(list.revoked.has('1'));
  });
});

test('a list of 10 MB is read in the time of its length', () => {
  const serials = Array.from({ length: 250_000 }, (_, index) => {
    const serial = Buffer.alloc(16, 0x11);
    serial.writeUInt32BE(0x40_00_00_00 + index);
    return derSequence(derElement(TAG.integer, serial), derTime(YESTERDAY));
  });
  const list = read({ entries: [Buffer.concat(serials)] });
  assert.equal(list.revoked.size, 250_000);
  assert.ok(list.isSignedBy(CA.certificate));
});
