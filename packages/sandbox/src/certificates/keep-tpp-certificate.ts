import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { CertificateError, type PaymentCertificate, readCertificate } from '@lupa/certificates';
import type { TppCertificateRequest } from './issue-tpp-certificate.ts';
import { type Authority, keepCertificate } from './keep-certificate.ts';

/** As long as the API's own; real ones last two years at most (ETSI EN 319 411-2, CA/Browser Forum). */
export const TPP_CERTIFICATE_DAYS = 820;
const RENEWAL_DAYS = 30;

/** Keeps a TPP's certificate: one that says anything else than is asked for here is replaced. @returns PEM */
export function keepTppCertificate(
  path: string,
  key: KeyObject,
  asked: Omit<TppCertificateRequest, 'publicKey' | 'lifetimeDays'>,
  authority: Authority,
  now: Date,
): Promise<string> {
  const issue = async () => {
    // Loaded here because it takes a tenth of a second, and only the first of many starts issues anything.
    const { issueTppCertificate } = await import('./issue-tpp-certificate.ts');
    const request = { ...asked, publicKey: createPublicKey(key), lifetimeDays: TPP_CERTIFICATE_DAYS };
    return issueTppCertificate(request, authority, now);
  };
  const wanted = { path, key, renewalDays: RENEWAL_DAYS, isAsWanted: says(asked), issue };
  return keepCertificate(wanted, authority, now);
}

function says(asked: Omit<TppCertificateRequest, 'publicKey' | 'lifetimeDays'>): (kept: X509Certificate) => boolean {
  const { type, organisation, roles, nca, crlUrl } = asked;
  return (kept) => {
    const found = parse(kept.raw);
    if (found === undefined) return false;
    const { subject, psd2 } = found;
    const pairs = [
      [subject.organizationIdentifier, organisation.organizationIdentifier],
      [subject.organization, organisation.name],
      [subject.commonName, organisation.commonName],
      [subject.country, organisation.country],
      [found.qcTypes.join(), type],
      [psd2?.roles.join(), roles.join()],
      [psd2?.ncaId, nca.id],
      [psd2?.ncaName, nca.name],
      [found.crlUrls.join(), crlUrl ?? ''],
    ];
    return pairs.every(([is, shouldBe]) => is === shouldBe);
  };
}

/** A certificate from before the rules is not wanted either way. */
function parse(der: Uint8Array): PaymentCertificate | undefined {
  try {
    return readCertificate(der);
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}
