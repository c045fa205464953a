import type { KeyObject } from 'node:crypto';
import { encodeQcStatements, type Psd2Role } from '@lupa/certificates';
import { type CertificateIssuer, signCertificate, x509 } from './sign-certificate.ts';

/** Who a TPP's certificates are issued to. */
export interface TppOrganisation {
  /** The legal name. */
  readonly name: string;
  readonly commonName: string;
  /** ISO 3166-1, two capital letters. */
  readonly country: string;
  /** `PSD` country, `-` the authority that registered it, `-` its number there (ETSI TS 119 495 section 5.2.1). */
  readonly organizationIdentifier: string;
}

/** The authority that registered a TPP. */
export interface CompetentAuthority {
  readonly name: string;
  /** Country and short name: `FI-FINFSA`. */
  readonly id: string;
}

/** A QWAC is for TLS, a QSEALC for signatures (contract §10). */
export interface TppCertificateRequest {
  readonly type: 'web' | 'seal';
  readonly organisation: TppOrganisation;
  readonly roles: readonly Psd2Role[];
  readonly nca: CompetentAuthority;
  readonly publicKey: KeyObject;
  readonly lifetimeDays: number;
  /** Where the issuer's revocation list is; `undefined` leaves it out, and a bank then needs to know by itself. */
  readonly crlUrl: string | undefined;
}

/** X.520 organizationIdentifier. */
const ORGANIZATION_IDENTIFIER = '2.5.4.97';

const QC_STATEMENTS = '1.3.6.1.5.5.7.1.3';

/** Issues a TPP's certificate as ETSI TS 119 495 and EN 319 412 have it. @returns PEM */
export function issueTppCertificate(
  request: TppCertificateRequest,
  authority: CertificateIssuer,
  now: Date,
): Promise<string> {
  const { type, organisation, roles, nca, publicKey, lifetimeDays, crlUrl } = request;
  const statements = encodeQcStatements({ type, psd2: { roles, ncaName: nca.name, ncaId: nca.id } });
  const extensions = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    ...usageExtensions(type, publicKey),
    new x509.Extension(QC_STATEMENTS, false, statements),
    ...(crlUrl === undefined ? [] : [new x509.CRLDistributionPointsExtension([crlUrl])]),
  ];
  return signCertificate({ subject: subjectOf(organisation), publicKey, lifetimeDays, extensions }, authority, now);
}

/** The type of each string is named: the library would read a name that begins with `#` as DER. */
function subjectOf({ name, commonName, country, organizationIdentifier }: TppOrganisation): x509.JsonNameParams {
  return [
    { C: [{ printableString: country }] },
    { O: [{ utf8String: name }] },
    { [ORGANIZATION_IDENTIFIER]: [{ utf8String: organizationIdentifier }] },
    { CN: [{ utf8String: commonName }] },
  ];
}

/** EN 319 412-4 (web sites, used for both ends of TLS) and 319 412-3 (seals, by the bits of 319 412-2 section 4.3.2). */
function usageExtensions(type: TppCertificateRequest['type'], publicKey: KeyObject): x509.Extension[] {
  const { KeyUsageFlags, ExtendedKeyUsage } = x509;
  if (type === 'seal') {
    return [new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true)];
  }
  // TLS 1.2 still knows key exchanges that encrypt with an RSA key; no other kind of key encrypts.
  const encipherment = publicKey.asymmetricKeyType === 'rsa' ? KeyUsageFlags.keyEncipherment : 0;
  return [
    new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature | encipherment, true),
    new x509.ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
  ];
}
