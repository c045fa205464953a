import type { Revocation } from './revocation.ts';
import {
  authorityKeyIdentifier,
  type CertificateIssuer,
  ISSUER_ALGORITHM,
  wholeSeconds,
  x509,
} from './sign-certificate.ts';

/** RFC 5280 section 5.2.3 */
const CRL_NUMBER = '2.5.29.20';

/**
 * Makes and signs the list of what the CA has revoked (RFC 5280 section 5). Its number is the time it was made, in
 * milliseconds: higher on every later list, with nothing to remember.
 *
 * @returns DER
 */
export async function makeRevocationList(
  revocations: readonly Revocation[],
  authority: CertificateIssuer,
  { thisUpdate, nextUpdate }: { readonly thisUpdate: Date; readonly nextUpdate: Date },
): Promise<Buffer> {
  const list = await x509.X509CrlGenerator.create({
    issuer: [...authority.subject],
    thisUpdate: wholeSeconds(thisUpdate.getTime()),
    nextUpdate: wholeSeconds(nextUpdate.getTime()),
    entries: revocations.map(({ serial, revokedAt, reason }) => {
      const revocationDate = wholeSeconds(Date.parse(revokedAt));
      return {
        serialNumber: serial,
        revocationDate,
        // Said of each: the library would write an entry without extensions as one with none in its list, which RFC 5280 forbids.
        invalidity: revocationDate,
        // Unspecified is said by saying nothing (RFC 5280 section 5.3.1).
        ...(reason === 'unspecified' ? {} : { reason: x509.X509CrlReason[reason] }),
      };
    }),
    extensions: [
      await authorityKeyIdentifier(authority),
      new x509.Extension(CRL_NUMBER, false, derInteger(thisUpdate.getTime())),
    ],
    signingKey: authority.key.toCryptoKey(ISSUER_ALGORITHM, false, ['sign']),
    signingAlgorithm: ISSUER_ALGORITHM,
  });
  return Buffer.from(list.rawData);
}

/** @param value not negative */
function derInteger(value: number): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // A leading zero keeps the highest bit from being a sign.
  const content = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, content.length), content]);
}
