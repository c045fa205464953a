import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { derOid, derSequence } from '../src/der/write-der.ts';
import {
  type CertificateUse,
  EXTENSION_OID,
  encodeQcStatements,
  judgeCertificate,
  type Psd2Role,
  PURPOSE_OID,
  type QcType,
  type RefusalCode,
  readCertificate,
  STATEMENT_OID,
} from '../src/index.ts';
import {
  basicConstraints,
  type Draft,
  derName,
  extension,
  KEYS,
  keyUsage,
  makeAuthority,
  makeCertificate,
  makeEcKey,
  NCA,
  NOT_AFTER,
  NOT_BEFORE,
  NOW,
  purposes,
  qsealcDraft,
  qwacDraft,
  TPP_SUBJECT,
} from './support/make-certificate.ts';

const CA = makeAuthority('Test CA');
const RSA_CA = makeAuthority('Test CA', { key: KEYS.rsa });
const OTHER_KEYS = {
  rsa1024: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
  rsa2047: generateKeyPairSync('rsa', { modulusLength: 2047 }).publicKey,
  rsaExponent3: generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey,
  rsaPss: generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
  p521: createPublicKey(makeEcKey('P-521')),
  p224: createPublicKey(makeEcKey('P-224')),
  secp256k1: createPublicKey(makeEcKey('secp256k1')),
  x25519: generateKeyPairSync('x25519').publicKey,
};

interface Row {
  readonly name: string;
  readonly use: CertificateUse;
  readonly code: RefusalCode;
  /** What the message must say. */
  readonly says: RegExp;
  readonly wrong: Partial<Draft>;
  /** The nearest right one; without it, the plain QWAC or QSEALC. */
  readonly right?: Partial<Draft>;
  readonly at?: Date;
  readonly rightAt?: Date;
  readonly organisationId?: string;
  readonly rightOrganisationId?: string;
  readonly issuer?: typeof CA;
}

const qc = (types: QcType | readonly string[], psd2?: { roles: readonly Psd2Role[] }): Partial<Draft> => ({
  extensions: { [EXTENSION_OID.qcStatements]: extension(EXTENSION_OID.qcStatements, qcValue(types, psd2)) },
});
function qcValue(types: QcType | readonly string[], psd2?: { roles: readonly Psd2Role[] }): Uint8Array {
  const whole = (type: QcType) => encodeQcStatements({ type, psd2: { ...NCA, roles: ['PSP_PI'], ...psd2 } });
  if (typeof types === 'string') return whole(types);
  const psd2Statement = Buffer.from(whole('web'));
  const at = psd2Statement.indexOf(Buffer.from(derOid(STATEMENT_OID.psd2)));
  return derSequence(
    derSequence(derOid(STATEMENT_OID.qcCompliance)),
    ...(types.length === 0 ? [] : [derSequence(derOid(STATEMENT_OID.qcType), derSequence(...types.map(derOid)))]),
    psd2Statement.subarray(at - 2),
  );
}
const without = (statement: string, type: QcType): Partial<Draft> => {
  const value = Buffer.from(encodeQcStatements({ type, psd2: { ...NCA, roles: ['PSP_PI'] } }));
  const id = Buffer.from(derOid(statement));
  const at = value.indexOf(id) - 2;
  const content = Buffer.concat([value.subarray(2, at), value.subarray(at + 2 + (value[at + 1] ?? 0))]);
  return { extensions: { [EXTENSION_OID.qcStatements]: extension(EXTENSION_OID.qcStatements, derSequence(content)) } };
};
const usages = (value: Uint8Array | undefined): Partial<Draft> => ({ extensions: { [EXTENSION_OID.keyUsage]: value } });
const forPurposes = (value: Uint8Array | undefined): Partial<Draft> => ({
  extensions: { [EXTENSION_OID.extendedKeyUsage]: value },
});
const subject = (changes: Partial<Record<keyof typeof TPP_SUBJECT, string>>): Partial<Draft> => ({
  subject: derName({ ...TPP_SUBJECT, ...changes }),
});
const { organizationIdentifier: _, ...ANONYMOUS } = TPP_SUBJECT;
const second = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);

