import {
  buildExemptionClaims,
  EXEMPTION_RESPONSE_TYPE,
  EXEMPTION_SCOPE,
  JWT_BEARER_GRANT,
  signCompactJws,
} from '@lupa/protocol';
import { epochSeconds } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { requestToken } from './token-endpoint.ts';
import type { UserTokens } from './user-tokens.ts';

/** 256 bits: nobody guesses it, and it never comes twice. */
const RANDOM_BYTES = 32;

/**
 * Asks for a token of the one payment of this authorization (`jwt-bearer`, contract §9, steps 3 and 4), with an assertion that has never
 * been used. It is sent once: a nonce works once, so a second sending could only be refused, whatever became of the first.
 *
 * @param tokens of the approval that the exemption rests on
 * @throws TppError as `requestToken`
 */
export async function requestExemption(
  connection: Connection,
  authorizationId: string,
  tokens: Pick<UserTokens, 'nonce'>,
  deadline: Deadline,
): Promise<UserTokens> {
  const { clientId, endpoints, clock, requestSigner, randomBytes } = connection;
  const random = () => Buffer.from(randomBytes(RANDOM_BYTES)).toString('base64url');
  const claims = buildExemptionClaims({
    clientId,
    audience: endpoints.audience,
    authorizationId,
    state: random(),
    nonce: random(),
    issuedAtSeconds: epochSeconds(clock),
  });
  const grant = {
    grant_type: JWT_BEARER_GRANT,
    assertion: signCompactJws(Buffer.from(JSON.stringify(claims)), requestSigner),
    response_type: EXEMPTION_RESPONSE_TYPE,
    scope: EXEMPTION_SCOPE,
  };
  const { accessToken, scope, expiresInSeconds } = await requestToken(connection, grant, deadline);
  return {
    accessToken,
    authorizationId,
    scope,
    expiresAt: new Date(clock.now().getTime() + expiresInSeconds * 1000).toISOString(),
    nonce: tokens.nonce,
  };
}
