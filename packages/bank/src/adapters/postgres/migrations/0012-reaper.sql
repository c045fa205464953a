-- Forgetting what nobody needs any more (docs/scaling.md).

-- Where the walk through a large table stands: it looks at a few rows a round, in the order of their keys, whichever process does
-- it. An index by age would make every payment dearer instead.
CREATE TABLE reaper_positions (
  walk text PRIMARY KEY CHECK (walk <> ''),
  -- The last key looked at.
  position jsonb NOT NULL CHECK (jsonb_typeof(position) = 'array')
);
INSERT INTO reaper_positions (walk, position) VALUES ('idempotency_keys', '["", "", ""]');

-- Anybody can make up usernames, so that those nobody has are found by their age.
CREATE INDEX factor_attempts_of_nobody ON factor_attempts (last_attempt) WHERE NOT of_customer;
