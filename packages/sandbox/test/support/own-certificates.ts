import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Psd2Role } from '@lupa/certificates';
import { DEMO_AUTHORITY } from '../../src/certificates/demo-organisation.ts';
import { issueTppCertificate } from '../../src/certificates/issue-tpp-certificate.ts';
import { type KeyKind, makeKey, privatePem } from '../../src/certificates/keep-key.ts';
import type { CertificateIssuer } from '../../src/certificates/sign-certificate.ts';
import type { GivenCertificate } from '../../src/register/tpp-certificates.ts';

/** A trust service provider of the test's own. */
export async function testIssuer(): Promise<CertificateIssuer> {
  return { key: await makeKey('P-256'), subject: [{ C: ['FI'] }, { O: ['Test TSP'] }, { CN: ['Test TSP CA'] }] };
}

/** What a test may want otherwise in a certificate. */
export interface CertificateWishes {
  readonly issuer: CertificateIssuer;
  readonly organizationIdentifier?: string;
  readonly roles?: readonly Psd2Role[];
  readonly keyKind?: KeyKind;
  readonly lifetimeDays?: number;
  /** When it is issued. */
  readonly at?: Date;
  readonly crlUrl?: string;
}

/** A QWAC (`web`, RSA) or QSEALC (`seal`, P-256) with its key, as files hold them. */
export async function ownCertificate(
  type: 'web' | 'seal',
  wishes: CertificateWishes,
): Promise<GivenCertificate & { readonly key: KeyObject }> {
  const { issuer, roles = ['PSP_PI'], lifetimeDays = 365, at = new Date(), crlUrl } = wishes;
  const { organizationIdentifier = 'PSDFI-FINFSA-7654321-0', keyKind } = wishes;
  const key = await makeKey(keyKind ?? (type === 'web' ? 'RSA-2048' : 'P-256'));
  const organisation = { name: 'Own TPP Oy', commonName: 'Own TPP', country: 'FI', organizationIdentifier };
  const about = { type, organisation, roles, nca: DEMO_AUTHORITY, lifetimeDays, crlUrl };
  const certificatePem = await issueTppCertificate({ ...about, publicKey: createPublicKey(key) }, issuer, at);
  const name = type === 'web' ? 'qwac' : 'qseal';
  return { name: `${name}.pem`, certificatePem, keyName: `${name}.key`, keyPem: privatePem(key), key };
}
