-- What the authorization server issues and remembers (contract sections 2 to 4).

-- Codes, refresh tokens, grants, and authorization requests that wait for the customer. Access tokens have their own table.
CREATE TABLE token_artifacts (
  model text NOT NULL CHECK (model <> ''),
  -- SHA-256 of what the holder has; the thing itself is stored nowhere.
  id_digest bytea NOT NULL CHECK (length(id_digest) = 32),
  -- The grant it was issued under: the family that is revoked as one. Its row, of the model Grant, is locked before any
  -- other row of the family.
  grant_id text,
  -- Refresh tokens: the digest of the one given in for this one, until this one is first used.
  supersedes bytea CHECK (supersedes IS NULL OR (model = 'RefreshToken' AND length(supersedes) = 32)),
  payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
  expires_at timestamptz NOT NULL,
  consumed_at timestamptz,
  PRIMARY KEY (model, id_digest)
);
CREATE INDEX token_artifacts_of_grant ON token_artifacts (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX token_artifacts_superseding ON token_artifacts (supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX token_artifacts_expiring ON token_artifacts (expires_at);

CREATE INDEX access_tokens_unconfirmed ON access_tokens (unconfirmed_refresh) WHERE unconfirmed_refresh IS NOT NULL;

-- The nonces of request objects, each good for one request of its client.
CREATE TABLE request_nonces (
  client_id text NOT NULL,
  nonce_digest bytea NOT NULL CHECK (length(nonce_digest) = 32),
  forget_after timestamptz NOT NULL,
  PRIMARY KEY (client_id, nonce_digest)
);
CREATE INDEX request_nonces_expiring ON request_nonces (forget_after);
