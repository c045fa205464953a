import { createHash } from 'node:crypto';
import type { AuthorizationId, ClientId } from '@lupa/protocol';
import type { AuthorizationRequests, AuthorizationState } from '../../ports/authorization-requests.ts';
import type { Queryable, Statement } from './database.ts';

const FIND_AUTHORIZATION: Statement = {
  name: 'find-authorization-state',
  text: `SELECT authorization_id AS "authorizationId", client_id AS "clientId", status, customer_id AS "customerId",
      source_grant_id AS "sourceGrantId"
    FROM authorizations WHERE authorization_id = $1`,
};

const USE_NONCE: Statement = {
  name: 'use-nonce',
  text: `INSERT INTO request_nonces (client_id, nonce_digest, forget_after) VALUES ($1, $2, $3)
    ON CONFLICT (client_id, nonce_digest) DO NOTHING RETURNING client_id`,
};

const PURGE_NONCES: Statement = {
  name: 'purge-nonces',
  text: `DELETE FROM request_nonces WHERE (client_id, nonce_digest) IN
    (SELECT client_id, nonce_digest FROM request_nonces WHERE forget_after < $1 ORDER BY forget_after LIMIT $2)
    RETURNING client_id`,
};

interface StateRow extends Omit<AuthorizationState, 'customerId' | 'sourceGrantId'> {
  readonly customerId: AuthorizationState['customerId'] | null;
  readonly sourceGrantId: string | null;
}

/** Authorizations as requests name them, and the nonces those requests use up: one row decides each. */
export class PostgresAuthorizationRequests implements AuthorizationRequests {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  async findAuthorization(authorizationId: AuthorizationId): Promise<AuthorizationState | undefined> {
    const [row] = await this.#database.query<StateRow>(FIND_AUTHORIZATION, [authorizationId]);
    if (row === undefined) return undefined;
    return { ...row, customerId: row.customerId ?? undefined, sourceGrantId: row.sourceGrantId ?? undefined };
  }

  async useNonce(clientId: ClientId, nonce: string, forgetAfter: Date): Promise<boolean> {
    const digest = createHash('sha256').update(nonce).digest();
    const rows = await this.#database.query(USE_NONCE, [clientId, digest, forgetAfter]);
    return rows.length === 1;
  }

  async purgeNonces(now: Date, limit: number): Promise<number> {
    return (await this.#database.query(PURGE_NONCES, [now, limit])).length;
  }
}
