-- Everything the payments API, the SCA pages and the ledger store. What a status, a limit or an amount may be is said here
-- as well as in the program, so that no mistake of the program can be stored.

CREATE TABLE clients (
  client_id text PRIMARY KEY CHECK (client_id ~ '^[A-Za-z0-9._~-]{1,64}$'),
  client_name text NOT NULL CHECK (client_name <> ''),
  organisation_id text NOT NULL CHECK (organisation_id <> ''),
  secret_digest bytea NOT NULL CHECK (length(secret_digest) = 32),
  api_key_digest bytea NOT NULL UNIQUE CHECK (length(api_key_digest) = 32),
  certificate_thumbprint text NOT NULL CHECK (length(certificate_thumbprint) = 43),
  roles jsonb NOT NULL CHECK (jsonb_typeof(roles) = 'array'),
  redirect_uris jsonb NOT NULL CHECK (jsonb_typeof(redirect_uris) = 'array'),
  jwks jsonb NOT NULL CHECK (jsonb_typeof(jwks -> 'keys') = 'array'),
  created timestamptz NOT NULL
);

CREATE TABLE customers (
  customer_id uuid PRIMARY KEY,
  username text NOT NULL UNIQUE CHECK (username <> ''),
  name text NOT NULL CHECK (name <> ''),
  password_hash text NOT NULL CHECK (password_hash LIKE 'scrypt$%')
);

-- The ledger. A customer's balance is positive where the bank owes the customer; the bank's own accounts stand against
-- them, so that all balances add up to 0.

CREATE TABLE accounts (
  account_id uuid PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('customer', 'settlement', 'opening')),
  -- The bank's own accounts are split, so that bookings do not queue for one row.
  shard integer,
  customer_id uuid REFERENCES customers,
  iban text UNIQUE CHECK (iban ~ '^FI[0-9]{16}$'),
  name text NOT NULL CHECK (name <> ''),
  balance_cents bigint NOT NULL DEFAULT 0,
  -- Taken by accepted submissions that are not booked yet.
  reserved_cents bigint NOT NULL DEFAULT 0 CHECK (reserved_cents >= 0),
  limit_cents bigint,
  -- The account's latest entry; none yet where NULL.
  entry_number integer,
  created timestamptz NOT NULL,
  UNIQUE (account_id, iban),
  UNIQUE (purpose, shard),
  CONSTRAINT account_is_whole CHECK (
    CASE purpose
      WHEN 'customer' THEN customer_id IS NOT NULL AND iban IS NOT NULL AND limit_cents IS NOT NULL AND shard IS NULL
      ELSE customer_id IS NULL AND iban IS NULL AND limit_cents IS NULL AND shard IS NOT NULL
    END
  ),
  CONSTRAINT balance_not_below_limit CHECK (limit_cents IS NULL OR balance_cents - reserved_cents >= limit_cents),
  CONSTRAINT balance_comes_from_entries CHECK (entry_number IS NOT NULL OR balance_cents = 0)
);
CREATE INDEX accounts_of_customer ON accounts (customer_id) WHERE customer_id IS NOT NULL;

-- Each account's entries form a chain: every entry starts from the balance the one before it left.
CREATE TABLE entries (
  account_id uuid NOT NULL REFERENCES accounts,
  entry_number integer NOT NULL CHECK (entry_number > 0),
  booking_id uuid NOT NULL,
  -- Above 0 a credit, below 0 a debit.
  amount_cents bigint NOT NULL CHECK (amount_cents <> 0),
  is_credit boolean GENERATED ALWAYS AS (amount_cents > 0) STORED,
  previous_entry_number integer GENERATED ALWAYS AS (NULLIF(entry_number - 1, 0)) STORED,
  previous_balance_cents bigint NOT NULL,
  balance_cents bigint NOT NULL,
  PRIMARY KEY (account_id, entry_number),
  CONSTRAINT entry_adds_up CHECK (balance_cents = previous_balance_cents + amount_cents),
  CONSTRAINT first_entry_starts_from_zero CHECK (entry_number > 1 OR previous_balance_cents = 0),
  -- A booking has one debit and one credit.
  CONSTRAINT one_entry_a_side UNIQUE (booking_id, is_credit),
  CONSTRAINT entry_balance UNIQUE (account_id, entry_number, balance_cents),
  CONSTRAINT entry_of_booking UNIQUE (account_id, entry_number, booking_id, amount_cents),
  CONSTRAINT entry_follows_the_previous FOREIGN KEY (account_id, previous_entry_number, previous_balance_cents)
    REFERENCES entries (account_id, entry_number, balance_cents)
);

