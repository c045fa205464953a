import type { AuthorizationId } from './ids.ts';

/** The authentication context of strong customer authentication (contract §3). */
export const ACR_SCA = 'urn:openbanking:psd2:sca';

/** The scope of the default flow; the order of the two words is free (RFC 6749 section 3.3). */
export const DEFAULT_FLOW_SCOPE = 'openid payments';

/** The answers the default flow can give. */
export const RESPONSE_TYPES = ['code', 'code id_token'] as const;

/** `code` alone, or with an ID token in the fragment. */
export type ResponseType = (typeof RESPONSE_TYPES)[number];

/** Longest time from `iat` to `exp` (contract §3). */
export const MAX_REQUEST_OBJECT_LIFETIME_SECONDS = 3600;

/** How far a TPP's clock may run ahead of ours. An expired request gets no such grace. */
export const REQUEST_OBJECT_CLOCK_TOLERANCE_SECONDS = 60;

/** The usual `max_age` (contract §3). */
export const DEFAULT_MAX_AGE_SECONDS = 86_400;

/** What OP's clients use (contract §3). */
export const DEFAULT_LIFETIME_SECONDS = 900;

/** A claim that asks for one value and no other. */
export interface EssentialValue {
  readonly value: string;
  readonly essential: true;
}

/** The payload of a request object of the default flow, as it is signed (contract §3). */
export interface RequestObjectPayload {
  readonly aud: string;
  readonly iss: string;
  readonly client_id: string;
  readonly response_type: ResponseType;
  readonly redirect_uri: string;
  readonly scope: string;
  readonly state: string;
  readonly nonce: string;
  readonly max_age: number;
  readonly exp: number;
  readonly iat: number;
  readonly claims: {
    readonly userinfo: { readonly authorizationId: EssentialValue };
    readonly id_token: {
      readonly authorizationId: EssentialValue;
      readonly acr: { readonly essential: true; readonly values: readonly string[] };
    };
  };
}

/** What a TPP wants its customer to be asked. */
export interface RequestObjectWish {
  readonly clientId: string;
  /** The API host of the bank, or its issuer. */
  readonly audience: string;
  readonly redirectUri: string;
  readonly responseType: ResponseType;
  readonly authorizationId: string;
  readonly state: string;
  readonly nonce: string;
  readonly issuedAtSeconds: number;
  /** 900 by default, 3600 at most. */
  readonly lifetimeSeconds?: number;
  /** 86400 by default. */
  readonly maxAgeSeconds?: number;
}

/** The claims of a request object whose shape is right. Whether they are true of this client is the bank's to check. */
export interface RequestObjectClaims {
  /** `aud`; more than one where the TPP sent an array (RFC 7519 section 4.1.3). */
  readonly audiences: readonly string[];
  readonly clientId: string;
  readonly responseType: ResponseType;
  readonly redirectUri: string;
  /** As sent: `openid` and `payments` in either order. */
  readonly scope: string;
  readonly state: string;
  readonly nonce: string;
  readonly maxAgeSeconds: number;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  readonly authorizationId: AuthorizationId;
  readonly acrValues: readonly string[];
}

/** Why a request object is refused, as the OAuth error and its description (contract §3). */
export interface RequestObjectProblem {
  readonly error: 'invalid_request_object' | 'invalid_scope' | 'unsupported_response_type';
  readonly description: string;
}

/** Builds the payload of a request object of the default flow, for the TPP to sign (contract §3). */
export function buildRequestObjectClaims(wish: RequestObjectWish): RequestObjectPayload {
  const authorizationId: EssentialValue = { value: wish.authorizationId, essential: true };
  return {
    aud: wish.audience,
    iss: wish.clientId,
    response_type: wish.responseType,
    client_id: wish.clientId,
    redirect_uri: wish.redirectUri,
    scope: DEFAULT_FLOW_SCOPE,
    state: wish.state,
    nonce: wish.nonce,
    max_age: wish.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS,
    exp: wish.issuedAtSeconds + (wish.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS),
    iat: wish.issuedAtSeconds,
    claims: {
      userinfo: { authorizationId },
      id_token: { authorizationId, acr: { essential: true, values: [ACR_SCA] } },
    },
  };
}

/**
 * Checks the times of a request object against the clock (contract §3): not expired, not from the future beyond a
 * minute's tolerance, and `exp − iat` at most 3600 s. A time that is not there is not checked: an exemption JWT may have
 * none (contract §9).
 *
 * @param nowSeconds seconds since 1970, UTC
 * @returns the problem, or `undefined` when there is none
 */
export function checkRequestObjectTimes(
  times: { readonly issuedAtSeconds: number | undefined; readonly expiresAtSeconds: number | undefined },
  nowSeconds: number,
): RequestObjectProblem | undefined {
  const { issuedAtSeconds: issued, expiresAtSeconds: expires } = times;
  if (issued !== undefined && expires !== undefined) {
    if (expires <= issued) return invalidRequestObject('exp is not after iat');
    if (expires - issued > MAX_REQUEST_OBJECT_LIFETIME_SECONDS) {
      return invalidRequestObject(`exp is more than ${MAX_REQUEST_OBJECT_LIFETIME_SECONDS} seconds after iat`);
    }
  }
  if (expires !== undefined && expires <= nowSeconds) return invalidRequestObject('the request object has expired');
  if (issued !== undefined && issued > nowSeconds + REQUEST_OBJECT_CLOCK_TOLERANCE_SECONDS)
    return invalidRequestObject('iat lies in the future');
  return undefined;
}

/** The refusal that most broken rules lead to. */
export function invalidRequestObject(description: string): RequestObjectProblem {
  return { error: 'invalid_request_object', description };
}
