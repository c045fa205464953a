import { type FindKey, type JwkSet, keyFinder, LupaError, parseJwkSet } from '@lupa/protocol';
import type { Deadline } from './deadline.ts';
import { TppError } from './tpp-error.ts';
import { fetchJson } from './wire/fetch-json.ts';
import type { Line } from './wire/line.ts';

/** Unknown kids are the sender's choice; they must not make us hammer the bank. */
const MIN_REFETCH_INTERVAL_MS = 60_000;

/** Keys are asked for again this often, beside the calls that use them. */
const REFRESH_AFTER_MS = 3_600_000;

/** While the bank's key host is down, its last keys serve this long. */
const MAX_AGE_MS = 24 * 3_600_000;

/** A key set of the bank: fetched once, refreshed every hour, and fetched again when a key is missing, at most once a minute. */
export class KeySource {
  readonly #line: Line;
  readonly #url: string;
  #keys: JwkSet | undefined;
  #fetchedAtMs = 0;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #refetchedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<JwkSet> | undefined;

  constructor(line: Line, url: string) {
    this.#line = line;
    this.#url = url;
  }

  /** Sees to it that there are keys, before something is done whose answer could not be verified. @throws TppError KEYS_UNAVAILABLE */
  async load(deadline: Deadline): Promise<JwkSet> {
    const ageMs = this.#line.clock.monotonicMs() - this.#fetchedAtMs;
    if (this.#keys === undefined || ageMs >= MAX_AGE_MS) return deadline.share(this.#fetch());
    // The failure of a refresh matters to nobody yet: the old keys serve on.
    if (ageMs >= REFRESH_AFTER_MS) this.#refresh();
    return this.#keys;
  }

  /**
   * Verifies with the keys at hand and, when the bank has signed with one that is not among them, once more with its keys of now.
   *
   * @param work throws LupaError SIGNATURE_KEY_UNKNOWN when it does not find its key
   * @throws TppError KEYS_UNAVAILABLE, and what `work` throws
   */
  async verify<T>(work: (findKey: FindKey) => T, deadline: Deadline): Promise<T> {
    const keys = await this.load(deadline);
    try {
      return work(keyFinder(keys));
    } catch (error) {
      if (!(error instanceof LupaError) || error.code !== 'SIGNATURE_KEY_UNKNOWN') throw error;
      const renewed = await this.#refetch(deadline);
      if (renewed === undefined) throw error;
      return work(keyFinder(renewed));
    }
  }

  /** Counted apart from `#refetch`: a refresh just before the bank changes its keys must not keep us from asking for the new ones. */
  #refresh(): void {
    const now = this.#line.clock.monotonicMs();
    if (now - this.#refreshedAtMs < MIN_REFETCH_INTERVAL_MS) return;
    this.#refreshedAtMs = now;
    this.#fetch().catch(() => {});
  }

  /** `undefined` when it is too early to ask again; whoever comes while others ask waits with them. */
  async #refetch(deadline: Deadline): Promise<JwkSet | undefined> {
    if (this.#fetching === undefined && !this.#mayRefetch()) return undefined;
    return deadline.share(this.#fetch());
  }

  #mayRefetch(): boolean {
    const now = this.#line.clock.monotonicMs();
    if (now - this.#refetchedAtMs < MIN_REFETCH_INTERVAL_MS) return false;
    this.#refetchedAtMs = now;
    return true;
  }

  #fetch(): Promise<JwkSet> {
    this.#fetching ??= this.#fetchNow().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  /** Bounded by its own deadline, for many calls may wait for it. */
  async #fetchNow(): Promise<JwkSet> {
    try {
      this.#keys = parseJwkSet(await fetchJson(this.#line, 'keys', this.#url, this.#line.deadline({})));
      this.#fetchedAtMs = this.#line.clock.monotonicMs();
      return this.#keys;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : undefined;
      throw new TppError('KEYS_UNAVAILABLE', { cause, detail });
    }
  }
}
