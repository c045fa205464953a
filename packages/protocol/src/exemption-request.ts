import type { AuthorizationId } from './ids.ts';
import {
  DEFAULT_LIFETIME_SECONDS,
  DEFAULT_MAX_AGE_SECONDS,
  type EssentialValue,
  type RequestObjectProblem,
} from './request-object.ts';
import {
  claimsOrProblem,
  object,
  readAuthorization,
  readEssentialValues,
  readNonce,
  readParties,
  readState,
  refuse,
  seconds,
} from './request-object-readers.ts';

/** The authentication context of an exemption: the customer is not asked again (contract §9). */
export const ACR_CA = 'urn:openbanking:psd2:ca';

/** The one scope of the exemption flow. */
export const EXEMPTION_SCOPE = 'payments';

/** What the exemption JWT and the token call that carries it ask for. */
export const EXEMPTION_RESPONSE_TYPE = 'token';

/** RFC 7523 section 2.1 */
export const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The payload of an exemption JWT, as it is signed (contract §9, step 3). */
export interface ExemptionPayload {
  readonly aud: string;
  readonly iss: string;
  readonly response_type: typeof EXEMPTION_RESPONSE_TYPE;
  readonly client_id: string;
  readonly scope: typeof EXEMPTION_SCOPE;
  readonly state: string;
  readonly nonce: string;
  readonly max_age: number;
  readonly exp: number;
  readonly iat: number;
  readonly claims: {
    readonly id_token: {
      readonly acr: { readonly values: readonly [typeof ACR_CA]; readonly essential: true };
      readonly authorizationId: EssentialValue;
    };
    readonly userinfo: { readonly authorizationId: EssentialValue };
  };
}

/** Which payment a TPP wants to submit without asking its customer again. */
export interface ExemptionWish {
  readonly clientId: string;
  /** The API host of the bank, or its issuer. */
  readonly audience: string;
  readonly authorizationId: string;
  readonly state: string;
  /** Never used by this client before. */
  readonly nonce: string;
  readonly issuedAtSeconds: number;
  /** 900 by default, 3600 at most. */
  readonly lifetimeSeconds?: number;
  /** 86400 by default. */
  readonly maxAgeSeconds?: number;
}

/** The claims of an exemption JWT whose shape is right. Whether they are true of this client is the bank's to check. */
export interface ExemptionClaims {
  /** `aud`; more than one where the TPP sent an array (RFC 7519 section 4.1.3). */
  readonly audiences: readonly string[];
  readonly clientId: string;
  readonly state: string;
  readonly nonce: string;
  readonly maxAgeSeconds: number;
  /** The workflow document's own sample has neither of the two. */
  readonly issuedAtSeconds: number | undefined;
  readonly expiresAtSeconds: number | undefined;
  readonly authorizationId: AuthorizationId;
}

/** Builds the payload of an exemption JWT, for the TPP to sign (contract §9, step 3). */
export function buildExemptionClaims(wish: ExemptionWish): ExemptionPayload {
  const authorizationId: EssentialValue = { value: wish.authorizationId, essential: true };
  return {
    aud: wish.audience,
    iss: wish.clientId,
    response_type: EXEMPTION_RESPONSE_TYPE,
    client_id: wish.clientId,
    scope: EXEMPTION_SCOPE,
    state: wish.state,
    nonce: wish.nonce,
    max_age: wish.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS,
    exp: wish.issuedAtSeconds + (wish.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS),
    iat: wish.issuedAtSeconds,
    claims: {
      id_token: { acr: { values: [ACR_CA], essential: true }, authorizationId },
      userinfo: { authorizationId },
    },
  };
}

/**
 * Reads the claims of an exemption JWT and checks their shape (contract §9, step 3): those of §3 with `response_type` `token`,
 * `scope` `payments`, `acr.values` exactly the one of an exemption, and no need for a `redirect_uri`.
 *
 * @param json the payload of the verified JWS, parsed
 * @returns the claims, or the first problem in the order of the contract's table
 */
export function parseExemptionClaims(json: unknown): { claims: ExemptionClaims } | { problem: RequestObjectProblem } {
  return claimsOrProblem(() => {
    const payload = object(json, 'the assertion');
    const parties = readParties(payload);
    requireExactly(payload.response_type, EXEMPTION_RESPONSE_TYPE, 'response_type');
    requireExactly(payload.scope, EXEMPTION_SCOPE, 'scope');
    const state = readState(payload);
    const nonce = readNonce(payload);
    const maxAgeSeconds = seconds(payload.max_age, 'max_age');
    const expiresAtSeconds = optionalSeconds(payload.exp, 'exp');
    const issuedAtSeconds = optionalSeconds(payload.iat, 'iat');
    const { authorizationId, acr } = readAuthorization(payload);
    requireOnlyCa(acr);
    return { ...parties, state, nonce, maxAgeSeconds, issuedAtSeconds, expiresAtSeconds, authorizationId };
  });
}

function requireExactly(value: unknown, wanted: string, name: string): void {
  if (value !== wanted) throw refuse(`${name} is not ${wanted}`);
}

function optionalSeconds(value: unknown, name: string): number | undefined {
  return value === undefined ? undefined : seconds(value, name);
}

function requireOnlyCa(acr: unknown): void {
  const values = readEssentialValues(acr);
  if (values.length !== 1 || values[0] !== ACR_CA) throw refuse(`claims.id_token.acr.values is not exactly ${ACR_CA}`);
}
