-- Attempts are counted by the SHA-256 of the username given, for what is typed into that field may be a password.
ALTER TABLE factor_attempts ADD COLUMN of_customer boolean NOT NULL DEFAULT false;
UPDATE factor_attempts
SET of_customer = EXISTS (SELECT 1 FROM customers WHERE customers.username = factor_attempts.username),
  username = encode(sha256(convert_to(username, 'UTF8')), 'hex');
ALTER TABLE factor_attempts RENAME COLUMN username TO username_digest;
