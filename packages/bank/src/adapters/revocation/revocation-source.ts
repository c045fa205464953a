import { hash } from 'node:crypto';
import { CertificateError, type PaymentCertificate, type RevocationList, readRevocationList } from '@lupa/certificates';
import type { Clock } from '../../ports/clock.ts';
import { FetchRefused } from '../../ports/outside-documents.ts';
import type { RevocationListStore } from '../../ports/revocation-list-store.ts';
import { withinMilliseconds } from './within-milliseconds.ts';

/** What a source works with. */
export interface SourceParts {
  /** @throws FetchRefused */
  readonly fetch: (url: string) => Promise<Uint8Array>;
  readonly store: RevocationListStore;
  readonly clock: Clock;
  readonly graceMs: number;
  /** One list is tried for every issuer, where it does not say whose it is: that of another one is then no fault. */
  readonly isForAnyIssuer: boolean;
  /** Told when the list cannot be had, in words, and with the cause where that is a fault of ours; once until it can again. */
  readonly failed: (url: string, why: string, cause?: unknown) => void;
}

/** What another process fetched this recently need not be fetched again. */
const SHARED_MS = 10_000;

/** A verdict never rests on a list that nobody has tried to renew for longer than this. */
const UNTRIED_MS = 60_000;

/** The store is no reason to keep a call waiting: it only remembers. */
const STORE_PATIENCE_MS = 2_000;

/** Clocks of two processes differ a little; a time further ahead than this means that our clock was set back. */
const CLOCK_TOLERANCE_MS = 60_000;

/** One place where the revocation list of one issuer is published, and the last good list from there. */
export class RevocationSource {
  readonly url: string;
  readonly #issuer: PaymentCertificate;
  readonly #listId: string;
  readonly #parts: SourceParts;
  #list: RevocationList | undefined;
  #digest: Buffer | undefined;
  /** When the list was last known to be the newest, in milliseconds. */
  #goodAt = Number.NEGATIVE_INFINITY;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #attempt: Promise<void> | undefined;
  #keeping: Promise<void> | undefined;
  #problem: string | undefined;
  /** When somebody last asked, in milliseconds. */
  wantedAt = Number.NEGATIVE_INFINITY;

  constructor(url: string, issuer: PaymentCertificate, parts: SourceParts) {
    this.url = url;
    this.#issuer = issuer;
    this.#listId = `${issuerId(issuer)} ${hash('sha256', url, 'base64url')}`;
    this.#parts = parts;
  }

  /** Whether the last good list still serves. */
  isUsable(nowMs: number): boolean {
    return nowMs - this.#goodAt <= this.#parts.graceMs && this.#goodAt - nowMs <= CLOCK_TOLERANCE_MS;
  }

  /** The last good list, whether it still serves or not. */
  get list(): RevocationList | undefined {
    return this.#list;
  }

  /** Until when the list was known to be good; undefined when no list was ever had. */
  get lastGood(): Date | undefined {
    return this.#list === undefined ? undefined : new Date(this.#goodAt);
  }

  /** What must be waited for before this source is asked: a list that was never had, or that nobody has renewed for a minute. */
  settle(nowMs: number): Promise<void> | undefined {
    this.wantedAt = nowMs;
    const isDue = nowMs - this.#attemptedAt > UNTRIED_MS || this.#attemptedAt - nowMs > CLOCK_TOLERANCE_MS;
    if (isDue) return this.renew();
    return this.#attempt !== undefined && !this.isUsable(nowMs) ? this.#attempt : undefined;
  }

