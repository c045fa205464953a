import type { OuterParameters } from './authorization-request.ts';

/** Where the TPP is told that its authorization request failed. */
export interface ErrorAddress {
  readonly redirectUri: string;
  /** The fragment wherever an ID token was asked for, as the answer itself would be (contract §3). */
  readonly responseMode: 'query' | 'fragment';
  readonly state: string | undefined;
}

/** What is echoed of a request that may be nonsense. */
const MAX_STATE_LENGTH = 512;

/**
 * Finds where a refused request is answered. The redirect URI counts as proven when it is exactly one that the known client
 * registered, whether or not the signature held: the answer then can only reach that client, and says nothing but that its
 * request failed (RFC 6749 section 4.1.2.1).
 *
 * @param client the client that `client_id` names, if any
 * @param unverified the payload of the request object as it came, which nobody has vouched for
 * @returns undefined when the answer must stay with us, as a page
 */
export function findErrorAddress(
  client: { readonly redirectUris: readonly string[] } | undefined,
  outer: OuterParameters,
  unverified: Readonly<Record<string, unknown>>,
): ErrorAddress | undefined {
  const asked = (name: string) => (typeof unverified[name] === 'string' ? unverified[name] : outer[name]);
  const redirectUri = asked('redirect_uri');
  if (client === undefined || redirectUri === undefined || !client.redirectUris.includes(redirectUri)) return undefined;
  const state = asked('state');
  return {
    redirectUri,
    responseMode: (asked('response_type') ?? '').split(' ').includes('id_token') ? 'fragment' : 'query',
    state: state !== undefined && state.length <= MAX_STATE_LENGTH ? state : undefined,
  };
}
