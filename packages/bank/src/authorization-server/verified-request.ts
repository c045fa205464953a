import { UnsecuredJWT } from 'jose';
import type Provider from 'oidc-provider';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { VerifiedAuthorizationRequest } from '../operations/verify-authorization-request.ts';

/** RFC 9126 section 2.2 */
const REQUEST_URI_PREFIX = 'urn:ietf:params:oauth:request_uri:';

const HAND_OVER_SECONDS = 60;

/**
 * Hands a request we verified to the library as one that was pushed (RFC 9126), which it trusts without looking at a signature: the
 * rules of contract §3 are ours, its own would refuse the contract's `aud`. Only what the library needs goes along.
 *
 * @returns the query to continue with, and what to do when the request is over
 */
export async function pushVerifiedRequest(
  provider: Provider,
  { client, claims, payload }: VerifiedAuthorizationRequest,
  uiLocales: string | undefined,
): Promise<{ query: string; forget: () => Promise<void> }> {
  const { code_challenge: challenge, code_challenge_method: method } = payload;
  const parameters = {
    client_id: client.clientId,
    response_type: claims.responseType,
    redirect_uri: claims.redirectUri,
    scope: claims.scope,
    state: claims.state,
    nonce: claims.nonce,
    authorizationId: claims.authorizationId,
    ...(uiLocales === undefined ? {} : { ui_locales: uiLocales }),
    ...(typeof challenge === 'string' ? { code_challenge: challenge } : {}),
    ...(typeof method === 'string' ? { code_challenge_method: method } : {}),
  };
  const request = new UnsecuredJWT(parameters).setIssuer(client.clientId).setAudience(provider.issuer).encode();
  const pushed = new provider.PushedAuthorizationRequest({ request, trusted: Object.keys(parameters) } as never);
  const id = await pushed.save(HAND_OVER_SECONDS);
  const query = new URLSearchParams({ client_id: client.clientId, request_uri: `${REQUEST_URI_PREFIX}${id}` });
  return { query: query.toString(), forget: () => pushed.destroy() };
}

/**
 * Keeps such requests for the moment between pushing and continuing, which is one request in one process. Each is given out once, so
 * no `request_uri` is ever good for a browser.
 */
export function verifiedRequestAdapter(): Adapter {
  const waiting = new Map<string, AdapterPayload>();
  const never = async (): Promise<never> => {
    throw new Error('a pushed request has no other key than its id');
  };
  return {
    async upsert(id: string, payload: AdapterPayload): Promise<void> {
      waiting.set(id, payload);
    },
    async find(id: string): Promise<AdapterPayload | undefined> {
      const payload = waiting.get(id);
      waiting.delete(id);
      return payload;
    },
    async consume(): Promise<void> {},
    async destroy(id: string): Promise<void> {
      waiting.delete(id);
    },
    findByUid: never,
    findByUserCode: never,
    revokeByGrantId: never,
  };
}
