-- The last good revocation list of each place and issuer, so that a process that starts, while the place cannot be reached, has
-- what the others had. Lists are public and signed: nothing here is a secret, and nothing here is believed without its signature.
CREATE TABLE revocation_lists (
  list_id text PRIMARY KEY CHECK (list_id <> ''),
  -- For people who look at the table.
  url text NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  der bytea NOT NULL,
  this_update timestamptz NOT NULL,
  fetched timestamptz NOT NULL
);
