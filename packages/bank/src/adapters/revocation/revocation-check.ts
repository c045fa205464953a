import type { CertificateRefusal, PaymentCertificate, RevocationList } from '@lupa/certificates';
import type { RevocationSource } from './revocation-source.ts';

/** Where the lists that speak of a certificate are. */
export interface SourcesOfCertificate {
  /** Those the operator configured. */
  readonly configured: readonly RevocationSource[];
  /** Those the certificate itself names: each alone is the whole list (RFC 5280 section 4.2.1.13). */
  readonly named: readonly RevocationSource[];
}

/** Whether one certificate is revoked by its issuer. */
export class RevocationCheck {
  readonly #configured: readonly Reading[];
  readonly #named: readonly Reading[];

  constructor(certificate: PaymentCertificate, { configured, named }: SourcesOfCertificate) {
    this.#configured = configured.map((source) => new Reading(certificate, source));
    this.#named = named.map((source) => new Reading(certificate, source));
  }

  /** @param nowMs asked again after a wait: time has passed */
  settle(nowMs: () => number): Promise<void> | undefined {
    const waiting = settleAll(this.#configured, nowMs());
    return waiting === undefined ? this.#settleNamed(nowMs()) : waiting.then(() => this.#settleNamed(nowMs()));
  }

  /** @returns why the certificate is not taken now; undefined when a list that serves says nothing against it */
  judge(nowMs: number): CertificateRefusal | undefined {
    const readings = isAnyUsable(this.#configured, nowMs) ? this.#configured : this.#named;
    let isKnown = false;
    for (const reading of readings) {
      const revoked = reading.revoked();
      if (revoked !== undefined) return revokedSince(revoked);
      isKnown ||= reading.isUsable(nowMs);
    }
    return isKnown ? undefined : unknown([...this.#configured, ...this.#named]);
  }

  /** What the certificate names is asked only where the operator has nothing that serves. */
  #settleNamed(nowMs: number): Promise<void> | undefined {
    return isAnyUsable(this.#configured, nowMs) ? undefined : settleAll(this.#named, nowMs);
  }
}

/** What the list of one source says of one certificate: looked up once for each list. */
class Reading {
  readonly source: RevocationSource;
  readonly #certificate: PaymentCertificate;
  #list: RevocationList | undefined;
  #covers = false;
  #revoked: Date | undefined;

  constructor(certificate: PaymentCertificate, source: RevocationSource) {
    this.#certificate = certificate;
    this.source = source;
  }

  isUsable(nowMs: number): boolean {
    this.#look();
    return this.#covers && this.source.isUsable(nowMs);
  }

  revoked(): Date | undefined {
    this.#look();
    return this.#revoked;
  }

  #look(): void {
    const { list } = this.source;
    if (list === this.#list) return;
    this.#list = list;
    this.#covers = list?.covers(this.#certificate) === true;
    this.#revoked = this.#covers ? list?.revoked.get(this.#certificate.serial) : undefined;
  }
}

function settleAll(readings: readonly Reading[], nowMs: number): Promise<void> | undefined {
  let waiting: Promise<void>[] | undefined;
  for (const { source } of readings) {
    const promise = source.settle(nowMs);
    if (promise !== undefined) waiting = [...(waiting ?? []), promise];
  }
  return waiting && Promise.all(waiting).then(() => undefined);
}

function isAnyUsable(readings: readonly Reading[], nowMs: number): boolean {
  for (const reading of readings) if (reading.isUsable(nowMs)) return true;
  return false;
}

function revokedSince(revoked: Date): CertificateRefusal {
  const message = `The certificate was revoked by its issuer at ${instant(revoked)}. Present another one, or have a new one issued.`;
  return { code: 'revoked', message };
}

/** Nothing of where the operator's lists are, and no address: the reader is the one who calls. */
function unknown(readings: readonly Reading[]): CertificateRefusal {
  if (readings.length === 0) {
    const message =
      'Whether the certificate is revoked cannot be told: it names no revocation list (CRL distribution point, by http or https), and the bank has none of its issuer. Present one that names a list.';
    return { code: 'revocation-unknown', message };
  }
  const had = readings.flatMap(({ source }) => source.lastGood?.getTime() ?? []);
  const last =
    had.length === 0 ? 'could never be had' : `was last had at ${instant(new Date(Math.max(...had)))}, too long ago`;
  const message = `Whether the certificate is revoked cannot be told: the revocation list of its issuer ${last}. Try again in a minute; if it persists, tell the issuer and the bank.`;
  return { code: 'revocation-unknown', message };
}

function instant(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
