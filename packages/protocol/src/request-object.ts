import { type AuthorizationId, parseAuthorizationId } from './ids.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

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
const DEFAULT_MAX_AGE_SECONDS = 86_400;

/** What OP's clients use (contract §3). */
const DEFAULT_LIFETIME_SECONDS = 900;

const MAX_VALUE_LENGTH = 512;
const MAX_URI_LENGTH = 2048;

/** RFC 4648 section 5, table 2, as the workflow document asks of `state`; padding is left out. */
const BASE64URL_ALPHABET = /^[A-Za-z0-9_-]+$/;
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

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
 * Reads the claims of a request object of the default flow and checks their shape (contract §3). The client, the audience, the redirect
 * URI, the nonce's novelty and the authorization are the bank's to check; the clock is `checkRequestObjectTimes`'s.
 *
 * @param json the payload of the verified JWS, parsed
 * @returns the claims, or the first problem in the order of the contract's table
 */
export function parseRequestObjectClaims(
  json: unknown,
): { claims: RequestObjectClaims } | { problem: RequestObjectProblem } {
  try {
    return { claims: readClaims(json) };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    throw error;
  }
}

/**
 * Checks the times of a request object against the clock (contract §3): not expired, not from the future beyond a minute's tolerance,
 * and `exp − iat` at most 3600 s.
 *
 * @param nowSeconds seconds since 1970, UTC
 * @returns the problem, or `undefined` when there is none
 */
export function checkRequestObjectTimes(
  { issuedAtSeconds, expiresAtSeconds }: Pick<RequestObjectClaims, 'issuedAtSeconds' | 'expiresAtSeconds'>,
  nowSeconds: number,
): RequestObjectProblem | undefined {
  if (expiresAtSeconds <= issuedAtSeconds) return invalid('exp is not after iat');
  if (expiresAtSeconds - issuedAtSeconds > MAX_REQUEST_OBJECT_LIFETIME_SECONDS) {
    return invalid(`exp is more than ${MAX_REQUEST_OBJECT_LIFETIME_SECONDS} seconds after iat`);
  }
  if (expiresAtSeconds <= nowSeconds) return invalid('the request object has expired');
  if (issuedAtSeconds > nowSeconds + REQUEST_OBJECT_CLOCK_TOLERANCE_SECONDS) return invalid('iat lies in the future');
  return undefined;
}

class Refusal extends Error {
  readonly problem: RequestObjectProblem;
  constructor(problem: RequestObjectProblem) {
    super(problem.description);
    this.problem = problem;
  }
}

function readClaims(json: unknown): RequestObjectClaims {
  const payload = object(json, 'the request object');
  const audiences = readAudiences(payload.aud);
  const clientId = text(payload.client_id, 'client_id', PRINTABLE_ASCII);
  if (payload.iss !== clientId) throw refuse('iss is not the client_id');
  const responseType = readResponseType(payload.response_type);
  const redirectUri = text(payload.redirect_uri, 'redirect_uri', PRINTABLE_ASCII, MAX_URI_LENGTH);
  const scope = readScope(payload.scope);
  const state = text(payload.state, 'state', BASE64URL_ALPHABET);
  const nonce = text(payload.nonce, 'nonce', PRINTABLE_ASCII);
  const maxAgeSeconds = seconds(payload.max_age, 'max_age');
  const expiresAtSeconds = seconds(payload.exp, 'exp');
  const issuedAtSeconds = seconds(payload.iat, 'iat');
  const claims = object(payload.claims, 'claims');
  const userinfo = object(claims.userinfo, 'claims.userinfo');
  const idToken = object(claims.id_token, 'claims.id_token');
  const authorizationId = readAuthorizationId(userinfo.authorizationId, 'claims.userinfo.authorizationId');
  if (readAuthorizationId(idToken.authorizationId, 'claims.id_token.authorizationId') !== authorizationId) {
    throw refuse('claims.userinfo and claims.id_token name different values of authorizationId');
  }
  const acrValues = readAcrValues(idToken.acr);
  return {
    audiences,
    clientId,
    responseType,
    redirectUri,
    scope,
    state,
    nonce,
    maxAgeSeconds,
    issuedAtSeconds,
    expiresAtSeconds,
    authorizationId,
    acrValues,
  };
}

function readAudiences(aud: unknown): readonly string[] {
  const audiences: unknown = Array.isArray(aud) ? aud : [aud];
  if (!isTexts(audiences)) throw refuse('aud is missing or not a string');
  return audiences;
}

function readResponseType(value: unknown): ResponseType {
  if (typeof value !== 'string') throw refuse('response_type is missing or not a string');
  const found = RESPONSE_TYPES.find((each) => each === value);
  if (found === undefined) {
    throw new Refusal({
      error: 'unsupported_response_type',
      description: 'response_type is neither code nor code id_token',
    });
  }
  return found;
}

function readScope(value: unknown): string {
  if (typeof value !== 'string') throw refuse('scope is missing or not a string');
  if (value.split(' ').sort().join(' ') !== DEFAULT_FLOW_SCOPE) {
    throw new Refusal({ error: 'invalid_scope', description: `scope is not ${DEFAULT_FLOW_SCOPE}` });
  }
  return value;
}

function readAuthorizationId(claim: unknown, path: string): AuthorizationId {
  const { value, essential } = object(claim, path);
  if (essential !== true) throw refuse(`${path} is not essential`);
  const id = typeof value === 'string' ? parseAuthorizationId(value) : undefined;
  if (id === undefined) throw refuse(`${path}.value is not an authorizationId`);
  return id;
}

function readAcrValues(claim: unknown): readonly string[] {
  const { essential, values } = object(claim, 'claims.id_token.acr');
  if (essential !== true) throw refuse('claims.id_token.acr is not essential');
  if (!isTexts(values) || !values.includes(ACR_SCA))
    throw refuse(`claims.id_token.acr.values does not contain ${ACR_SCA}`);
  return values;
}

function object(value: unknown, path: string): JsonObject {
  if (!isJsonObject(value)) throw refuse(`${path} is missing or not an object`);
  return value;
}

function text(value: unknown, name: string, alphabet: RegExp, maxLength = MAX_VALUE_LENGTH): string {
  if (typeof value !== 'string') throw refuse(`${name} is missing or not a string`);
  if (value.length > maxLength) throw refuse(`${name} is longer than ${maxLength} characters`);
  if (!alphabet.test(value)) throw refuse(`${name} is empty or has a character that is not allowed in it`);
  return value;
}

function seconds(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw refuse(`${name} is missing or not a whole number of seconds`);
  }
  return value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && each !== '');
}

function refuse(description: string): Refusal {
  return new Refusal(invalid(description));
}

function invalid(description: string): RequestObjectProblem {
  return { error: 'invalid_request_object', description };
}
