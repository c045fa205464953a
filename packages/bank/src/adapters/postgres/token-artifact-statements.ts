import type { Statement } from './database.ts';

export interface ArtifactRow {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date;
  readonly grantId: string | null;
  readonly consumedAt: Date | null;
}

export const FIND_ARTIFACT: Statement = {
  name: 'find-artifact',
  text: `SELECT payload, expires_at AS "expiresAt", grant_id AS "grantId", consumed_at AS "consumedAt"
    FROM token_artifacts WHERE model = $1 AND id_digest = $2`,
};

export const FIND_ACCESS_TOKEN: Statement = {
  name: 'find-access-token-artifact',
  text: `SELECT payload, expires_at AS "expiresAt", grant_id AS "grantId", NULL::timestamptz AS "consumedAt"
    FROM access_tokens WHERE token_digest = $1 AND (kind = 'client') = $2`,
};

/** The lock of a whole family; it lives as long as the youngest of what was issued under it. */
export const LOCK_GRANT: Statement = {
  name: 'lock-grant',
  text: `UPDATE token_artifacts SET expires_at = greatest(expires_at, $2)
    WHERE model = 'Grant' AND id_digest = $1 RETURNING model`,
};

export const CONSUME_ARTIFACT: Statement = {
  name: 'consume-artifact',
  text: `UPDATE token_artifacts SET consumed_at = $3, expires_at = greatest(expires_at, $4)
    WHERE model = $1 AND id_digest = $2 AND consumed_at IS NULL RETURNING model`,
};

export const FIND_USABLE_REFRESH_TOKEN: Statement = {
  name: 'find-usable-refresh-token',
  text: `SELECT model FROM token_artifacts
    WHERE model = 'RefreshToken' AND id_digest = $1 AND consumed_at IS NULL FOR UPDATE`,
};

export const GRANT_OF_REFRESH_TOKEN: Statement = {
  name: 'grant-of-refresh-token',
  text: `SELECT grant_id AS "grantId" FROM token_artifacts
    WHERE model = 'RefreshToken' AND id_digest = $1 AND grant_id IS NOT NULL`,
};

/** A second save replaces the first: a waiting authorization request gets its result that way. */
export const SAVE_ARTIFACT: Statement = {
  name: 'save-artifact',
  text: `INSERT INTO token_artifacts (model, id_digest, grant_id, supersedes, payload, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (model, id_digest) DO UPDATE SET payload = EXCLUDED.payload, expires_at = EXCLUDED.expires_at`,
};

export const SAVE_ACCESS_TOKEN: Statement = {
  name: 'save-access-token',
  text: `INSERT INTO access_tokens (token_digest, client_id, certificate_thumbprint, kind, scope, grant_id,
      authorization_id, customer_id, expires_at, unconfirmed_refresh, payload)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
};

export const REMOVE_ARTIFACT: Statement = {
  name: 'remove-artifact',
  text: 'DELETE FROM token_artifacts WHERE model = $1 AND id_digest = $2 RETURNING model',
};

export const REMOVE_ACCESS_TOKEN: Statement = {
  name: 'remove-access-token',
  text: 'DELETE FROM access_tokens WHERE token_digest = $1',
};

export const REMOVE_ARTIFACTS_OF_GRANT: Statement = {
  name: 'remove-artifacts-of-grant',
  text: 'DELETE FROM token_artifacts WHERE grant_id = $1 RETURNING model',
};

export const REMOVE_ACCESS_TOKENS_OF_GRANT: Statement = {
  name: 'remove-access-tokens-of-grant',
  text: 'DELETE FROM access_tokens WHERE grant_id = $1 RETURNING kind',
};

/** A grant may be given a longer life while we wait for its row. */
export const PURGE_ARTIFACTS: Statement = {
  name: 'purge-artifacts',
  text: `DELETE FROM token_artifacts WHERE (model, id_digest) IN
    (SELECT model, id_digest FROM token_artifacts WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
    AND expires_at < $1 RETURNING model`,
};

export const PURGE_ACCESS_TOKENS: Statement = {
  name: 'purge-access-tokens',
  text: `DELETE FROM access_tokens WHERE token_digest IN
    (SELECT token_digest FROM access_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) RETURNING kind`,
};
