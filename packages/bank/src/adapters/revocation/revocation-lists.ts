import { MAX_REVOCATION_LIST_BYTES, type PaymentCertificate } from '@lupa/certificates';
import type { Clock } from '../../ports/clock.ts';
import type { OutsideDocuments } from '../../ports/outside-documents.ts';
import type { RevocationListStore } from '../../ports/revocation-list-store.ts';
import { guardedFetch } from '../guarded-fetch.ts';
import { RevocationCheck } from './revocation-check.ts';
import { type RevocationSettings, revocationTimes } from './revocation-settings.ts';
import { RevocationSource, type SourceParts } from './revocation-source.ts';

/** A list nobody has asked for this long is no longer fetched; who asks then waits for it once. */
const UNWANTED_MS = 10 * 60_000;

export interface RevocationListsOptions {
  readonly settings?: RevocationSettings | undefined;
  readonly store: RevocationListStore;
  readonly clock: Clock;
  readonly failed: SourceParts['failed'];
}

/** The revocation lists of every issuer the bank has to do with, each renewed in the background while somebody wants it. */
export class RevocationLists {
  readonly refreshSeconds: number;
  readonly #operators: readonly string[];
  readonly #named: SourceParts;
  readonly #configured: SourceParts;
  readonly #clock: Clock;
  readonly #sources = new Map<string, RevocationSource>();

  constructor({ settings = {}, store, clock, failed }: RevocationListsOptions) {
    const { refreshSeconds, graceSeconds } = revocationTimes(settings);
    this.refreshSeconds = refreshSeconds;
    const parts = { store, clock, failed, graceMs: graceSeconds * 1_000 };
    this.#named = {
      ...parts,
      isForAnyIssuer: false,
      fetch: fetchList(guardedFetch({ exceptions: settings.exceptions ?? [] })),
    };
    // The operator's own word needs no guard; the limits of size and time hold all the same.
    this.#configured = { ...parts, isForAnyIssuer: true, fetch: fetchList(guardedFetch({ isAllowed: () => true })) };
    this.#operators = (settings.lists ?? []).map(({ url }) => url);
    this.#clock = clock;
  }

  /** What tells whether `certificate` was revoked by `issuer`, which was found to have signed it. */
  checkOf(certificate: PaymentCertificate, issuer: PaymentCertificate): RevocationCheck {
    return new RevocationCheck(certificate, {
      configured: this.#operators.map((url) => this.#source('operator', url, issuer, this.#configured)),
      named: certificate.crlUrls.map((url) => this.#source('named', url, issuer, this.#named)),
    });
  }

  /** Renews every list that anybody still wants. Never rejects. */
  async refresh(): Promise<void> {
    const now = this.#clock.now().getTime();
    const wanted = [...this.#sources.values()].filter((source) => Math.abs(now - source.wantedAt) <= UNWANTED_MS);
    await Promise.all(wanted.map((source) => source.renew()));
  }

  /** Resolves when nothing is being fetched or stored any more. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.settled()));
  }

  #source(kind: 'operator' | 'named', url: string, issuer: PaymentCertificate, parts: SourceParts): RevocationSource {
    const key = `${kind} ${issuer.thumbprint} ${url}`;
    let source = this.#sources.get(key);
    if (source === undefined) {
      source = new RevocationSource(url, issuer, parts);
      this.#sources.set(key, source);
    }
    return source;
  }
}

/** Of any number who ask for one URL at once only the first one's request is sent. */
function fetchList(documents: OutsideDocuments): (url: string) => Promise<Uint8Array> {
  const underWay = new Map<string, Promise<Uint8Array>>();
  return (url) => {
    const sent = underWay.get(url);
    if (sent !== undefined) return sent;
    const fetched = documents
      .fetch(url, { maxBytes: MAX_REVOCATION_LIST_BYTES, plainHttp: true })
      .finally(() => underWay.delete(url));
    underWay.set(url, fetched);
    return fetched;
  };
}
