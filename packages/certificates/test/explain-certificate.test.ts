import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { EXTENSION_OID, explainCertificate, readCertificate, TrustAnchors } from '../src/index.ts';
import {
  type Draft,
  derName,
  KEYS,
  makeAuthority,
  makeCertificate,
  NCA,
  NOT_AFTER,
  NOT_BEFORE,
  NOW,
  qsealcDraft,
  qwacDraft,
  TPP_SUBJECT,
} from './support/make-certificate.ts';

const CA = makeAuthority('Test CA');
const qwac = (changes: Partial<Draft> = {}) => readCertificate(makeCertificate(qwacDraft(changes), CA));
const codes = (refusals: readonly { code: string }[]) => refusals.map(({ code }) => code);

test('a QWAC is explained in plain words', () => {
  const { thumbprint, refusals, ...facts } = explainCertificate(qwac(), NOW);
  assert.equal(thumbprint.length, 43);
  assert.deepEqual(codes(refusals.tls), []);
  assert.deepEqual(codes(refusals.signature), ['wrong-type']);
  assert.deepEqual(facts, {
    kind: 'qwac',
    description: 'QWAC: says under TLS who is calling',
    subject: TPP_SUBJECT,
    issuer: { country: 'FI', commonName: 'Test CA' },
    organisationId: 'FI-FINFSA-1234567-1',
    psd2: {
      ...NCA,
      roles: [
        { role: 'PSP_PI', description: 'payment initiation' },
        { role: 'PSP_AI', description: 'account information' },
      ],
    },
    serial: '4a1b2c3d4e5f',
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    daysLeft: 336,
    key: 'RSA of 2048 bits',
    signature: 'ECDSA with SHA-256',
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extendedKeyUsage: ['clientAuth', 'serverAuth'],
    crlUrls: ['https://ca.example/ca.crl'],
    takenFor: ['tls'],
    remarks: [],
  });
});

test('a QSEALC is taken for signatures, an authority for nothing', () => {
  const seal = explainCertificate(readCertificate(makeCertificate(qsealcDraft(), CA)), NOW);
  assert.deepEqual(
    [seal.kind, seal.takenFor, codes(seal.refusals.tls)],
    ['qsealc', ['signature'], ['wrong-type', 'wrong-key-usage']],
  );
  const authority = explainCertificate(CA.certificate, NOW);
  assert.deepEqual([authority.kind, authority.takenFor, authority.remarks], ['authority', [], []]);
});

test('everything that is wrong is said at once', () => {
  const wrong = qwac({
    subject: derName({ commonName: 'Tuohi' }),
    notAfter: new Date(NOW.getTime() - 1000),
    publicKey: createPublicKey(KEYS.ed25519),
    extensions: { [EXTENSION_OID.qcStatements]: undefined, [EXTENSION_OID.keyUsage]: undefined },
  });
  const { kind, description, refusals, daysLeft, takenFor } = explainCertificate(wrong, NOW);
  assert.deepEqual([kind, takenFor, daysLeft], ['other', [], -1]);
  assert.match(description, /neither a QWAC nor a QSEALC/);
  const expected = [
    'expired',
    'weak-key',
    'wrong-type',
    'wrong-key-usage',
    'no-psd2-statement',
    'organisation-missing',
  ];
  assert.deepEqual(codes(refusals.tls), expected);
  assert.deepEqual(codes(refusals.signature), expected);
});

test('with trust anchors the chain is told, or that there is none', () => {
  const anchors = TrustAnchors.fromPem(CA.pem);
  const trusted = explainCertificate(qwac(), NOW, { anchors });
  assert.deepEqual(
    trusted.chain?.map(({ commonName }) => commonName),
    ['Tuohi', 'Test CA'],
  );
  const stranger = makeAuthority('Stranger', { key: KEYS.p256 });
  const untrusted = explainCertificate(readCertificate(makeCertificate(qwacDraft(), stranger)), NOW, { anchors });
  assert.equal(untrusted.chain, undefined);
  assert.deepEqual(codes(untrusted.refusals.tls), ['untrusted-issuer']);
  assert.deepEqual(untrusted.takenFor, []);
  const between = makeAuthority('Between', { key: KEYS.intermediate, issuer: CA });
  const over = readCertificate(makeCertificate(qwacDraft(), between));
  assert.equal(explainCertificate(over, NOW, { anchors, intermediates: [between.certificate] }).chain?.length, 3);
});

test('what will matter soon, or to some banks, is remarked', () => {
  const inDays = (days: number) => qwac({ notAfter: new Date(NOW.getTime() + days * 86_400_000) });
  assert.match(explainCertificate(inDays(29), NOW).remarks[0] ?? '', /expires within 30 days/);
  assert.deepEqual(explainCertificate(inDays(30), NOW).remarks, []);
  assert.deepEqual(explainCertificate(inDays(-1), NOW).remarks, []);
  const withoutList = qwac({ extensions: { [EXTENSION_OID.crlDistributionPoints]: undefined } });
  assert.match(explainCertificate(withoutList, NOW).remarks[0] ?? '', /names no revocation list/);
  const elsewhere = qwac({ subject: derName({ ...TPP_SUBJECT, organizationIdentifier: 'PSDSE-FINA-1' }) });
  assert.match(
    explainCertificate(elsewhere, NOW).remarks[0] ?? '',
    /authority SE-FINA, its PSD2 statement of FI-FINFSA/,
  );
});

test('algorithms that are broken or not known are called so', () => {
  const rsa = makeAuthority('Test CA', { key: KEYS.rsa });
  const signatureOf = (draft: Partial<Draft>, issuer = rsa) =>
    explainCertificate(readCertificate(makeCertificate(qwacDraft(draft), issuer)), NOW).signature;
  assert.equal(signatureOf({}), 'RSA with SHA-256');
  assert.equal(signatureOf({ algorithm: 'rsa-sha1' }), 'algorithm 1.2.840.113549.1.1.5, unknown here or broken');
  assert.equal(signatureOf({}, makeAuthority('Test CA', { key: KEYS.ed25519 })), 'Ed25519');
});
