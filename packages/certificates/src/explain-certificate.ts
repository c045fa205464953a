import type { CertificateRefusal, CertificateUse } from './certificate-refusal.ts';
import { judgeWholeCertificate } from './judge-certificate.ts';
import { describeKey } from './key-strength.ts';
import { PURPOSE_OID } from './object-identifiers.ts';
import { organisationIdOf } from './organisation-id.ts';
import type { CertificateName, KeyUsage, PaymentCertificate, Psd2Role } from './payment-certificate.ts';
import { describeSignature } from './signature-algorithm.ts';
import type { TrustAnchors } from './trust-anchors.ts';

/** Everything that a person wants to know of a certificate. */
export interface CertificateExplanation {
  readonly kind: 'qwac' | 'qsealc' | 'authority' | 'other';
  /** The kind in words. */
  readonly description: string;
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  /** Its organizationIdentifier without `PSD`: the client's organisation at a bank. */
  readonly organisationId?: string;
  readonly psd2?: {
    readonly roles: readonly { readonly role: Psd2Role; readonly description: string }[];
    readonly ncaName: string;
    readonly ncaId: string;
  };
  readonly serial: string;
  readonly thumbprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whole days that are left, below zero when it expired. */
  readonly daysLeft: number;
  readonly key: string;
  readonly signature: string;
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage: readonly string[];
  readonly crlUrls: readonly string[];
  /** What a bank would refuse it for, all of it, use by use. */
  readonly refusals: Readonly<Record<CertificateUse, readonly CertificateRefusal[]>>;
  /** What a bank would take it for: what it is refused for by nothing. */
  readonly takenFor: readonly CertificateUse[];
  /** The subjects from the certificate up to the trust anchor; only where anchors were given and one was reached. */
  readonly chain?: readonly CertificateName[];
  /** What is no reason to refuse it, and yet worth knowing. */
  readonly remarks: readonly string[];
}

/** What may come along with a certificate. */
export interface CertificateSurroundings {
  /** Whom the bank trusts; without it nothing is said of trust. */
  readonly anchors?: TrustAnchors;
  readonly intermediates?: readonly PaymentCertificate[];
}

const DAY_MILLISECONDS = 86_400_000;

/** Enough to have a new one issued, which takes trust services weeks. */
const RENEWAL_DAYS = 30;

const ROLES: Readonly<Record<Psd2Role, string>> = {
  PSP_AS: 'account servicing',
  PSP_PI: 'payment initiation',
  PSP_AI: 'account information',
  PSP_IC: 'card-based payment instruments',
};

/** Explains a certificate, and judges it for every use; whether it was revoked is not known here. */
export function explainCertificate(
  certificate: PaymentCertificate,
  at: Date,
  { anchors, intermediates = [] }: CertificateSurroundings = {},
): CertificateExplanation {
  const { subject, issuer, psd2, serial, thumbprint, notBefore, notAfter, crlUrls } = certificate;
  const trust = anchors?.chainOf(certificate, intermediates, at);
  const untrusted = trust !== undefined && 'refusal' in trust ? [trust.refusal] : [];
  const refusals = {
    tls: [...untrusted, ...judgeWholeCertificate(certificate, { use: 'tls', at })],
    signature: [...untrusted, ...judgeWholeCertificate(certificate, { use: 'signature', at })],
  };
  const organisationId = organisationIdOf(certificate);
  return {
    ...kindOf(certificate),
    subject,
    issuer,
    ...(organisationId === undefined ? {} : { organisationId }),
    ...(psd2 === undefined
      ? {}
      : { psd2: { ...psd2, roles: psd2.roles.map((role) => ({ role, description: ROLES[role] })) } }),
    serial,
    thumbprint,
    notBefore,
    notAfter,
    daysLeft: Math.floor((notAfter.getTime() - at.getTime()) / DAY_MILLISECONDS),
    key: describeKey(certificate.key),
    signature: describeSignature(certificate),
    keyUsage: [...(certificate.keyUsage ?? [])],
    extendedKeyUsage: (certificate.extendedKeyUsage ?? []).map((oid) => PURPOSE_NAMES.get(oid) ?? oid),
    crlUrls,
    refusals,
    takenFor: (['tls', 'signature'] as const).filter((use) => refusals[use].length === 0),
    ...(trust !== undefined && 'chain' in trust ? { chain: namesOf(trust.chain) } : {}),
    remarks: remarksOn(certificate, at),
  };
}

/** A trust anchor that is explained itself signed itself: it is named once. */
function namesOf(chain: readonly PaymentCertificate[]): CertificateName[] {
  const links = chain.filter((link, index) => link.thumbprint !== chain[index - 1]?.thumbprint);
  return links.map(({ subject }) => subject);
}

const PURPOSE_NAMES = new Map<string, string>(Object.entries(PURPOSE_OID).map(([name, oid]) => [oid, name]));

function kindOf({
  isAuthority,
  qcTypes,
  extendedKeyUsage,
}: PaymentCertificate): Pick<CertificateExplanation, 'kind' | 'description'> {
  if (isAuthority) return { kind: 'authority', description: 'certificate of an authority, which signs others' };
  const [type, another] = qcTypes;
  if (type === undefined) {
    const what =
      extendedKeyUsage?.includes(PURPOSE_OID.serverAuth) === true ? "a server's certificate" : 'a certificate';
    return { kind: 'other', description: `${what} without a QcType: neither a QWAC nor a QSEALC` };
  }
  if (another !== undefined)
    return { kind: 'other', description: `certificate of several types (${qcTypes.join(', ')})` };
  switch (type) {
    case 'web':
      return { kind: 'qwac', description: 'QWAC: says under TLS who is calling' };
    case 'seal':
      return { kind: 'qsealc', description: 'QSEALC: seals what an organisation sends' };
    default:
      return { kind: 'other', description: 'certificate for the electronic signatures of a person' };
  }
}

function remarksOn(certificate: PaymentCertificate, at: Date): string[] {
  const { psd2, notAfter, crlUrls, isAuthority } = certificate;
  const remarks: string[] = [];
  const millisecondsLeft = notAfter.getTime() - at.getTime();
  if (millisecondsLeft >= 0 && millisecondsLeft < RENEWAL_DAYS * DAY_MILLISECONDS) {
    remarks.push(`It expires within ${RENEWAL_DAYS} days. Have it renewed now: a new one takes its issuer a while.`);
  }
  if (isAuthority) return remarks;
  const nca = organisationIdOf(certificate)?.split('-', 2).join('-');
  if (psd2 !== undefined && nca !== undefined && nca !== psd2.ncaId) {
    remarks.push(`Its organizationIdentifier is of the authority ${nca}, its PSD2 statement of ${psd2.ncaId}.`);
  }
  if (crlUrls.length === 0) {
    remarks.push('It names no revocation list: a bank that has none of its issuer from elsewhere refuses it.');
  }
  return remarks;
}
