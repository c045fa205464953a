import { type AuthorizationId, type ClientId, checkRequestObjectTimes, type ExemptionClaims } from '@lupa/protocol';

/** What the rules have to know beside the assertion. */
export interface ExemptionAssertionFacts {
  readonly clientId: ClientId;
  /** What may stand in `aud`: the issuer, the API base address and the configured aliases. */
  readonly audiences: readonly string[];
  /** The authorization the claims name, whoever it belongs to; undefined when there is none. */
  readonly authorization:
    | {
        readonly authorizationId: AuthorizationId;
        readonly clientId: ClientId;
        readonly sourceGrantId: string | undefined;
      }
    | undefined;
  readonly nowSeconds: number;
}

/**
 * Judges the claims of an exemption JWT whose signature and shape are right, by everything that cannot change any more. The
 * status of the authorization, the nonce and the limits are decided under lock.
 *
 * @returns the first problem in words, or undefined when there is none
 */
export function decideExemptionAssertion(claims: ExemptionClaims, facts: ExemptionAssertionFacts): string | undefined {
  if (claims.clientId !== facts.clientId) return 'client_id is not the client_id of the request';
  if (!claims.audiences.some((audience) => facts.audiences.includes(audience))) {
    return 'aud names neither this bank nor its API';
  }
  const untimely = checkRequestObjectTimes(claims, facts.nowSeconds);
  if (untimely !== undefined) return untimely.description;
  const { authorization } = facts;
  // A stranger's authorization and none at all are told in the same words, so that nobody learns which ids exist.
  if (authorization === undefined || authorization.clientId !== facts.clientId) {
    return 'authorizationId is not an authorization of this client';
  }
  if (authorization.sourceGrantId === undefined) {
    return 'authorizationId was not created with a token of the customer: fetch one with grant_type=refresh_token and scope=payments';
  }
  return undefined;
}
