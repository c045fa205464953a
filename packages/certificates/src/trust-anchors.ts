import { CertificateError } from './certificate-error.ts';
import type { CertificateRefusal } from './certificate-refusal.ts';
import { isStrongKey } from './key-strength.ts';
import type { PaymentCertificate } from './payment-certificate.ts';
import { quoted } from './quoted-name.ts';
import { readCertificates } from './read-pem.ts';

/** The certificate itself, four authorities below the anchor, and the anchor: twice what trust services have. */
const MAX_CHAIN_LENGTH = 6;

/** What a TLS client may send beside its own certificate, and be looked at. */
const MAX_INTERMEDIATES = 8;

/** From a certificate up to what is trusted. */
export interface CertificateChain {
  /** The certificate first, its trust anchor last. */
  readonly chain: readonly PaymentCertificate[];
  /** In which time all authorities of the chain are valid; the certificate itself is not counted. */
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/** A chain that is growing upwards. */
interface Path {
  readonly top: PaymentCertificate;
  readonly below: readonly PaymentCertificate[];
}

/** The authorities that a bank trusts to know payment service providers: roots, or intermediates under roots it does not. */
export class TrustAnchors {
  readonly anchors: readonly PaymentCertificate[];
  readonly #bySubject: ReadonlyMap<string, readonly PaymentCertificate[]>;

  private constructor(anchors: readonly PaymentCertificate[]) {
    this.anchors = anchors;
    this.#bySubject = Map.groupBy(anchors, ({ subjectDer }) => nameKey(subjectDer));
  }

  /**
   * @param pem a bundle of certificates, each of an authority
   * @throws CertificateError when it holds none, or one that is malformed or not an authority's
   */
  static fromPem(pem: string): TrustAnchors {
    const anchors = readCertificates(pem);
    const other = anchors.find(({ isAuthority, keyUsage }) => !isAuthority || keyUsage?.has('keyCertSign') === false);
    if (other !== undefined) {
      throw new CertificateError(
        `the certificate of ${quoted(other.subject)} is no authority's, so nothing it signed could be trusted.`,
      );
    }
    return new TrustAnchors(anchors);
  }

  /**
   * Finds the chain from a certificate up to an anchor. Names are compared byte by byte; of each authority is checked that
   * it is one (basic constraints, keyCertSign), the length of the path below it, its key, its time, and its signature. The
   * time of the certificate itself is `judgeCertificate`'s.
   *
   * Shortest chains are tried first and each authority is reached once, so that no set of intermediates costs more than
   * the square of its size.
   *
   * @param intermediates what came along with the certificate; nothing in it is believed. Of more than 8 the first 8 count
   */
  chainOf(
    certificate: PaymentCertificate,
    intermediates: readonly PaymentCertificate[],
    at: Date,
  ): CertificateChain | { readonly refusal: CertificateRefusal } {
    const unused = new Set(intermediates.slice(0, MAX_INTERMEDIATES));
    const problems: string[] = [];
    const paths: Path[] = [{ top: certificate, below: [] }];
    for (const path of paths) {
      if (path.below.length + 1 >= MAX_CHAIN_LENGTH) continue;
      const anchor = this.#issuersOf(path.top).find((issuer) => isIssuer(issuer, path, at, problems));
      if (anchor !== undefined) return chainFrom([...path.below, path.top, anchor]);
      for (const issuer of unused) {
        if (!isSame(issuer.subjectDer, path.top.issuerDer) || !isIssuer(issuer, path, at, problems)) continue;
        unused.delete(issuer);
        // It goes on from here: what was wrong with others of the name no longer matters.
        problems.length = 0;
        paths.push({ top: issuer, below: [...path.below, path.top] });
      }
    }
    const problem = problems.at(0) ?? unknownIssuer(paths.at(-1)?.top ?? certificate);
    return { refusal: { code: 'untrusted-issuer', message: problem } };
  }

  #issuersOf({ issuerDer }: PaymentCertificate): readonly PaymentCertificate[] {
    return this.#bySubject.get(nameKey(issuerDer)) ?? [];
  }
}

function isIssuer(issuer: PaymentCertificate, path: Path, at: Date, problems: string[]): boolean {
  const problem = issuerProblem(issuer, path, at);
  if (problem !== undefined) problems.push(problem);
  return problem === undefined;
}

/** Why this authority, whose name is right, does not vouch for the top of the path; the signature, which costs most, last. */
function issuerProblem(issuer: PaymentCertificate, { top, below }: Path, at: Date): string | undefined {
  const name = quoted(issuer.subject);
  if (!issuer.isAuthority || issuer.keyUsage?.has('keyCertSign') === false) {
    return `The certificate is signed by ${name}, whose own certificate does not let it sign others. Present one of an authority.`;
  }
  if (issuer.pathLength !== undefined && issuer.pathLength < below.length) {
    return `The issuer ${name} may have ${issuer.pathLength} authorities below it, and ${below.length} are. Present one of a shorter chain.`;
  }
  if (issuer.unknownCriticalExtensions.length > 0) {
    return `The issuer ${name} has the critical extension ${issuer.unknownCriticalExtensions[0]}, which is not known here. Present one of another issuer.`;
  }
  if (at.getTime() < issuer.notBefore.getTime() || at.getTime() > issuer.notAfter.getTime()) {
    return `The issuer ${name} is valid from ${issuer.notBefore.toISOString()} to ${issuer.notAfter.toISOString()} only. Present one of an issuer that is valid now.`;
  }
  if (!isStrongKey(issuer.key) || top.signatureHash === undefined) {
    return `What the issuer ${name} signed with is too weak to be believed. Present one signed with SHA-256 or better and a strong key.`;
  }
  if (!isSignedBy(top, issuer)) {
    return `The signature on the certificate is not that of ${name}, whose name it bears. Present it as its issuer gave it.`;
  }
  return undefined;
}

function isSignedBy(certificate: PaymentCertificate, issuer: PaymentCertificate): boolean {
  try {
    return certificate.x509.verify(issuer.publicKey);
  } catch {
    // OpenSSL throws where key and signature algorithm do not fit.
    return false;
  }
}

function unknownIssuer(top: PaymentCertificate): string {
  return (
    `The certificate leads to the issuer ${quoted(top.issuer)}, which is none of those that are trusted here. Present one ` +
    'of a trusted issuer, and send the certificates of the authorities in between along.'
  );
}

function chainFrom(chain: readonly PaymentCertificate[]): CertificateChain {
  const authorities = chain.slice(1);
  return {
    chain,
    validFrom: new Date(Math.max(...authorities.map(({ notBefore }) => notBefore.getTime()))),
    validUntil: new Date(Math.min(...authorities.map(({ notAfter }) => notAfter.getTime()))),
  };
}

function nameKey(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}
