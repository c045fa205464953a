import { TppError } from './tpp-error.ts';

/** The parameters of an authorization response (RFC 6749 section 4.1.2, RFC 9207, OpenID Connect Core section 3.3.2.5). */
const NAMES = ['code', 'state', 'iss', 'id_token', 'error', 'error_description', 'error_uri', 'session_state'] as const;

type CallbackParameters = { readonly [Name in (typeof NAMES)[number]]?: string };

/** Longer than any response with an ID token. */
const MAX_URL_LENGTH = 32_768;

/**
 * Reads the parameters from query and fragment. A parameter that comes twice, even once in each, is refused: two readers could choose
 * different ones (RFC 6749 section 3.1). What is none of these belongs to the redirect URI itself.
 *
 * @param callbackUrl absolute, or relative to `redirectUri`
 * @throws TppError CALLBACK_MALFORMED
 */
export function readCallbackParameters(callbackUrl: string, redirectUri: string): CallbackParameters {
  const url = callbackUrl.length <= MAX_URL_LENGTH ? URL.parse(callbackUrl, redirectUri) : null;
  if (url === null) throw new TppError('CALLBACK_MALFORMED', { detail: 'it is not a URL, or too long' });
  const given = [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))];
  const parameters: Record<string, string> = {};
  for (const name of NAMES) {
    const [value, ...others] = given.filter(([each]) => each === name).map(([, each]) => each);
    if (others.length > 0) throw new TppError('CALLBACK_MALFORMED', { detail: `the parameter ${name} comes twice` });
    if (value !== undefined) parameters[name] = value;
  }
  return parameters;
}
