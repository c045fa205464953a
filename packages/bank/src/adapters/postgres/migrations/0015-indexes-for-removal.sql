-- Whoever removes a row has the database look for what refers to it. On large stores they are made beforehand, CONCURRENTLY.
CREATE INDEX IF NOT EXISTS entries_by_previous ON entries (account_id, previous_entry_number);
CREATE INDEX IF NOT EXISTS idempotency_keys_of_payment ON idempotency_keys (payment_id);
CREATE INDEX IF NOT EXISTS sca_sessions_of_authorization ON sca_sessions (authorization_id);
