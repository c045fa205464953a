/** Redirect URIs one client may have (D). */
export const MAX_REDIRECT_URIS = 20;

const MAX_CHARACTERS = 2_048;

/** Where plain http never leaves the customer's own machine (RFC 8252 section 7.3). */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What a URI consists of (RFC 3986 section 2): a text of anything else would be read differently by different programs. */
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;

/**
 * What is wrong with a redirect URI (contract §10, RFC 9700 section 4.1): it is https, or http on the customer's own machine, and
 * names one address exactly.
 *
 * @returns the problem in words that go on from the URI, or `undefined`
 */
export function redirectUriProblem(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri.length > MAX_CHARACTERS || !URI_CHARACTERS.test(uri)) return 'is not a URL';
  const url = URL.parse(uri);
  if (url === null) return 'is not a URL';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) {
    return 'is neither https nor http on localhost';
  }
  if (!/^https?:\/\/[^/]/i.test(uri)) return 'is not a URL';
  if (url.username !== '' || url.password !== '' || /^[^/?#]*\/\/[^/?#]*@/.test(uri)) {
    return 'holds a user name or a password';
  }
  if (uri.includes('#')) return 'has a fragment';
  if (uri.includes('*')) return 'has a wildcard';
  return undefined;
}
