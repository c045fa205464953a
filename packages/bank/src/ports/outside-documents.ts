/** How far one document is waited for and read. */
export interface FetchLimits {
  /** A larger document is refused; no more of it is read. */
  readonly maxBytes: number;
  /** From the first look-up of the name to the last byte. 5 s by default. */
  readonly timeoutMs?: number;
  /** Plain http is let through only where what is fetched carries a signature of its own. `false` by default. */
  readonly plainHttp?: boolean;
}

/**
 * Why a document was not fetched:
 * - `url-forbidden`: the URL itself breaks a rule; nothing was looked up
 * - `address-forbidden`: its host leads to no public address; no connection was attempted
 * - `unreachable`: no connection, or no answer that can be read
 * - `redirected`: the answer points elsewhere, which is never followed
 * - `not-found`: the answer is 404 or 410: there is no such document
 * - `failed`: the answer's status is any other but 200
 * - `too-large`, `too-slow`: a limit was passed
 * - `encoded`: the answer is compressed, which was not asked for
 */
export type FetchRefusalCode =
  | 'url-forbidden'
  | 'address-forbidden'
  | 'unreachable'
  | 'redirected'
  | 'not-found'
  | 'failed'
  | 'too-large'
  | 'too-slow'
  | 'encoded';

/** A document could not be had. The message may be shown to whoever gave the URL: it names no address of our network. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused';
  readonly code: FetchRefusalCode;

  constructor(code: FetchRefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Documents at URLs that strangers give us: key sets of TPPs, revocation lists named in certificates. */
export interface OutsideDocuments {
  /**
   * Fetches one, in one request that follows nothing.
   *
   * @throws FetchRefused and nothing else
   */
  fetch(url: string, limits: FetchLimits): Promise<Uint8Array>;
}
