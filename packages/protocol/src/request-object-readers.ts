import { type AuthorizationId, parseAuthorizationId } from './ids.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { invalidRequestObject, type RequestObjectProblem } from './request-object.ts';

const MAX_VALUE_LENGTH = 512;

/** RFC 4648 section 5, table 2, as the workflow document asks of `state`; padding is left out. */
const BASE64URL_ALPHABET = /^[A-Za-z0-9_-]+$/;
export const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

/** Ends the reading of a request object at its first broken rule. */
export class Refusal extends Error {
  readonly problem: RequestObjectProblem;
  constructor(problem: RequestObjectProblem) {
    super(problem.description);
    this.problem = problem;
  }
}

/** @returns the claims `read` gives, or the problem it met */
export function claimsOrProblem<Claims>(read: () => Claims): { claims: Claims } | { problem: RequestObjectProblem } {
  try {
    return { claims: read() };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    throw error;
  }
}

/** What the request objects of both flows have in common (contract §3, §9). */
export interface CommonClaims {
  /** `aud`; more than one where the TPP sent an array (RFC 7519 section 4.1.3). */
  readonly audiences: readonly string[];
  readonly clientId: string;
}

/** `aud`, and `iss`, which must be the client as well. */
export function readParties(payload: JsonObject): CommonClaims {
  const audiences = readAudiences(payload.aud);
  const clientId = text(payload.client_id, 'client_id', PRINTABLE_ASCII);
  if (payload.iss !== clientId) throw refuse('iss is not the client_id');
  return { audiences, clientId };
}

function readAudiences(aud: unknown): readonly string[] {
  const audiences: unknown = Array.isArray(aud) ? aud : [aud];
  if (!isTexts(audiences)) throw refuse('aud is missing or not a string');
  return audiences;
}

export function readState(payload: JsonObject): string {
  return text(payload.state, 'state', BASE64URL_ALPHABET);
}

export function readNonce(payload: JsonObject): string {
  return text(payload.nonce, 'nonce', PRINTABLE_ASCII);
}

/**
 * The `authorizationId` that both halves of `claims` name.
 *
 * @returns `acr`, too, for the caller to judge
 */
export function readAuthorization(payload: JsonObject): { authorizationId: AuthorizationId; acr: unknown } {
  const claims = object(payload.claims, 'claims');
  const userinfo = object(claims.userinfo, 'claims.userinfo');
  const idToken = object(claims.id_token, 'claims.id_token');
  const authorizationId = readAuthorizationId(userinfo.authorizationId, 'claims.userinfo.authorizationId');
  if (readAuthorizationId(idToken.authorizationId, 'claims.id_token.authorizationId') !== authorizationId) {
    throw refuse('claims.userinfo and claims.id_token name different values of authorizationId');
  }
  return { authorizationId, acr: idToken.acr };
}

function readAuthorizationId(claim: unknown, path: string): AuthorizationId {
  const { value, essential } = object(claim, path);
  if (essential !== true) throw refuse(`${path} is not essential`);
  const id = typeof value === 'string' ? parseAuthorizationId(value) : undefined;
  if (id === undefined) throw refuse(`${path}.value is not an authorizationId`);
  return id;
}

/** The values of an `acr` claim, which must be essential. */
export function readEssentialValues(acr: unknown): readonly string[] {
  const { essential, values } = object(acr, 'claims.id_token.acr');
  if (essential !== true) throw refuse('claims.id_token.acr is not essential');
  return isTexts(values) ? values : [];
}

export function object(value: unknown, path: string): JsonObject {
  if (!isJsonObject(value)) throw refuse(`${path} is missing or not an object`);
  return value;
}

export function text(value: unknown, name: string, alphabet: RegExp, maxLength = MAX_VALUE_LENGTH): string {
  if (typeof value !== 'string') throw refuse(`${name} is missing or not a string`);
  if (value.length > maxLength) throw refuse(`${name} is longer than ${maxLength} characters`);
  if (!alphabet.test(value)) throw refuse(`${name} is empty or has a character that is not allowed in it`);
  return value;
}

export function seconds(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw refuse(`${name} is missing or not a whole number of seconds`);
  }
  return value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && each !== '');
}

export function refuse(description: string): Refusal {
  return new Refusal(invalidRequestObject(description));
}
