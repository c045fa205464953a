import { type CustomerId, type ExemptionClaims, parseExemptionClaims } from '@lupa/protocol';
import { decideExemptionAssertion } from '../domain/exemption-assertion.ts';
import type { AuthorizationRequests } from '../ports/authorization-requests.ts';
import type { ClientKeys } from '../ports/client-keys.ts';
import type { Client } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';
import { readSignedClaims } from './read-signed-claims.ts';

/** What verifying an assertion takes. */
export interface ExemptionAssertionVerifier {
  readonly clientKeys: ClientKeys;
  readonly authorizationRequests: AuthorizationRequests;
  readonly clock: Clock;
  /** What may stand in `aud`. */
  readonly audiences: readonly string[];
}

/** An exemption JWT that may be decided on. Whether the authorization still waits, and the nonce is new, is not known yet. */
export interface VerifiedExemptionAssertion {
  readonly claims: ExemptionClaims;
  /** The family of tokens whose customer the payment was created for. */
  readonly sourceGrantId: string;
  readonly customerId: CustomerId;
}

/**
 * Verifies an exemption JWT (contract §9, step 3): signature by a key that may sign for the client, shape, client, audience, times where it has
 * them, and an authorization that this client created with a token of the customer.
 *
 * @returns the assertion, or what is wrong with it in words
 */
export async function verifyExemptionAssertion(
  assertion: string,
  client: Client,
  { clientKeys, authorizationRequests, clock, audiences }: ExemptionAssertionVerifier,
): Promise<VerifiedExemptionAssertion | { readonly problem: string }> {
  const read = await readSignedClaims(assertion, { client, clientKeys }, 'the assertion');
  if ('problem' in read) return read;
  const parsed = parseExemptionClaims(read.payload);
  if ('problem' in parsed) return { problem: parsed.problem.description };
  const { claims } = parsed;
  const authorization = await authorizationRequests.findAuthorization(claims.authorizationId);
  const nowSeconds = Math.floor(clock.now().getTime() / 1000);
  const problem = decideExemptionAssertion(claims, { clientId: client.clientId, audiences, authorization, nowSeconds });
  if (problem !== undefined) return { problem };
  const { sourceGrantId, customerId } = authorization ?? {};
  if (sourceGrantId === undefined || customerId === undefined) throw new Error('what was found fit has both');
  return { claims, sourceGrantId, customerId };
}