const ROWS: readonly Row[] = [
  {
    name: 'a critical extension that nobody here knows',
    use: 'tls',
    code: 'malformed',
    says: /critical extension 2\.5\.29\.30/,
    wrong: { extensions: { x: extension('2.5.29.30', derSequence(), true) } },
    right: { extensions: { x: extension('2.5.29.30', derSequence()) } },
  },
  {
    name: 'a second before it begins',
    use: 'tls',
    code: 'not-yet-valid',
    says: /valid from 2027-02-01T00:00:00Z on/,
    wrong: {},
    at: second(NOT_BEFORE, -1),
    rightAt: NOT_BEFORE,
  },
  {
    name: 'a second after it ended',
    use: 'signature',
    code: 'expired',
    says: /expired at 2028-02-01T00:00:00Z/,
    wrong: {},
    at: second(NOT_AFTER, 1),
    rightAt: NOT_AFTER,
  },
  {
    name: 'that ends before it begins',
    use: 'tls',
    code: 'expired',
    says: /expired/,
    wrong: { notAfter: second(NOT_BEFORE, -1) },
    right: { notAfter: NOW },
  },
  ...(['tls', 'signature'] as const).flatMap((use): Row[] => [
    {
      name: `an RSA key of 1024 bits (${use})`,
      use,
      code: 'weak-key',
      says: /RSA of 1024 bits/,
      wrong: { publicKey: OTHER_KEYS.rsa1024 },
      right: { publicKey: createPublicKey(KEYS.rsa) },
    },
    {
      name: `an RSA key a bit short of 2048 (${use})`,
      use,
      code: 'weak-key',
      says: /RSA of 2047 bits/,
      wrong: { publicKey: OTHER_KEYS.rsa2047 },
      right: { publicKey: createPublicKey(KEYS.rsa) },
    },
    {
      name: `an RSA key with the exponent 3 (${use})`,
      use,
      code: 'weak-key',
      says: /RSA of 2048 bits with the exponent 3/,
      wrong: { publicKey: OTHER_KEYS.rsaExponent3 },
      right: { publicKey: createPublicKey(KEYS.rsa) },
    },
    {
      name: `a key for RSA-PSS only (${use})`,
      use,
      code: 'weak-key',
      says: /rsa-pss/,
      wrong: { publicKey: OTHER_KEYS.rsaPss },
    },
    {
      name: `Bitcoin's curve (${use})`,
      use,
      code: 'weak-key',
      says: /EC on secp256k1/,
      wrong: { publicKey: OTHER_KEYS.secp256k1 },
    },
    {
      name: `a curve of 224 bits (${use})`,
      use,
      code: 'weak-key',
      says: /secp224r1/,
      wrong: { publicKey: OTHER_KEYS.p224 },
    },
    {
      name: `a key that signs nothing (${use})`,
      use,
      code: 'weak-key',
      says: /x25519/,
      wrong: { publicKey: OTHER_KEYS.x25519 },
    },
    {
      name: `Ed25519 (${use})`,
      use,
      code: 'weak-key',
      says: /ed25519/,
      wrong: { publicKey: createPublicKey(KEYS.ed25519) },
      right: { publicKey: createPublicKey(KEYS.p256) },
    },
  ]),
  {
    name: 'P-384 for signatures, which ES256 is not',
    use: 'signature',
    code: 'weak-key',
    says: /EC on P-384; the bank takes RSA .* or the elliptic curve P-256/,
    wrong: { publicKey: createPublicKey(KEYS.p384) },
  },
  {
    name: 'signed with SHA-1 by RSA',
    use: 'tls',
    code: 'weak-key',
    says: /1\.2\.840\.113549\.1\.1\.5/,
    issuer: RSA_CA,
    wrong: { algorithm: 'rsa-sha1' },
    right: { algorithm: 'rsa-sha256' },
  },
  {
    name: 'signed with SHA-1 by ECDSA',
    use: 'signature',
    code: 'weak-key',
    says: /1\.2\.840\.10045\.4\.1/,
    wrong: { algorithm: 'ecdsa-sha1' },
    right: { algorithm: 'ecdsa-sha384' },
  },
  {
    name: 'a QSEALC under TLS',
    use: 'tls',
    code: 'wrong-type',
    says: /QcType seal\. Under TLS present a QWAC/,
    wrong: qc('seal'),
  },
  {
    name: 'a QWAC for a signature',
    use: 'signature',
    code: 'wrong-type',
    says: /QcType web\. For signatures present a QSEALC/,
    wrong: qc('web'),
  },
  { name: "a person's certificate", use: 'signature', code: 'wrong-type', says: /QcType esign/, wrong: qc('esign') },
  {
    name: 'no type',
    use: 'tls',
    code: 'wrong-type',
    says: /no QcType/,
    wrong: qc([]),
    right: qc(['0.4.0.1862.1.6.3']),
  },
  {
    name: 'two types at once',
    use: 'tls',
    code: 'wrong-type',
    says: /seal and web/,
    wrong: qc(['0.4.0.1862.1.6.2', '0.4.0.1862.1.6.3']),
  },
  {
    name: 'no statement to be qualified',
    use: 'tls',
    code: 'wrong-type',
    says: /QcCompliance/,
    wrong: without(STATEMENT_OID.qcCompliance, 'web'),
  },
  {
    name: 'no qcStatements at all: an ordinary client certificate',
    use: 'tls',
    code: 'wrong-type',
    says: /no QcType/,
    wrong: { extensions: { [EXTENSION_OID.qcStatements]: undefined } },
  },
  {
    name: "an authority's",
    use: 'tls',
    code: 'wrong-type',
    says: /is an authority's/,
    wrong: { extensions: { [EXTENSION_OID.basicConstraints]: basicConstraints(true) } },
    right: { extensions: { [EXTENSION_OID.basicConstraints]: undefined } },
  },
  {
    name: 'a key that may not sign, under TLS',
    use: 'tls',
    code: 'wrong-key-usage',
    says: /lacks digitalSignature/,
    wrong: usages(keyUsage('keyEncipherment', 'nonRepudiation')),
    right: usages(keyUsage('digitalSignature')),
  },
  { name: 'no keyUsage, under TLS', use: 'tls', code: 'wrong-key-usage', says: /keyUsage/, wrong: usages(undefined) },
  {
    name: 'a key that may not seal',
    use: 'signature',
    code: 'wrong-key-usage',
    says: /neither digitalSignature nor nonRepudiation/,
    wrong: usages(keyUsage('keyEncipherment')),
    right: usages(keyUsage('nonRepudiation')),
  },
  {
    name: 'no keyUsage, for a signature',
    use: 'signature',
    code: 'wrong-key-usage',
    says: /keyUsage/,
    wrong: usages(undefined),
  },
  {
    name: "a server's certificate, which is no client's",
    use: 'tls',
    code: 'wrong-key-usage',
    says: /lacks clientAuth/,
    wrong: forPurposes(purposes(PURPOSE_OID.serverAuth)),
    right: forPurposes(purposes(PURPOSE_OID.clientAuth)),
  },
  { name: 'no extKeyUsage', use: 'tls', code: 'wrong-key-usage', says: /extKeyUsage/, wrong: forPurposes(undefined) },
  {
    name: 'the purpose "any"',
    use: 'tls',
    code: 'wrong-key-usage',
    says: /lacks clientAuth/,
    wrong: forPurposes(purposes('2.5.29.37.0')),
  },
  ...(['tls', 'signature'] as const).flatMap((use): Row[] => {
    const type = use === 'tls' ? 'web' : 'seal';
    return [
      {
        name: `no PSD2 statement (${use})`,
        use,
        code: 'no-psd2-statement',
        says: /no PSD2 statement \(0\.4\.0\.19495\.2\)/,
        wrong: without(STATEMENT_OID.psd2, type),
      },
      {
        name: `account information only (${use})`,
        use,
        code: 'role-missing',
        says: /PSD2 roles \(PSP_AI\) lack PSP_PI/,
        wrong: qc(type, { roles: ['PSP_AI'] }),
        right: qc(type, { roles: ['PSP_AI', 'PSP_PI'] }),
      },
      {
        name: `a bank, which is no payment initiator by that (${use})`,
        use,
        code: 'role-missing',
        says: /PSP_AS, PSP_IC/,
        wrong: qc(type, { roles: ['PSP_AS', 'PSP_IC'] }),
        right: qc(type, { roles: ['PSP_AS', 'PSP_IC', 'PSP_PI'] }),
      },
    ];
  }),
  {
    name: 'no organizationIdentifier',
    use: 'tls',
    code: 'organisation-missing',
    says: /organizationIdentifier \(2\.5\.4\.97\) such as PSDFI-FINFSA/,
    wrong: { subject: derName(ANONYMOUS) },
  },
  ...(
    [
      ['VATFI-12345678', 'PSDFI-FINFSA-12345678'],
      ['NTRFI-12345678', 'PSDFI-FINFSA-12345678'],
      ['psdFI-FINFSA-1', 'PSDFI-FINFSA-1'],
      ['PSDfi-FINFSA-1', 'PSDFI-FINFSA-1'],
      ['PSDFI-F-1', 'PSDFI-FI-1'],
      ['PSDFI-FINFSAFSA-1', 'PSDFI-FINFSAFS-1'],
      ['PSDFI-FINFSA-', 'PSDFI-FINFSA-1'],
      ['PSDFI-FINFSA', 'PSDFI-FINFSA-X'],
      ['PSDFI-FINFSA-1 2', 'PSDFI-FINFSA-1/2'],
      ['PSDFI-FINFSA-"1"', "PSDFI-FINFSA-'1'"],
      [`PSDFI-FINFSA-${'1'.repeat(65)}`, `PSDFI-FINFSA-${'1'.repeat(64)}`],
    ] as const
  ).map(
    ([wrong, right]): Row => ({
      name: `the organizationIdentifier ${wrong}`,
      use: 'signature',
      code: 'organisation-missing',
      says: /names no payment service provider/,
      wrong: subject({ organizationIdentifier: wrong }),
      right: subject({ organizationIdentifier: right }),
    }),
  ),
  {
    name: 'of another organisation than the client',
    use: 'tls',
    code: 'organisation-differs',
    says: /of the organisation FI-FINFSA-1234567-1, and not of the client/,
    wrong: {},
    organisationId: 'FI-FINFSA-1234567-2',
    rightOrganisationId: 'FI-FINFSA-1234567-1',
  },
  {
    name: 'of an organisation whose number only begins alike',
    use: 'signature',
    code: 'organisation-differs',
    says: /FI-FINFSA-1234567-1/,
    wrong: {},
    organisationId: 'FI-FINFSA-1234567',
    rightOrganisationId: 'FI-FINFSA-1234567-1',
  },
  {
    name: 'of an organisation of the same number at another authority',
    use: 'tls',
    code: 'organisation-differs',
    says: /SE-FINA-1234567-1/,
    wrong: subject({ organizationIdentifier: 'PSDSE-FINA-1234567-1' }),
    organisationId: 'FI-FINFSA-1234567-1',
  },
];