ALTER TABLE accounts ADD CONSTRAINT balance_is_that_of_the_latest_entry
  FOREIGN KEY (account_id, entry_number, balance_cents) REFERENCES entries (account_id, entry_number, balance_cents);

-- Payments.

CREATE TABLE authorizations (
  authorization_id uuid PRIMARY KEY,
  -- No key to clients: every creation would lock the client's one row, which costs a tenth of all creations a second. The
  -- token that creates has that key, and what it creates is its own client's.
  client_id text NOT NULL,
  payment_type text NOT NULL CHECK (payment_type IN ('SepaPayment')),
  status text NOT NULL CHECK (status IN ('Unauthorized', 'Authorizing', 'Authorized', 'Rejected', 'Completed', 'PartiallyRevoked', 'Revoked')),
  customer_id uuid REFERENCES customers,
  payment_count integer NOT NULL CHECK (payment_count BETWEEN 1 AND 100),
  created timestamptz NOT NULL,
  modified timestamptz NOT NULL,
  authorized timestamptz,
  CONSTRAINT approved_by_a_customer_at_a_time CHECK (
    status NOT IN ('Authorized', 'Completed', 'PartiallyRevoked') OR (customer_id IS NOT NULL AND authorized IS NOT NULL)
  )
);

CREATE TABLE payments (
  payment_id uuid PRIMARY KEY,
  authorization_id uuid NOT NULL REFERENCES authorizations,
  payment_type text NOT NULL CHECK (payment_type IN ('SepaPayment')),
  status text NOT NULL CHECK (status IN ('Unauthorized', 'Authorizing', 'Authorized', 'Rejected', 'Completed', 'PartiallyRevoked', 'Revoked')),
  -- The whole request as parsed; the columns after it repeat what SQL needs of it.
  request jsonb NOT NULL CHECK (jsonb_typeof(request) = 'object'),
  amount_cents bigint NOT NULL CHECK (amount_cents > 0),
  payee_iban text NOT NULL CHECK (payee_iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
  count integer NOT NULL CHECK (count BETWEEN 1 AND 1000),
  payment_order text NOT NULL CHECK (payment_order IN ('SEPA', 'SEPA_INST')),
  -- Headers of the request that tell about the customer (contract section 5).
  context jsonb NOT NULL CHECK (jsonb_typeof(context) = 'object'),
  submissions_made integer NOT NULL DEFAULT 0,
  debit_account_id uuid,
  debit_iban text,
  created timestamptz NOT NULL,
  modified timestamptz NOT NULL,
  CONSTRAINT no_more_submissions_than_allowed CHECK (submissions_made BETWEEN 0 AND count),
  CONSTRAINT submitted_from_an_account CHECK (submissions_made = 0 OR debit_account_id IS NOT NULL),
  FOREIGN KEY (debit_account_id, debit_iban) REFERENCES accounts (account_id, iban) MATCH FULL
);
CREATE INDEX payments_of_authorization ON payments (authorization_id);

-- customer_scope is the customer a token stands for, or empty: keys of different customers never meet.
CREATE TABLE idempotency_keys (
  client_id text NOT NULL,
  customer_scope text NOT NULL,
  idempotency_key text NOT NULL CHECK (idempotency_key <> ''),
  request_digest bytea NOT NULL CHECK (length(request_digest) = 32),
  payment_id uuid NOT NULL REFERENCES payments,
  created timestamptz NOT NULL,
  PRIMARY KEY (client_id, customer_scope, idempotency_key)
);

CREATE TABLE submissions (
  payment_id uuid NOT NULL REFERENCES payments,
  submission_id text NOT NULL CHECK (submission_id ~ '^[A-Za-z0-9._~-]{1,64}$'),
  status text NOT NULL CHECK (status IN ('Accepted', 'Pending', 'Error', 'Submitted', 'Credited', 'Rejected')),
  archive_id text UNIQUE,
  created timestamptz NOT NULL,
  modified timestamptz NOT NULL,
  PRIMARY KEY (payment_id, submission_id),
  CONSTRAINT booked_with_an_archive_id CHECK ((status IN ('Submitted', 'Credited')) = (archive_id IS NOT NULL))
);

-- The outbox: a row is written in the transaction that accepts a submission and removed in the one that books it.
CREATE TABLE booking_queue (
  payment_id uuid NOT NULL,
  submission_id text NOT NULL,
  due timestamptz NOT NULL,
  PRIMARY KEY (payment_id, submission_id),
  FOREIGN KEY (payment_id, submission_id) REFERENCES submissions
);
CREATE INDEX booking_queue_due ON booking_queue (due);

-- A booking moves an amount from one account to another. Its two keys into entries make the database refuse a booking
-- without both sides, or with sides that differ; the key back makes it refuse an entry without a booking.
CREATE TABLE bookings (
  booking_id uuid PRIMARY KEY,
  archive_id text NOT NULL UNIQUE CHECK (archive_id <> ''),
  payment_id uuid,
  submission_id text,
  amount_cents bigint NOT NULL CHECK (amount_cents > 0),
  debit_account_id uuid NOT NULL,
  debit_entry_number integer NOT NULL,
  debit_cents bigint GENERATED ALWAYS AS (-amount_cents) STORED,
  credit_account_id uuid NOT NULL,
  credit_entry_number integer NOT NULL,
  booked timestamptz NOT NULL,
  CONSTRAINT booked_once UNIQUE (payment_id, submission_id),
  CONSTRAINT between_two_accounts CHECK (debit_account_id <> credit_account_id),
  CONSTRAINT booking_of_submission FOREIGN KEY (payment_id, submission_id) REFERENCES submissions MATCH FULL,
  CONSTRAINT booking_has_its_debit FOREIGN KEY (debit_account_id, debit_entry_number, booking_id, debit_cents)
    REFERENCES entries (account_id, entry_number, booking_id, amount_cents),
  CONSTRAINT booking_has_its_credit FOREIGN KEY (credit_account_id, credit_entry_number, booking_id, amount_cents)
    REFERENCES entries (account_id, entry_number, booking_id, amount_cents)
);

ALTER TABLE entries ADD CONSTRAINT entry_has_its_booking FOREIGN KEY (booking_id) REFERENCES bookings;

INSERT INTO accounts (account_id, purpose, shard, name, created)
SELECT CAST('5e771e00-0000-7000-8000-' || lpad(to_hex(shard), 12, '0') AS uuid), 'settlement', shard, 'Settlement ' || shard, now()
FROM generate_series(0, 15) AS shard;

INSERT INTO accounts (account_id, purpose, shard, name, created)
VALUES ('09e71900-0000-7000-8000-000000000000', 'opening', 0, 'Opening balances', now());

-- Access tokens, by the SHA-256 of what the client holds.
CREATE TABLE access_tokens (
  token_digest bytea PRIMARY KEY CHECK (length(token_digest) = 32),
  client_id text NOT NULL REFERENCES clients,
  certificate_thumbprint text NOT NULL CHECK (length(certificate_thumbprint) = 43),
  kind text NOT NULL CHECK (kind IN ('client', 'user', 'customer', 'exemption')),
  scope text NOT NULL,
  grant_id text,
  authorization_id uuid,
  customer_id uuid,
  expires_at timestamptz NOT NULL,
  -- Set until the token is first used, where it came from a refresh that is not confirmed yet.
  unconfirmed_refresh text,
  payload jsonb NOT NULL,
  CONSTRAINT token_for_one_authorization CHECK (kind NOT IN ('user', 'exemption') OR authorization_id IS NOT NULL),
  CONSTRAINT token_for_one_customer CHECK ((kind <> 'client') = (customer_id IS NOT NULL))
);
CREATE INDEX access_tokens_of_grant ON access_tokens (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX access_tokens_expiring ON access_tokens (expires_at);

-- Strong customer authentication.

CREATE TABLE sca_sessions (
  session_id text PRIMARY KEY CHECK (session_id <> ''),
  client_id text NOT NULL REFERENCES clients,
  authorization_id uuid NOT NULL REFERENCES authorizations,
  browser_digest bytea NOT NULL CHECK (length(browser_digest) = 32),
  step text NOT NULL CHECK (step IN ('login', 'review', 'factor', 'ended')),
  language text NOT NULL CHECK (language IN ('fi', 'sv', 'en')),
  customer_id uuid REFERENCES customers,
  failures integer NOT NULL CHECK (failures >= 0),
  outcome text CHECK (outcome IN ('approved', 'rejected', 'cancelled', 'timed-out', 'blocked', 'unavailable')),
  created timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  -- The second factor asked for, all NULL where none is.
  challenge_id text UNIQUE,
  factor text CHECK (factor IN ('keycode', 'mobilekey')),
  key_series integer CHECK (key_series > 0),
  key_number integer CHECK (key_number BETWEEN 1 AND 100),
  -- As json, not jsonb: what was shown keeps the order it was shown in.
  shown json,
  shown_digest bytea CHECK (length(shown_digest) = 32),
  phone text CHECK (phone IN ('waiting', 'approved', 'declined')),
  challenged timestamptz,
  CONSTRAINT ended_with_an_outcome CHECK ((step = 'ended') = (outcome IS NOT NULL)),
  CONSTRAINT logged_in_after_login CHECK (step NOT IN ('review', 'factor') OR customer_id IS NOT NULL),
  CONSTRAINT challenge_is_whole CHECK (
    (challenge_id IS NULL) = (factor IS NULL)
    AND (challenge_id IS NULL) = (shown IS NULL)
    AND (challenge_id IS NULL) = (shown_digest IS NULL)
    AND (challenge_id IS NULL) = (phone IS NULL)
    AND (challenge_id IS NULL) = (challenged IS NULL)
  ),
  CONSTRAINT key_asked_for_a_key_code CHECK (
    (factor IS NOT DISTINCT FROM 'keycode') = (key_series IS NOT NULL)
    AND (key_series IS NULL) = (key_number IS NULL)
  )
);
CREATE INDEX sca_sessions_idle ON sca_sessions (last_seen);
CREATE INDEX sca_sessions_on_the_phone ON sca_sessions (customer_id) WHERE step = 'factor';

-- Counted by the username given, whether or not there is such a customer: the two must not be told apart.
CREATE TABLE factor_attempts (
  username text PRIMARY KEY,
  attempts integer NOT NULL CHECK (attempts >= 0),
  blocked_until timestamptz,
  last_attempt timestamptz NOT NULL
);

-- The code of each customer's key lists that was asked for last.
CREATE TABLE key_lists (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  series integer NOT NULL CHECK (series > 0),
  number integer NOT NULL CHECK (number BETWEEN 1 AND 100)
);

-- The audit trail. Nothing may change or remove a line; the privileges hold wherever the bank is not a superuser.
CREATE TABLE audit_events (
  event_id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  event text NOT NULL CHECK (event <> ''),
  authorization_id uuid,
  client_id text,
  customer_id uuid,
  request_id text,
  details jsonb NOT NULL CHECK (jsonb_typeof(details) = 'object')
);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM PUBLIC, CURRENT_USER;
