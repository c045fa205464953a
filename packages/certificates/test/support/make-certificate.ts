import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { constructedTag, primitiveTag, TAG } from '../../src/der/der-tags.ts';
import { derElement, derOid, derSequence, derUtf8String } from '../../src/der/write-der.ts';
import {
  EXTENSION_OID,
  encodeQcStatements,
  type KeyUsage,
  NAME_OID,
  type PaymentCertificate,
  PURPOSE_OID,
  readCertificate,
} from '../../src/index.ts';

/** The moment the tests play at; certificates are valid a month before and eleven months after it. */
export const NOW = new Date('2027-03-01T12:00:00Z');
export const NOT_BEFORE = new Date('2027-02-01T00:00:00Z');
export const NOT_AFTER = new Date('2028-02-01T00:00:00Z');

/** What is signed, in all its parts; each part can be another one. */
export interface Draft {
  readonly version?: number;
  readonly serial?: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The whole sequence, instead of one of the two times above. */
  readonly validity?: Uint8Array;
  readonly publicKey: KeyObject;
  /** By their object identifiers, so that a test can replace or leave out one. */
  readonly extensions: Readonly<Record<string, Uint8Array | undefined>>;
  readonly algorithm?: Algorithm;
}

/** Who signs: a name and a key are all it takes. */
export interface Signer {
  readonly subjectDer: Uint8Array;
  readonly key: KeyObject;
}

export interface Authority extends Signer {
  readonly certificate: PaymentCertificate;
  readonly pem: string;
}

type Algorithm = 'ecdsa-sha256' | 'ecdsa-sha384' | 'ecdsa-sha1' | 'rsa-sha256' | 'rsa-sha1' | 'ed25519';

const ALGORITHM_OIDS: Record<Algorithm, string> = {
  'ecdsa-sha1': '1.2.840.10045.4.1',
  'ecdsa-sha256': '1.2.840.10045.4.3.2',
  'ecdsa-sha384': '1.2.840.10045.4.3.3',
  'rsa-sha1': '1.2.840.113549.1.1.5',
  'rsa-sha256': '1.2.840.113549.1.1.11',
  ed25519: '1.3.101.112',
};

export const KEYS = {
  authority: makeEcKey('P-256'),
  intermediate: makeEcKey('P-256'),
  p256: makeEcKey('P-256'),
  p384: makeEcKey('P-384'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ed25519: generateKeyPairSync('ed25519').privateKey,
};

export function makeEcKey(namedCurve: string): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

/** Signs a draft. @returns DER */
export function makeCertificate(draft: Draft, issuer: Signer): Uint8Array {
  const extensions = Object.values(draft.extensions).filter((extension) => extension !== undefined);
  return signed(
    issuer.key,
    (algorithm) => [
      derElement(constructedTag(0), derInteger(draft.version ?? 2)),
      derElement(TAG.integer, draft.serial ?? Buffer.from('4a1b2c3d4e5f', 'hex')),
      algorithm,
      issuer.subjectDer,
      draft.validity ?? derSequence(derTime(draft.notBefore), derTime(draft.notAfter)),
      draft.subject,
      draft.publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length === 0 ? [] : [derElement(constructedTag(3), derSequence(...extensions))]),
    ],
    draft.algorithm,
  );
}

/** SIGNED { … } of X.509: what is signed, the algorithm, the signature. */
export function signed(
  key: KeyObject,
  parts: (algorithm: Uint8Array) => readonly Uint8Array[],
  algorithm: Algorithm = key.asymmetricKeyType === 'rsa'
    ? 'rsa-sha256'
    : key.asymmetricKeyType === 'ec'
      ? 'ecdsa-sha256'
      : 'ed25519',
): Uint8Array {
  const identifier = derSequence(
    derOid(ALGORITHM_OIDS[algorithm]),
    ...(algorithm.startsWith('rsa') ? [derElement(TAG.null)] : []),
  );
  const content = derSequence(...parts(identifier));
  const hash = algorithm.split('-')[1];
  const signature = sign(hash ?? null, content, key);
  return derSequence(content, identifier, derElement(TAG.bitString, Uint8Array.of(0), signature));
}

/** A name of one attribute a part, all UTF8String. */
export function derName(attributes: Readonly<Partial<Record<keyof typeof NAME_OID, string>>>): Uint8Array {
  return derSequence(
    ...Object.entries(attributes).map(([field, text]) =>
      derElement(TAG.set, derSequence(derOid(NAME_OID[field as keyof typeof NAME_OID]), derUtf8String(text))),
    ),
  );
}

export function derInteger(value: number): Uint8Array {
  return derElement(TAG.integer, Uint8Array.of(value));
}

export function derTime(time: Date): Uint8Array {
  const text = time.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return derElement(TAG.generalizedTime, Buffer.from(text));
}

