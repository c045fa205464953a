-- The audit trail becomes a set of chains: the events of each authorization, in order, each bound to the one before it by a
-- hash (docs/decisions/0008-audit-trail.md). What was written before has no hashes and gets none, for nobody could tell
-- whether it was changed in the meantime: it stays as it is in a table of its own, and every chain starts anew.
ALTER TABLE audit_events RENAME TO audit_events_before_chains;

-- Nothing may change or remove a line; the privileges hold wherever the bank is not a superuser.
CREATE TABLE audit_events (
  -- The authorization the event is about; else the customer; else the event itself, alone in its chain.
  chain_id uuid NOT NULL,
  sequence integer NOT NULL CHECK (sequence > 0),
  previous_hash bytea CHECK (length(previous_hash) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  event text NOT NULL CHECK (event <> ''),
  authorization_id uuid,
  client_id text,
  customer_id uuid,
  request_id text,
  details jsonb NOT NULL CHECK (jsonb_typeof(details) = 'object'),
  -- No chain forks: of two writers of one place, one is refused.
  CONSTRAINT one_event_a_place PRIMARY KEY (chain_id, sequence),
  CONSTRAINT first_event_has_none_before_it CHECK ((sequence = 1) = (previous_hash IS NULL))
);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM PUBLIC, CURRENT_USER;

-- The end of each chain lies with what its writers lock anyway. No event yet where the sequence is 0.
ALTER TABLE authorizations ADD COLUMN audit_sequence integer NOT NULL DEFAULT 0 CHECK (audit_sequence >= 0);
ALTER TABLE authorizations ADD COLUMN audit_hash bytea CHECK (length(audit_hash) = 32);
CREATE TABLE audit_chains (
  chain_id uuid PRIMARY KEY,
  audit_sequence integer NOT NULL CHECK (audit_sequence >= 0),
  audit_hash bytea CHECK (length(audit_hash) = 32)
);

-- Events no seal covers yet. Written with each event, removed by the seal: whatever has committed is sealed once, whenever it
-- commits and whatever its clock says. Without a key, for nothing looks a row up and every payment writes one.
CREATE TABLE audit_unsealed (
  chain_id uuid NOT NULL,
  sequence integer NOT NULL
);

-- Each seal covers the latest events of the chains that have grown, and the seal before it.
CREATE TABLE audit_seals (
  -- Of several processes that seal at once one gets the number.
  seal_number integer PRIMARY KEY CHECK (seal_number > 0),
  sealed_at timestamptz NOT NULL,
  head_count integer NOT NULL CHECK (head_count > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  previous_hash bytea CHECK (length(previous_hash) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  CONSTRAINT first_seal_has_none_before_it CHECK ((seal_number = 1) = (previous_hash IS NULL))
);
CREATE TABLE audit_sealed_heads (
  seal_number integer NOT NULL,
  chain_id uuid NOT NULL,
  sequence integer NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (seal_number, chain_id)
);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_seals FROM PUBLIC, CURRENT_USER;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_sealed_heads FROM PUBLIC, CURRENT_USER;
