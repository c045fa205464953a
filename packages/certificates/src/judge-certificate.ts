import type { CertificateRefusal, CertificateUse, RefusalCode } from './certificate-refusal.ts';
import { describeKey, isStrongKey, signsForBanks } from './key-strength.ts';
import { PURPOSE_OID } from './object-identifiers.ts';
import { organisationIdOf } from './organisation-id.ts';
import type { PaymentCertificate } from './payment-certificate.ts';

/** What a certificate is judged for. */
export interface CertificateQuestion {
  readonly use: CertificateUse;
  readonly at: Date;
  /** The client's, without `PSD`; left out where nobody is a client yet. */
  readonly organisationId?: string;
}

type Check = (certificate: PaymentCertificate, question: CertificateQuestion) => CertificateRefusal | undefined;

/** In the order of their precedence: the first that fails is the refusal. */
const CHECKS: readonly Check[] = [
  checkCriticalExtensions,
  checkTime,
  checkKey,
  checkSignatureHash,
  checkType,
  checkKeyUsage,
  checkRole,
  checkOrganisation,
];

/**
 * Judges a certificate by itself: everything that a bank asks of a payment service provider's QWAC or QSEALC but who signed
 * it (`TrustAnchors`) and whether it was revoked (`RevocationList`). Nothing here is remembered or computed twice, so that it
 * can be asked at every call.
 *
 * @returns the first refusal, in the order malformed (a critical extension nobody understands), not-yet-valid, expired,
 * weak-key, wrong-type, wrong-key-usage, no-psd2-statement, role-missing, organisation-missing, organisation-differs; or
 * `undefined` when there is none
 */