export function extension(oid: string, value: Uint8Array, isCritical = false): Uint8Array {
  const critical = isCritical ? [derElement(TAG.boolean, Uint8Array.of(0xff))] : [];
  return derSequence(derOid(oid), ...critical, derElement(TAG.octetString, value));
}

export function basicConstraints(isAuthority: boolean, pathLength?: number): Uint8Array {
  const parts = isAuthority ? [derElement(TAG.boolean, Uint8Array.of(0xff))] : [];
  if (pathLength !== undefined) parts.push(derInteger(pathLength));
  return extension(EXTENSION_OID.basicConstraints, derSequence(...parts), true);
}

const USAGE_BITS: Partial<Record<KeyUsage, number>> = {
  digitalSignature: 0x80,
  nonRepudiation: 0x40,
  keyEncipherment: 0x20,
  keyCertSign: 0x04,
  cRLSign: 0x02,
};

export function keyUsage(...usages: readonly KeyUsage[]): Uint8Array {
  const bits = usages.reduce((sum, usage) => sum | (USAGE_BITS[usage] ?? 0), 0);
  const unused = [0, 1, 2, 3, 4, 5, 6, 7].find((count) => (bits & (1 << count)) !== 0) ?? 0;
  return extension(EXTENSION_OID.keyUsage, derElement(TAG.bitString, Uint8Array.of(unused, bits)), true);
}

export function purposes(...oids: readonly string[]): Uint8Array {
  return extension(EXTENSION_OID.extendedKeyUsage, derSequence(...oids.map(derOid)));
}

export function crlPoint(url: string): Uint8Array {
  const name = derElement(constructedTag(0), derElement(primitiveTag(6), Buffer.from(url)));
  const points = derSequence(derSequence(derElement(constructedTag(0), name)));
  return extension(EXTENSION_OID.crlDistributionPoints, points);
}

export const NCA = { ncaName: 'Finnish Financial Supervisory Authority', ncaId: 'FI-FINFSA' };

export const TPP_SUBJECT = {
  country: 'FI',
  organization: 'Tuohi Oy',
  organizationIdentifier: 'PSDFI-FINFSA-1234567-1',
  commonName: 'Tuohi',
};

export const CRL_URL = 'https://ca.example/ca.crl';

/** A certificate as a bank wants it under TLS. */
export function qwacDraft(changes: Partial<Draft> = {}): Draft {
  const { extensions, ...others } = changes;
  return {
    subject: derName(TPP_SUBJECT),
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    publicKey: createPublicKey(KEYS.rsa),
    ...others,
    extensions: {
      [EXTENSION_OID.basicConstraints]: basicConstraints(false),
      [EXTENSION_OID.keyUsage]: keyUsage('digitalSignature', 'keyEncipherment'),
      [EXTENSION_OID.extendedKeyUsage]: purposes(PURPOSE_OID.clientAuth, PURPOSE_OID.serverAuth),
      [EXTENSION_OID.crlDistributionPoints]: crlPoint(CRL_URL),
      [EXTENSION_OID.qcStatements]: extension(
        EXTENSION_OID.qcStatements,
        encodeQcStatements({ type: 'web', psd2: { roles: ['PSP_PI', 'PSP_AI'], ...NCA } }),
      ),
      ...extensions,
    },
  };
}

/** A certificate as a bank wants it beside signatures. */
export function qsealcDraft(changes: Partial<Draft> = {}): Draft {
  return qwacDraft({
    publicKey: createPublicKey(KEYS.p256),
    ...changes,
    extensions: {
      [EXTENSION_OID.keyUsage]: keyUsage('digitalSignature', 'nonRepudiation'),
      [EXTENSION_OID.extendedKeyUsage]: undefined,
      [EXTENSION_OID.qcStatements]: extension(
        EXTENSION_OID.qcStatements,
        encodeQcStatements({ type: 'seal', psd2: { roles: ['PSP_PI', 'PSP_AI'], ...NCA } }),
      ),
      ...changes.extensions,
    },
  });
}

/** An authority; without an issuer it signs itself. */
export function makeAuthority(
  name: string,
  {
    key = KEYS.authority,
    issuer,
    pathLength,
    draft = {},
  }: { key?: KeyObject; issuer?: Signer; pathLength?: number; draft?: Partial<Draft> } = {},
): Authority {
  const subject = derName({ country: 'FI', commonName: name });
  const whole: Draft = {
    subject,
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    publicKey: createPublicKey(key),
    ...draft,
    extensions: {
      [EXTENSION_OID.basicConstraints]: basicConstraints(true, pathLength),
      [EXTENSION_OID.keyUsage]: keyUsage('keyCertSign', 'cRLSign'),
      ...draft.extensions,
    },
  };
  const certificate = readCertificate(makeCertificate(whole, issuer ?? { subjectDer: subject, key }));
  return { certificate, key, subjectDer: certificate.subjectDer, pem: pemOf(certificate.raw) };
}

export function pemOf(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
