import { hash } from 'node:crypto';
import {
  CertificateError,
  type CertificateRefusal,
  judgeCertificate,
  type PaymentCertificate,
  readCertificate,
  type TrustAnchors,
} from '@lupa/certificates';
import type {
  CertificateQuestion,
  CertificateTrust,
  KnownCertificate,
  PresentedCertificate,
} from '../ports/certificate-trust.ts';
import type { Clock } from '../ports/clock.ts';
import type { RevocationCheck } from './revocation/revocation-check.ts';
import type { RevocationLists } from './revocation/revocation-lists.ts';

/** Bounds the memory; a bank has far fewer TPPs. Who is forgotten is read once more. */
const MAX_KNOWN = 10_000;

/** A certificate whose way to an anchor was not found is not searched for again at every call. */
const REFUSAL_REMEMBERED_MS = 10_000;

export interface AnchoredTrustOptions {
  readonly anchors: TrustAnchors;
  readonly lists: RevocationLists;
  readonly clock: Clock;
}

/** Trusts what the configured anchors have issued, by their rules, as long as its issuers do not revoke it. */
export function anchoredTrust(options: AnchoredTrustOptions): CertificateTrust {
  const known = new Map<string, KnownCertificate>();
  return {
    know: ({ certificate, intermediates }: PresentedCertificate): KnownCertificate => {
      const thumbprint = hash('sha256', certificate, 'base64url');
      // What came along may have been missing the time before.
      const key =
        intermediates.length === 0
          ? thumbprint
          : `${thumbprint} ${hash('sha256', Buffer.concat(intermediates), 'base64url')}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      if (known.size >= MAX_KNOWN) known.clear();
      const read = readPresented(certificate);
      const made =
        'refusal' in read
          ? unreadable(thumbprint, read.refusal)
          : new AnchoredCertificate(read.certificate, intermediates.flatMap(readIntermediate), options);
      known.set(key, made);
      return made;
    },
  };
}

/** The way from a certificate to an anchor, as it was found. */
interface Way {
  readonly checks: readonly RevocationCheck[];
  /** While every authority on it is in time. */
  readonly fromMs: number;
  readonly untilMs: number;
}

class AnchoredCertificate implements KnownCertificate {
  readonly thumbprint: string;
  readonly certificate: PaymentCertificate;
  readonly #intermediates: readonly PaymentCertificate[];
  readonly #options: AnchoredTrustOptions;
  readonly #nowMs = () => this.#options.clock.now().getTime();
  #way: Way | undefined;
  #noWay: { readonly refusal: CertificateRefusal; readonly atMs: number } | undefined;

  constructor(
    certificate: PaymentCertificate,
    intermediates: readonly PaymentCertificate[],
    options: AnchoredTrustOptions,
  ) {
    this.certificate = certificate;
    this.thumbprint = certificate.thumbprint;
    this.#intermediates = intermediates;
    this.#options = options;
  }

  settle(): Promise<void> | undefined {
    const found = this.#findWay(this.#options.clock.now());
    if ('refusal' in found) return undefined;
    let waiting: Promise<void>[] | undefined;
    for (const check of found.checks) {
      const promise = check.settle(this.#nowMs);
      if (promise !== undefined) waiting = [...(waiting ?? []), promise];
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  judge({ use, organisationId }: CertificateQuestion): CertificateRefusal | undefined {
    const at = this.#options.clock.now();
    const found = this.#findWay(at);
    if ('refusal' in found) return found.refusal;
    const own = judgeCertificate(this.certificate, {
      use,
      at,
      ...(organisationId === undefined ? {} : { organisationId }),
    });
    if (own !== undefined) return own;
    for (const check of found.checks) {
      const refusal = check.judge(at.getTime());
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Signatures are verified once; from then on the way holds as long as every authority on it is in time. */
  #findWay(at: Date): Way | { readonly refusal: CertificateRefusal } {
    const atMs = at.getTime();
    if (this.#way !== undefined && atMs >= this.#way.fromMs && atMs <= this.#way.untilMs) return this.#way;
    if (this.#noWay !== undefined && Math.abs(atMs - this.#noWay.atMs) < REFUSAL_REMEMBERED_MS) return this.#noWay;
    const found = this.#options.anchors.chainOf(this.certificate, this.#intermediates, at);
    if ('refusal' in found) {
      this.#noWay = { refusal: found.refusal, atMs };
      return this.#noWay;
    }
    this.#way = {
      checks: this.#checksAlong(found.chain),
      fromMs: found.validFrom.getTime(),
      untilMs: found.validUntil.getTime(),
    };
    return this.#way;
  }

  /** @param chain the certificate first, the anchor last, which nobody can revoke */
  #checksAlong(chain: readonly PaymentCertificate[]): RevocationCheck[] {
    return chain.slice(0, -1).map((certificate, index) => {
      const issuer = chain[index + 1];
      if (issuer === undefined) throw new Error('every certificate but the last has its issuer behind it');
      return this.#options.lists.checkOf(certificate, issuer);
    });
  }
}

function readPresented(der: Uint8Array): { certificate: PaymentCertificate } | { refusal: CertificateRefusal } {
  try {
    return { certificate: readCertificate(der) };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const message = `The certificate cannot be read: ${error.message} Ask its issuer for one that is encoded rightly.`;
    return { refusal: { code: 'malformed', message } };
  }
}

/** What cannot be read leads nowhere. */
function readIntermediate(der: Uint8Array): PaymentCertificate[] {
  const read = readPresented(der);
  return 'certificate' in read ? [read.certificate] : [];
}

function unreadable(thumbprint: string, refusal: CertificateRefusal): KnownCertificate {
  return { thumbprint, certificate: undefined, settle: () => undefined, judge: () => refusal };
}
