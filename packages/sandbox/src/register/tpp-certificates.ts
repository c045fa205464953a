import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import {
  CertificateError,
  type CertificateUse,
  judgeCertificate,
  organisationIdOf,
  type PaymentCertificate,
  readCertificates,
} from '@lupa/certificates';
import { fitsAlgorithm } from '@lupa/protocol';
import { keyId } from '../certificates/key-id.ts';

/** A key of the TPP, with the certificate for it and that one's issuers. */
export interface CertifiedTppKey {
  readonly key: KeyObject;
  readonly kid: string;
  /** Absent where the key is good for TLS only. */
  readonly alg?: 'RS256' | 'ES256';
  /** The leaf. */
  readonly certificate: PaymentCertificate;
  /** The leaf, then its issuers. */
  readonly chain: readonly PaymentCertificate[];
}

/** What a TPP registers with: one organisation's QWAC and QSEALC, both checked. */
export interface TppCertificates {
  readonly qwac: CertifiedTppKey;
  readonly qseal: CertifiedTppKey;
  /** The organizationIdentifier without `PSD`. */
  readonly organisationId: string;
}

/** Keys or certificates that no bank would take; the message names every reason. */
export class CertificatesUnusable extends Error {
  override readonly name = 'CertificatesUnusable';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** A certificate and its key as they were given. */
export interface GivenCertificate {
  /** What to call it: `--qwac qwac.pem`. */
  readonly name: string;
  readonly certificatePem: string;
  readonly keyName: string;
  readonly keyPem: string;
  /** The name of the key in its key set; by default its thumbprint. */
  readonly kid?: string;
}

/**
 * Checks everything about a QWAC and a QSEALC that can be known without asking anybody: each key fits its certificate, the one is for TLS
 * and the other a seal, both are in time, with the PI role, and of one organisation.
 *
 * @throws CertificatesUnusable with everything that is wrong
 */
export function checkTppCertificates(
  { qwac, qseal }: { readonly qwac: GivenCertificate; readonly qseal: GivenCertificate },
  at: Date,
): TppCertificates {
  const problems: string[] = [];
  const web = checkOne(qwac, 'tls', at, problems);
  const seal = checkOne(qseal, 'signature', at, problems);
  const [one, other] = [web, seal].map((each) => each && organisationIdOf(each.certificate));
  if (one !== undefined && other !== undefined && one !== other) {
    problems.push(`${qwac.name} is ${one}'s and ${qseal.name} is ${other}'s. Take those of one organisation.`);
  }
  if (web === undefined || seal === undefined || one === undefined || problems.length > 0) {
    throw new CertificatesUnusable(problems);
  }
  return { qwac: web, qseal: seal, organisationId: one };
}

/** The public half as a key set has it, with its certificates (RFC 7517 section 4.7). */
export function publicJwkOf(certified: CertifiedTppKey): JsonWebKey & { readonly kid: string } {
  return describe(createPublicKey(certified.key).export({ format: 'jwk' }), certified);
}

/** The private key itself. */
export function privateJwkOf(certified: CertifiedTppKey): JsonWebKey & { readonly kid: string } {
  return describe(certified.key.export({ format: 'jwk' }), certified);
}

/** The certificates as a PEM file has them, the leaf first. */
export function pemOf({ chain }: CertifiedTppKey): string {
  return chain.map(({ x509 }) => x509.toString()).join('');
}

function describe(jwk: JsonWebKey, { kid, alg, chain }: CertifiedTppKey) {
  const x5c = chain.map(({ raw }) => Buffer.from(raw).toString('base64'));
  return { ...jwk, kid, ...(alg === undefined ? {} : { alg }), use: 'sig', x5c };
}

function checkOne(
  given: GivenCertificate,
  use: CertificateUse,
  at: Date,
  problems: string[],
): CertifiedTppKey | undefined {
  const chain = readChain(given, problems);
  const key = readKey(given, problems);
  const [certificate] = chain;
  if (certificate === undefined) return undefined;
  const refusal = judgeCertificate(certificate, { use, at });
  if (refusal !== undefined) problems.push(`${given.name}: ${refusal.message}`);
  if (key === undefined) return undefined;
  if (!createPublicKey(key).equals(certificate.publicKey)) {
    problems.push(`${given.keyName} is not the key of ${given.name}: the certificate was issued for another one.`);
    return undefined;
  }
  const alg = (['RS256', 'ES256'] as const).find((each) => fitsAlgorithm(key, each));
  return { key, kid: given.kid ?? keyId(key), ...(alg === undefined ? {} : { alg }), certificate, chain };
}

function readChain({ name, certificatePem }: GivenCertificate, problems: string[]): readonly PaymentCertificate[] {
  try {
    return readCertificates(certificatePem);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    problems.push(`${name} is not a PEM certificate: ${error.message}`);
    return [];
  }
}

function readKey({ keyName, keyPem }: GivenCertificate, problems: string[]): KeyObject | undefined {
  try {
    return createPrivateKey(keyPem);
  } catch {
    // The cause is dropped: it may quote the key.
    const isEncrypted = keyPem.includes('ENCRYPTED');
    problems.push(
      isEncrypted
        ? `${keyName} is protected by a password. Take it off for this command: openssl pkcs8 -in ${keyName.split(' ').at(-1)} -out plain.pem`
        : `${keyName} is not a private key in PEM, such as begins with -----BEGIN PRIVATE KEY-----.`,
    );
    return undefined;
  }
}
