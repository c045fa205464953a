-- Registration by the TPP itself (contract section 10), and what it manages of it (RFC 7592).

ALTER TABLE clients ADD COLUMN grant_types jsonb CHECK (jsonb_typeof(grant_types) = 'array');

-- A secret that was replaced stays good for a while, so that an answer that got lost locks nobody out.
ALTER TABLE clients ADD COLUMN previous_secret_digest bytea CHECK (length(previous_secret_digest) = 32);
ALTER TABLE clients ADD COLUMN previous_secret_until timestamptz;
ALTER TABLE clients ADD CONSTRAINT previous_secret_is_whole
  CHECK ((previous_secret_digest IS NULL) = (previous_secret_until IS NULL));

-- What only a client that registered itself has.
ALTER TABLE clients ADD COLUMN software_id text;
ALTER TABLE clients ADD COLUMN registration_token_digest bytea CHECK (length(registration_token_digest) = 32);
ALTER TABLE clients ADD COLUMN jwks_endpoint text CHECK (jwks_endpoint <> '');
ALTER TABLE clients ADD COLUMN jwks_revoked_endpoint text CHECK (jwks_revoked_endpoint <> '');
-- When the keys that are stored were fetched, and when they were last asked for, whatever came of it.
ALTER TABLE clients ADD COLUMN keys_fetched timestamptz;
ALTER TABLE clients ADD COLUMN keys_asked timestamptz;
ALTER TABLE clients ADD CONSTRAINT registration_is_whole CHECK (
  (registration_token_digest IS NULL) = (software_id IS NULL)
  AND (registration_token_digest IS NULL) = (jwks_endpoint IS NULL)
  AND (registration_token_digest IS NULL) = (keys_fetched IS NULL)
  AND (registration_token_digest IS NULL) = (keys_asked IS NULL)
);

-- A client that was deleted. Its row stays: payments and the audit trail name it, and its keys are good for nothing.
ALTER TABLE clients ADD COLUMN ended timestamptz;
CREATE INDEX clients_of_organisation ON clients (organisation_id) WHERE ended IS NULL;

-- Its tokens end with it.
CREATE INDEX access_tokens_of_client ON access_tokens (client_id);

-- One row is locked by each registration of an organisation, so that however many come at once, no limit is passed.
CREATE TABLE registering_organisations (
  organisation_id text PRIMARY KEY CHECK (organisation_id <> ''),
  latest timestamptz NOT NULL
);

-- The ids of registration JWTs, each good for one registration.
CREATE TABLE registration_jtis (
  organisation_id text NOT NULL,
  jti_digest bytea NOT NULL CHECK (length(jti_digest) = 32),
  forget_after timestamptz NOT NULL,
  PRIMARY KEY (organisation_id, jti_digest)
);
CREATE INDEX registration_jtis_expiring ON registration_jtis (forget_after);
