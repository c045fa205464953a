import type { Statement } from './database.ts';

/** Every registration of an organisation waits here for the one before it. */
export const LOCK_ORGANISATION: Statement = {
  name: 'lock-registering-organisation',
  text: `INSERT INTO registering_organisations (organisation_id, latest) VALUES ($1, $2)
    ON CONFLICT (organisation_id) DO UPDATE SET latest = EXCLUDED.latest`,
};

export const USE_JTI: Statement = {
  name: 'use-registration-jti',
  text: `INSERT INTO registration_jtis (organisation_id, jti_digest, forget_after) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id, jti_digest) DO NOTHING RETURNING organisation_id`,
};

export const COUNT_APPLICATIONS: Statement = {
  name: 'count-applications',
  text: 'SELECT count(*) AS applications FROM clients WHERE organisation_id = $1 AND ended IS NULL',
};

export const ADD_CLIENT: Statement = {
  name: 'add-registered-client',
  text: `INSERT INTO clients (client_id, client_name, organisation_id, secret_digest, api_key_digest, certificate_thumbprint, roles,
      redirect_uris, jwks, grant_types, created, software_id, registration_token_digest, jwks_endpoint, jwks_revoked_endpoint,
      keys_fetched, keys_asked)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $11, $11)`,
};

export const CHANGE_CLIENT: Statement = {
  name: 'change-client',
  text: `UPDATE clients
    SET client_name = $2, redirect_uris = $3, grant_types = $4, certificate_thumbprint = $5,
      jwks_endpoint = COALESCE($6, jwks_endpoint),
      jwks_revoked_endpoint = CASE WHEN $6::text IS NULL THEN jwks_revoked_endpoint ELSE $7 END,
      jwks = COALESCE($8::jsonb, jwks), keys_fetched = COALESCE($9, keys_fetched), keys_asked = COALESCE($9, keys_asked)
    WHERE client_id = $1 AND ended IS NULL RETURNING client_id`,
};

/** A present secret with one before it was never used: then that one goes on, and the present one was never anybody's. */
export const ROTATE_SECRET: Statement = {
  name: 'rotate-client-secret',
  text: `UPDATE clients
    SET secret_digest = $2, previous_secret_until = $4,
      previous_secret_digest = CASE WHEN previous_secret_until > $3 THEN previous_secret_digest ELSE secret_digest END
    WHERE client_id = $1 AND ended IS NULL RETURNING client_id`,
};

export const CONFIRM_SECRET: Statement = {
  name: 'confirm-client-secret',
  text: `UPDATE clients SET previous_secret_digest = NULL, previous_secret_until = NULL
    WHERE client_id = $1 AND secret_digest = $2 AND previous_secret_digest IS NOT NULL`,
};

export const END_CLIENT: Statement = {
  name: 'end-client',
  text: 'UPDATE clients SET ended = $2 WHERE client_id = $1 AND ended IS NULL RETURNING client_id',
};

export const REMOVE_ACCESS_TOKENS_OF_CLIENT: Statement = {
  name: 'remove-access-tokens-of-client',
  text: 'DELETE FROM access_tokens WHERE client_id = $1 RETURNING kind',
};

export const ASK_FOR_KEYS: Statement = {
  name: 'ask-for-client-keys',
  text: `UPDATE clients SET keys_asked = $2
    WHERE client_id = $1 AND ended IS NULL AND keys_asked < $3 RETURNING client_id`,
};

export const KEEP_KEYS: Statement = {
  name: 'keep-client-keys',
  text: `UPDATE clients SET jwks = $3, keys_fetched = $4
    WHERE client_id = $1 AND jwks_endpoint = $2 AND ended IS NULL AND keys_fetched <= $4 RETURNING client_id`,
};

export const PURGE_JTIS: Statement = {
  name: 'purge-registration-jtis',
  text: `DELETE FROM registration_jtis WHERE (organisation_id, jti_digest) IN
    (SELECT organisation_id, jti_digest FROM registration_jtis WHERE forget_after < $1 ORDER BY forget_after LIMIT $2)
    RETURNING organisation_id`,
};