  /** Fetches the list anew; whoever asks meanwhile waits for the same fetch. Never rejects. */
  renew(): Promise<void> {
    this.#attempt ??= this.#renew().finally(() => {
      this.#attempt = undefined;
    });
    return this.#attempt;
  }

  /** Resolves when nothing is being fetched or stored any more. Never rejects. */
  async settled(): Promise<void> {
    await this.#attempt;
    await this.#keeping;
  }

  async #renew(): Promise<void> {
    const startedMs = this.#parts.clock.now().getTime();
    this.#attemptedAt = startedMs;
    if (await this.#takeStored(startedMs)) return this.#succeeded();
    try {
      const bytes = await this.#parts.fetch(this.url);
      const digest = hash('sha256', bytes, 'buffer');
      this.#take(bytes, digest, startedMs);
      this.#succeeded();
      this.#keep(bytes, digest, startedMs);
    } catch (error) {
      this.#failedBecause(error);
    }
  }

  /** Takes over what another process, or this one before it was restarted, has fetched. @returns whether that is recent enough */
  async #takeStored(nowMs: number): Promise<boolean> {
    const { store } = this.#parts;
    try {
      const stored = await withinMilliseconds(STORE_PATIENCE_MS, store.find(this.#listId));
      if (stored === undefined) return false;
      const fetchedMs = stored.fetched.getTime();
      if (fetchedMs <= this.#goodAt || fetchedMs - nowMs > CLOCK_TOLERANCE_MS) return false;
      if (this.#digest?.equals(stored.digest)) {
        this.#take(undefined, this.#digest, fetchedMs);
      } else {
        const bytes = await withinMilliseconds(STORE_PATIENCE_MS, store.read(this.#listId));
        if (bytes !== undefined) this.#take(bytes, hash('sha256', bytes, 'buffer'), fetchedMs);
      }
      return nowMs - fetchedMs <= SHARED_MS && this.isUsable(nowMs);
    } catch {
      // The list itself is fetched in any case; a store that is away is told of by everything else that needs it.
      return false;
    }
  }

  /**
   * @param bytes the list; what is known by its digest is not read again
   * @throws UnfitList, CertificateError
   */
  #take(bytes: Uint8Array | undefined, digest: Buffer, fetchedMs: number): void {
    const list = bytes === undefined || this.#digest?.equals(digest) ? this.#list : this.#verified(bytes);
    if (list?.nextUpdate === undefined) throw new UnfitList('it does not say when the next one comes (nextUpdate)');
    this.#list = list;
    this.#digest = digest;
    this.#goodAt = Math.min(fetchedMs, list.nextUpdate.getTime());
    if (list.nextUpdate.getTime() < fetchedMs) {
      throw new UnfitList(`it ended at ${list.nextUpdate.toISOString()} and its issuer has published no newer one`);
    }
  }

  #verified(der: Uint8Array): RevocationList {
    const list = readRevocationList(der);
    if (!list.isSignedBy(this.#issuer)) {
      const isOfAnother = Buffer.compare(list.issuerDer, this.#issuer.subjectDer) !== 0;
      throw new UnfitList('it is not signed by the issuer of the certificate', isOfAnother);
    }
    if (this.#list !== undefined && !this.#isFromTheFuture(this.#list) && isOlder(list, this.#list)) {
      throw new UnfitList(
        `it is of ${list.thisUpdate.toISOString()} and so older than the one the bank has, of ${this.#list.thisUpdate.toISOString()}`,
      );
    }
    return list;
  }

  /** Only a clock that was set back explains a list of tomorrow; what is published now need not be later than that. */
  #isFromTheFuture({ thisUpdate }: RevocationList): boolean {
    return thisUpdate.getTime() - this.#parts.clock.now().getTime() > CLOCK_TOLERANCE_MS;
  }

  /** Remembers the list for a restart and for the other processes; nobody waits for it. */
  #keep(der: Uint8Array, digest: Buffer, fetchedMs: number): void {
    const { store, failed } = this.#parts;
    const [listId, thisUpdate, fetched] = [this.#listId, this.#list?.thisUpdate, new Date(fetchedMs)];
    if (thisUpdate === undefined) return;
    const keep = async () => {
      const stored = await store.find(listId);
      if (stored !== undefined && digest.equals(stored.digest)) await store.confirm(listId, digest, fetched);
      else await store.save({ listId, url: this.url, digest, der, thisUpdate, fetched });
    };
    this.#keeping = keep().catch((cause) => failed(this.url, 'it was fetched, but could not be stored', cause));
  }

  #succeeded(): void {
    this.#problem = undefined;
  }

  #failedBecause(error: unknown): void {
    const isTold = error instanceof FetchRefused || error instanceof CertificateError || error instanceof UnfitList;
    const why = isTold ? error.message : 'the bank failed to read it';
    const isNoFault = error instanceof UnfitList && error.isOfAnother && this.#parts.isForAnyIssuer;
    if (why !== this.#problem && !isNoFault) this.#parts.failed(this.url, why, isTold ? undefined : error);
    this.#problem = why;
  }
}

/** A list that was had, and is not to be relied on. */
class UnfitList extends Error {
  override readonly name = 'UnfitList';
  readonly isOfAnother: boolean;

  constructor(message: string, isOfAnother = false) {
    super(message);
    this.isOfAnother = isOfAnother;
  }
}

/** An issuer numbers its lists and dates them, and neither ever goes back (RFC 5280 section 5.2.3). */
function isOlder(list: RevocationList, than: RevocationList): boolean {
  if (list.thisUpdate < than.thisUpdate) return true;
  return list.number !== undefined && than.number !== undefined && list.number < than.number;
}

/** An issuer is a name with a key: its certificate may be renewed. */
function issuerId({ subjectDer, publicKey }: PaymentCertificate): string {
  return hash('sha256', Buffer.concat([subjectDer, publicKey.export({ type: 'spki', format: 'der' })]), 'base64url');
}
