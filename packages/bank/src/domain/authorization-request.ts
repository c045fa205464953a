import {
  type AuthorizationId,
  type AuthorizationStatus,
  type ClientId,
  checkRequestObjectTimes,
  type RequestObjectClaims,
} from '@lupa/protocol';

/** The fields of the URL or form around the request object, each at most once (contract §3). */
export type OuterParameters = Readonly<Record<string, string | undefined>>;

/** Why an authorization request is refused, as the TPP is told (contract §3). */
export interface AuthorizationRequestProblem {
  readonly error: 'invalid_request_object' | 'invalid_request' | 'invalid_scope' | 'unsupported_response_type';
  readonly description: string;
}

/** What the rules have to know beside the request. */
export interface AuthorizationRequestFacts {
  readonly outer: OuterParameters;
  readonly clientId: ClientId;
  /** What may stand in `aud`: the issuer, the API base address and the configured aliases. */
  readonly audiences: readonly string[];
  /** The authorization the claims name, whoever it belongs to; undefined when there is none. */
  readonly authorization:
    | { readonly authorizationId: AuthorizationId; readonly clientId: ClientId; readonly status: AuthorizationStatus }
    | undefined;
  readonly nowSeconds: number;
}

/**
 * Judges the claims of a request object whose signature and shape are right, in the order of contract §3's table. What is left
 * for the caller is the one thing that changes something: using up the nonce.
 *
 * @returns the first problem, or undefined when there is none
 */
export function decideAuthorizationRequest(
  claims: RequestObjectClaims,
  facts: AuthorizationRequestFacts,
): AuthorizationRequestProblem | undefined {
  if (claims.clientId !== facts.clientId) return invalid('client_id is not the client_id of the request');
  const differing = firstDifference(claims, facts.outer);
  if (differing !== undefined) {
    return {
      error: 'invalid_request',
      description: `${differing} is not the same inside and outside the request object`,
    };
  }
  if (!claims.audiences.some((audience) => facts.audiences.includes(audience))) {
    return invalid('aud names neither this bank nor its API');
  }
  const untimely = checkRequestObjectTimes(claims, facts.nowSeconds);
  if (untimely !== undefined) return untimely;
  return decideAuthorization(claims, facts);
}

/** A stranger's authorization and none at all are told in the same words, so that nobody learns which ids exist. */
function decideAuthorization(
  claims: RequestObjectClaims,
  { authorization, clientId }: AuthorizationRequestFacts,
): AuthorizationRequestProblem | undefined {
  if (authorization?.authorizationId !== claims.authorizationId || authorization.clientId !== clientId) {
    return invalid('authorizationId is not an authorization of this client');
  }
  if (authorization.status !== 'Unauthorized') {
    return invalid('authorizationId is no longer Unauthorized: create the payments anew');
  }
  return undefined;
}

/**
 * What the URL repeats of the request object must repeat it exactly. What it leaves out counts as the request object has it
 * (RFC 9101 section 5), save the `client_id`, by which the keys were found.
 */
function firstDifference(claims: RequestObjectClaims, outer: OuterParameters): string | undefined {
  const inner = {
    response_type: claims.responseType,
    client_id: claims.clientId,
    scope: claims.scope,
    state: claims.state,
    nonce: claims.nonce,
    redirect_uri: claims.redirectUri,
  };
  return Object.entries(inner).find(([name, value]) => outer[name] !== undefined && outer[name] !== value)?.[0];
}

function invalid(description: string): AuthorizationRequestProblem {
  return { error: 'invalid_request_object', description };
}
