import { asAuthorizationId, asClientId, asCustomerId } from '@lupa/protocol';
import { writeAuditEvent } from './audit-trail.ts';
import type { Statement, Transaction } from './database.ts';
import { digestOf } from './save-artifact.ts';
import * as sql from './token-artifact-statements.ts';

const FIND_GRANT: Statement = {
  name: 'find-grant-to-revoke',
  text: `SELECT payload ->> 'clientId' AS "clientId", payload ->> 'authorizationId' AS "authorizationId",
      payload ->> 'customerId' AS "customerId"
    FROM token_artifacts WHERE model = 'Grant' AND id_digest = $1`,
};
/** The authorization comes before what was issued for it, as everywhere; its chain of audit events grows below. */
const LOCK_AUTHORIZATION: Statement = {
  name: 'lock-authorization-of-grant',
  text: 'SELECT authorization_id FROM authorizations WHERE authorization_id = $1 FOR NO KEY UPDATE',
};

/**
 * Port `TokenArtifacts.revokeGrant`, inside its transaction. Of two who revoke at once one finds the grant still there, and
 * records it. The grant's id is a secret of the authorization server: it stays out of the record.
 */
export async function revokeGrant(
  inside: Transaction,
  { grantId, requestId, at, eventId }: { grantId: string; requestId: string | undefined; at: Date; eventId: string },
): Promise<void> {
  const [grant] = await inside.query<Record<'clientId' | 'authorizationId' | 'customerId', string | null>>(FIND_GRANT, [
    digestOf(grantId),
  ]);
  const authorizationId = grant?.authorizationId ?? undefined;
  const known = authorizationId === undefined ? [] : await inside.query(LOCK_AUTHORIZATION, [authorizationId]);
  const [removed, artifacts, tokens] = await Promise.all([
    inside.query(sql.REMOVE_ARTIFACT, ['Grant', digestOf(grantId)]),
    inside.query(sql.REMOVE_ARTIFACTS_OF_GRANT, [grantId]),
    inside.query(sql.REMOVE_ACCESS_TOKENS_OF_GRANT, [grantId]),
  ]);
  if (grant === undefined || removed.length === 0) return;
  writeAuditEvent(inside, {
    eventId,
    at,
    event: 'tokens revoked',
    authorizationId:
      authorizationId === undefined || known.length === 0 ? undefined : asAuthorizationId(authorizationId),
    clientId: grant.clientId === null ? undefined : asClientId(grant.clientId),
    customerId: grant.customerId === null ? undefined : asCustomerId(grant.customerId),
    requestId,
    details: { accessTokens: tokens.length, others: artifacts.length },
  });
}
