import {
  ACR_SCA,
  DEFAULT_FLOW_SCOPE,
  RESPONSE_TYPES,
  type RequestObjectClaims,
  type RequestObjectProblem,
  type ResponseType,
} from './request-object.ts';
import {
  claimsOrProblem,
  object,
  PRINTABLE_ASCII,
  Refusal,
  readAuthorization,
  readEssentialValues,
  readNonce,
  readParties,
  readState,
  refuse,
  seconds,
  text,
} from './request-object-readers.ts';

const MAX_URI_LENGTH = 2048;

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
  return claimsOrProblem(() => readClaims(json));
}

function readClaims(json: unknown): RequestObjectClaims {
  const payload = object(json, 'the request object');
  const { audiences, clientId } = readParties(payload);
  const responseType = readResponseType(payload.response_type);
  const redirectUri = text(payload.redirect_uri, 'redirect_uri', PRINTABLE_ASCII, MAX_URI_LENGTH);
  const scope = readScope(payload.scope);
  const state = readState(payload);
  const nonce = readNonce(payload);
  const maxAgeSeconds = seconds(payload.max_age, 'max_age');
  const expiresAtSeconds = seconds(payload.exp, 'exp');
  const issuedAtSeconds = seconds(payload.iat, 'iat');
  const { authorizationId, acr } = readAuthorization(payload);
  const acrValues = readAcrValues(acr);
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

function readAcrValues(acr: unknown): readonly string[] {
  const values = readEssentialValues(acr);
  if (!values.includes(ACR_SCA)) throw refuse(`claims.id_token.acr.values does not contain ${ACR_SCA}`);
  return values;
}