export function judgeCertificate(
  certificate: PaymentCertificate,
  question: CertificateQuestion,
): CertificateRefusal | undefined {
  for (const check of CHECKS) {
    const refusal = check(certificate, question);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Every check's refusal, where `judgeCertificate` gives the first. */
export function judgeWholeCertificate(
  certificate: PaymentCertificate,
  question: CertificateQuestion,
): CertificateRefusal[] {
  return CHECKS.flatMap((check) => check(certificate, question) ?? []);
}

function refuse(code: RefusalCode, message: string): CertificateRefusal {
  return { code, message };
}

function checkCriticalExtensions({ unknownCriticalExtensions }: PaymentCertificate): CertificateRefusal | undefined {
  if (unknownCriticalExtensions.length === 0) return undefined;
  return refuse(
    'malformed',
    `The certificate has the critical extension ${unknownCriticalExtensions[0]}, which the bank does not know and must ` +
      'therefore not pass over. Ask its issuer for one without it.',
  );
}

function checkTime({ notBefore, notAfter }: PaymentCertificate, { at }: CertificateQuestion) {
  if (at.getTime() < notBefore.getTime()) {
    return refuse(
      'not-yet-valid',
      `The certificate is valid from ${instant(notBefore)} on, and it is ${instant(at)} now. Wait, or set the clock right.`,
    );
  }
  if (at.getTime() > notAfter.getTime()) {
    return refuse(
      'expired',
      `The certificate expired at ${instant(notAfter)}. Have it renewed and present the new one.`,
    );
  }
  return undefined;
}

function checkKey({ key }: PaymentCertificate, { use }: CertificateQuestion): CertificateRefusal | undefined {
  if (use === 'tls' ? isStrongKey(key) && key.type !== 'ed25519' : signsForBanks(key)) return undefined;
  const taken =
    use === 'tls'
      ? 'RSA of 2048 to 8192 bits, or an elliptic curve: P-256, P-384 or P-521'
      : 'RSA of 2048 to 8192 bits (RS256, PS256) or the elliptic curve P-256 (ES256)';
  return refuse('weak-key', `The certificate's key is ${describeKey(key)}; the bank takes ${taken}. Make such a key.`);
}

function checkSignatureHash({ signatureHash, signatureAlgorithm }: PaymentCertificate): CertificateRefusal | undefined {
  if (signatureHash !== undefined) return undefined;
  return refuse(
    'weak-key',
    `The certificate is signed with the algorithm ${signatureAlgorithm}, which is unknown here or broken; SHA-256, SHA-384 ` +
      'and SHA-512 are taken. Ask its issuer for one signed so.',
  );
}

function checkType({ isAuthority, qcCompliance, qcTypes }: PaymentCertificate, { use }: CertificateQuestion) {
  const [expected, name] = use === 'tls' ? (['web', 'a QWAC'] as const) : (['seal', 'a QSEALC'] as const);
  const advice = `${use === 'tls' ? 'Under TLS' : 'For signatures'} present ${name} (QcType ${expected}).`;
  if (isAuthority) return refuse('wrong-type', `The certificate is an authority's, which signs others. ${advice}`);
  if (qcTypes.length !== 1 || qcTypes[0] !== expected) {
    const found = qcTypes.length === 0 ? 'no QcType' : `the QcType ${qcTypes.join(' and ')}`;
    return refuse('wrong-type', `The certificate states ${found}. ${advice}`);
  }
  if (!qcCompliance) {
    return refuse('wrong-type', `The certificate does not state that it is qualified (QcCompliance). ${advice}`);
  }
  return undefined;
}

/** EN 319 412-2 section 4.3.2; TS 119 495 section 5.3: a QWAC is for both ends of TLS. */
function checkKeyUsage({ keyUsage, extendedKeyUsage }: PaymentCertificate, { use }: CertificateQuestion) {
  const signs = keyUsage?.has('digitalSignature') === true;
  if (use === 'signature') {
    if (signs || keyUsage?.has('nonRepudiation') === true) return undefined;
    return refuse(
      'wrong-key-usage',
      'The keyUsage of the certificate names neither digitalSignature nor nonRepudiation, so its key may not seal. Ask ' +
        'its issuer for one with both.',
    );
  }
  if (!signs) {
    return refuse(
      'wrong-key-usage',
      'The keyUsage of the certificate lacks digitalSignature, which TLS needs. Ask its issuer for one that has it.',
    );
  }
  if (extendedKeyUsage?.includes(PURPOSE_OID.clientAuth) === true) return undefined;
  return refuse(
    'wrong-key-usage',
    'The extKeyUsage of the certificate lacks clientAuth, without which it is no TLS client certificate. Ask its issuer for ' +
      'a QWAC with clientAuth and serverAuth.',
  );
}

function checkRole({ psd2 }: PaymentCertificate): CertificateRefusal | undefined {
  if (psd2 === undefined) {
    return refuse(
      'no-psd2-statement',
      'The certificate has no PSD2 statement (0.4.0.19495.2), which says what its owner is licensed for. Ask its issuer ' +
        'for one of ETSI TS 119 495.',
    );
  }
  if (psd2.roles.includes('PSP_PI')) return undefined;
  const roles = psd2.roles.length === 0 ? 'none that is known' : psd2.roles.join(', ');
  return refuse(
    'role-missing',
    `The certificate's PSD2 roles (${roles}) lack PSP_PI, payment initiation. With a licence for it, ask its issuer for one ` +
      'that says so.',
  );
}

function checkOrganisation(certificate: PaymentCertificate, { organisationId }: CertificateQuestion) {
  const found = organisationIdOf(certificate);
  if (found === undefined) {
    return refuse(
      'organisation-missing',
      'The certificate names no payment service provider: its subject needs an organizationIdentifier (2.5.4.97) such as ' +
        'PSDFI-FINFSA-1234567-1. Ask its issuer for one that has it.',
    );
  }
  if (organisationId === undefined || organisationId === found) return undefined;
  return refuse(
    'organisation-differs',
    `The certificate is that of the organisation ${found}, and not of the client it is used for. Present the client's own.`,
  );
}

function instant(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