function judge(row: Row, isRight: boolean) {
  const changes = isRight ? (row.right ?? {}) : row.wrong;
  const draft = row.use === 'tls' ? qwacDraft(changes) : qsealcDraft(changes);
  const organisationId = (isRight ? row.rightOrganisationId : undefined) ?? row.organisationId;
  return judgeCertificate(readCertificate(makeCertificate(draft, row.issuer ?? CA)), {
    use: row.use,
    at: (isRight ? row.rightAt : row.at) ?? NOW,
    ...(organisationId === undefined ? {} : { organisationId }),
  });
}

describe('a certificate is refused, and the nearest right one taken:', () => {
  for (const row of ROWS) {
    test(row.name, () => {
      const refusal = judge(row, false);
      assert.equal(refusal?.code, row.code, refusal?.message);
      assert.match(refusal.message, row.says);
      // It stands in OAuth error descriptions (RFC 6749 section 5.2), and says what to do next.
      assert.match(refusal.message, /^[\x20\x21\x23-\x5b\x5d-\x7e]{40,400}\.$/);
      assert.equal(judge(row, true), undefined);
    });
  }

  test('keys that TLS can do more with than signatures can', () => {
    for (const publicKey of [createPublicKey(KEYS.p384), OTHER_KEYS.p521]) {
      const certificate = readCertificate(makeCertificate(qwacDraft({ publicKey }), CA));
      assert.equal(judgeCertificate(certificate, { use: 'tls', at: NOW }), undefined);
    }
  });
});

test('of several things that are wrong, the first in the documented order is said', () => {
  const faults: [RefusalCode, Partial<Draft>][] = [
    ['malformed', { extensions: { x: extension('2.5.29.30', derSequence(), true) } }],
    ['expired', { notAfter: second(NOW, -1) }],
    ['weak-key', { publicKey: OTHER_KEYS.rsa1024 }],
    ['wrong-type', without(STATEMENT_OID.qcCompliance, 'web')],
    ['wrong-key-usage', usages(undefined)],
  ];
  let draft: Partial<Draft> = { subject: derName(ANONYMOUS) };
  for (const [code, fault] of faults.toReversed()) {
    draft = { ...draft, ...fault, extensions: { ...draft.extensions, ...fault.extensions } };
    const certificate = readCertificate(makeCertificate(qwacDraft(draft), CA));
    assert.equal(judgeCertificate(certificate, { use: 'tls', at: NOW })?.code, code);
  }
});

test('who is no client yet may be any organisation', () => {
  const certificate = readCertificate(makeCertificate(qwacDraft(), CA));
  assert.equal(judgeCertificate(certificate, { use: 'tls', at: NOW }), undefined);
});
