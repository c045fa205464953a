import { type AuthorizationId, parseAuthorizationId } from './ids.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import {
  ACR_SCA,
  DEFAULT_FLOW_SCOPE,
  invalidRequestObject,
  RESPONSE_TYPES,
  type RequestObjectClaims,
  type RequestObjectProblem,
  type ResponseType,
} from './request-object.ts';

const MAX_VALUE_LENGTH = 512;
const MAX_URI_LENGTH = 2048;

/** RFC 4648 section 5, table 2, as the workflow document asks of `state`; padding is left out. */
const BASE64URL_ALPHABET = /^[A-Za-z0-9_-]+$/;
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Reads the claims of a request object of the default flow and checks their shape (contract §3). The client, the
 * audience, the redirect URI, the nonce's novelty and the authorization are the bank's to check; the clock is
 * `checkRequestObjectTimes`'s.
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
  return new Refusal(invalidRequestObject(description));
}
