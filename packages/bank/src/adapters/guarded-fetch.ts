import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { FetchRefused, type OutsideDocuments } from '../ports/outside-documents.ts';
import { boundedGet, hostOf } from './bounded-get.ts';
import { isPublicAddress } from './public-addresses.ts';

const TIMEOUT_MS = 5_000;

/** Longer than any real one. */
const MAX_URL_CHARACTERS = 2_048;

/** A host with more addresses than this is tried no further. */
const ADDRESSES_TRIED = 3;

/** Somewhere that may be fetched from although it is not public: the sandbox's own key server (contract §10). */
export interface FetchException {
  /** Exactly as `URL.origin` spells it: `http://localhost:8080`. */
  readonly origin: string;
  /** The whole of the path a URL must begin with, from slash to slash. */
  readonly pathPrefix: string;
  /** PEM: the issuer of its certificate, where it has one that the system does not trust. */
  readonly ca?: string;
}

export interface GuardedFetchOptions {
  readonly exceptions?: readonly FetchException[];
  /** PEM: issuers trusted for every host, instead of the system's. */
  readonly ca?: string;
  /** All addresses of a host name; the operating system's by default. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Which addresses may be connected to; `isPublicAddress` by default. */
  readonly isAllowed?: (address: string) => boolean;
}

/**
 * The one way in which the bank fetches a URL somebody else gave it, made so that it is no way into the bank's own network
 * (contract §10). https alone, unless the caller says otherwise; no credentials in the URL; the name is looked up once, every
 * address it has must be public, and the connection goes to an address that was checked, never to the name; no redirect; a
 * bounded number of bytes in a bounded time.
 *
 * Whether a name does not exist or leads inside is told in the same words, so that nobody can ask us for names of our network.
 */
export function guardedFetch(options: GuardedFetchOptions = {}): OutsideDocuments {
  const { exceptions = [], ca, resolve = systemAddresses, isAllowed = isPublicAddress } = options;

  async function allowedAddresses(url: URL): Promise<readonly string[]> {
    const host = hostOf(url);
    const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
    if (addresses.length === 0 || !addresses.every(isAllowed)) {
      throw new FetchRefused(
        'address-forbidden',
        'its host leads to no public address: it must be reachable from the public internet, and all its addresses public',
      );
    }
    return addresses.slice(0, ADDRESSES_TRIED);
  }

  return {
    fetch: async (text, { maxBytes, timeoutMs = TIMEOUT_MS, plainHttp = false }) => {
      const url = parseUrl(text);
      const exception = exceptions.find((each) => isExcepted(url, each));
      if (exception === undefined && url.protocol !== 'https:' && !plainHttp) {
        throw new FetchRefused('url-forbidden', 'it must begin with https://');
      }
      return withinTime(timeoutMs, async (signal) => {
        const addresses = exception === undefined ? await allowedAddresses(url) : [...(await resolve(hostOf(url)))];
        signal.throwIfAborted();
        return firstAnswer(addresses, (address) =>
          boundedGet({ url, address, maxBytes, signal, ca: exception?.ca ?? ca }),
        );
      });
    },
  };
}

function parseUrl(text: string): URL {
  const url = text.length > MAX_URL_CHARACTERS ? null : URL.parse(text);
  if (url === null) throw new FetchRefused('url-forbidden', 'it is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new FetchRefused('url-forbidden', 'it must begin with https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new FetchRefused('url-forbidden', 'it must not hold a user name or password');
  }
  if (url.port === '0') throw new FetchRefused('url-forbidden', 'its port must not be 0');
  return url;
}

/** `URL` has resolved dots by now; a path that still hides something behind a percent sign is no exception. */
function isExcepted({ origin, pathname }: URL, exception: FetchException): boolean {
  return origin === exception.origin && pathname.startsWith(exception.pathPrefix) && !/[%\\]/.test(pathname);
}

async function systemAddresses(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}

/** The addresses one after the other, until one can be reached. An answer that was refused is an answer. */
async function firstAnswer(
  addresses: readonly string[],
  get: (address: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  let last: unknown = new FetchRefused('unreachable', 'its host has no address');
  for (const address of addresses) {
    try {
      return await get(address);
    } catch (error) {
      last = error;
      if (!(error instanceof FetchRefused) || error.code !== 'unreachable') break;
    }
  }
  throw last;
}

/** Gives up at the deadline whatever is under way, a look-up that cannot be ended included. */
async function withinTime<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const late = new FetchRefused('too-slow', `it did not answer whole within ${timeoutMs / 1000} seconds`);
  const timer = setTimeout(() => deadline.abort(late), timeoutMs);
  const passed = new Promise<never>((_resolve, reject) => {
    deadline.signal.addEventListener('abort', () => reject(late), { once: true });
  });
  try {
    return await Promise.race([work(deadline.signal), passed]);
  } catch (error) {
    if (error instanceof FetchRefused) throw error;
    throw new FetchRefused('unreachable', 'no answer could be had');
  } finally {
    clearTimeout(timer);
  }
}
