import { parseRequestObjectClaims, type RequestObjectClaims } from '@lupa/protocol';
import {
  type AuthorizationRequestProblem,
  decideAuthorizationRequest,
  type OuterParameters,
} from '../domain/authorization-request.ts';
import { type ErrorAddress, findErrorAddress } from '../domain/error-address.ts';
import type { AuthorizationRequests } from '../ports/authorization-requests.ts';
import type { ClientKeys } from '../ports/client-keys.ts';
import type { Client, Clients } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';
import { NONCE_REMEMBERED_SECONDS, readSignedClaims } from './read-signed-claims.ts';

/** What verifying an authorization request takes. */
export interface AuthorizationRequestVerifier {
  readonly clients: Clients;
  readonly clientKeys: ClientKeys;
  readonly authorizationRequests: AuthorizationRequests;
  readonly clock: Clock;
  /** What may stand in `aud`. */
  readonly audiences: readonly string[];
}

/** An authorization request that may be shown to the customer; its nonce is used up. */
export interface VerifiedAuthorizationRequest {
  readonly client: Client;
  readonly claims: RequestObjectClaims;
  /** The whole verified payload, for what is optional in it. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export type AuthorizationRequestOutcome =
  | { readonly kind: 'verified'; readonly request: VerifiedAuthorizationRequest }
  | {
      readonly kind: 'refused';
      readonly problem: AuthorizationRequestProblem;
      /** Where the TPP is told; undefined when neither client nor address is proven, and the browser gets a page. */
      readonly address: ErrorAddress | undefined;
    }
  | { readonly kind: 'failed'; readonly fault: unknown; readonly address: ErrorAddress | undefined };

class Refusal extends Error {
  readonly problem: AuthorizationRequestProblem;
  constructor(error: AuthorizationRequestProblem['error'], description: string) {
    super(description);
    this.problem = { error, description };
  }
}

/**
 * Verifies the request object of an authorization request (contract §3): signature by a key that may sign for the client, shape, agreement with
 * the fields around it, audience, times, and an authorization of this client that is still `Unauthorized`. The nonce comes last,
 * so that a request refused for something else has not used it up.
 *
 * @param outer the fields of the query or form
 * @param repeated names of fields that were given more than once (RFC 6749 section 3.1)
 */
export async function verifyAuthorizationRequest(
  outer: OuterParameters,
  repeated: readonly string[],
  verifier: AuthorizationRequestVerifier,
): Promise<AuthorizationRequestOutcome> {
  let address: ErrorAddress | undefined;
  try {
    const client = outer.client_id === undefined ? undefined : await verifier.clients.byId(outer.client_id);
    address = findErrorAddress(client, outer, readUnverified(outer.request));
    const [twice] = repeated;
    if (twice !== undefined) throw new Refusal('invalid_request', `${twice} was given more than once`);
    if (client === undefined) throw new Refusal('invalid_request', 'client_id names no client of this bank');
    const request = await verifyRequestObject(outer.request, client, verifier);
    await requireAcceptable(request, outer, verifier);
    if (address === undefined) throw new Refusal('invalid_request', 'redirect_uri is not one the client registered');
    await useNonce(request.claims, verifier);
    return { kind: 'verified', request };
  } catch (fault) {
    if (fault instanceof Refusal) return { kind: 'refused', problem: fault.problem, address };
    return { kind: 'failed', fault, address };
  }
}

async function verifyRequestObject(
  text: string | undefined,
  client: Client,
  { clientKeys }: AuthorizationRequestVerifier,
): Promise<VerifiedAuthorizationRequest> {
  if (text === undefined)
    throw new Refusal('invalid_request', 'the signed request object is missing: send it as request');
  const read = await readSignedClaims(text, { client, clientKeys }, 'the request object');
  if ('problem' in read) throw new Refusal('invalid_request_object', read.problem);
  const { payload } = read;
  const parsed = parseRequestObjectClaims(payload);
  if ('problem' in parsed) throw new Refusal(parsed.problem.error, parsed.problem.description);
  return { client, claims: parsed.claims, payload: payload as Readonly<Record<string, unknown>> };
}

async function requireAcceptable(
  { claims, client }: VerifiedAuthorizationRequest,
  outer: OuterParameters,
  { authorizationRequests, clock, audiences }: AuthorizationRequestVerifier,
): Promise<void> {
  const authorization = await authorizationRequests.findAuthorization(claims.authorizationId);
  const nowSeconds = Math.floor(clock.now().getTime() / 1000);
  const facts = { outer, clientId: client.clientId, audiences, authorization, nowSeconds };
  const problem = decideAuthorizationRequest(claims, facts);
  if (problem !== undefined) throw new Refusal(problem.error, problem.description);
}

async function useNonce(
  { clientId, nonce }: RequestObjectClaims,
  { authorizationRequests, clock }: AuthorizationRequestVerifier,
): Promise<void> {
  const forgetAfter = new Date(clock.now().getTime() + NONCE_REMEMBERED_SECONDS * 1000);
  const isNew = await authorizationRequests.useNonce(clientId as Client['clientId'], nonce, forgetAfter);
  if (!isNew) throw new Refusal('invalid_request_object', 'nonce was used before');
}

/** Looks into a request object that nobody has vouched for, and only to find where its refusal goes. */
function readUnverified(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(Buffer.from(text?.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {};
  } catch {
    return {};
  }
}
