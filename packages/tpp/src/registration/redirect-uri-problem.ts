import { isLocalhost } from '../wire/localhost.ts';

/** Redirect URIs one registration may have. */
export const MAX_REDIRECT_URIS = 20;

/**
 * What is wrong with a redirect URI: it is https, or http on this machine (RFC 8252 section 7.3), and names one address exactly.
 *
 * @returns the problem in words, or `undefined`
 */
export function redirectUriProblem(uri: unknown): string | undefined {
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  if (url === null) return 'is not a URL';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocalhost(url))) {
    return 'is neither https nor http on localhost';
  }
  if (url.username !== '' || url.password !== '') return 'holds a user name or a password';
  if (String(uri).includes('#')) return 'has a fragment';
  if (String(uri).includes('*')) return 'has a wildcard';
  return undefined;
}
