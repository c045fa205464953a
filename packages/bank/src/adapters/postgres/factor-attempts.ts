import { createHash } from 'node:crypto';

/**
 * Counting factor attempts by the username given. Each statement is atomic: simultaneous callers queue for the username's
 * row, whether or not there is such a customer.
 */

/** What is kept of a username given: it may well be a password, typed into the wrong field. */
export function usernameDigest(username: string): string {
  return createHash('sha256').update(username).digest('hex');
}

/** A block that has passed takes the count with it; one that holds lets nothing be counted. */
export const COUNT_ATTEMPT = {
  name: 'count-attempt',
  text: `INSERT INTO factor_attempts (username_digest, of_customer, attempts, last_attempt)
    SELECT $1, EXISTS (SELECT 1 FROM customers WHERE username = $3), 1, $2
    ON CONFLICT (username_digest) DO UPDATE
    SET of_customer = EXCLUDED.of_customer,
      attempts = CASE
        WHEN factor_attempts.blocked_until > EXCLUDED.last_attempt THEN factor_attempts.attempts
        WHEN factor_attempts.blocked_until IS NOT NULL THEN 1
        ELSE factor_attempts.attempts + 1
      END,
      blocked_until = CASE
        WHEN factor_attempts.blocked_until > EXCLUDED.last_attempt THEN factor_attempts.blocked_until
      END,
      last_attempt = EXCLUDED.last_attempt
    RETURNING attempts, blocked_until IS NOT NULL AS blocked`,
};

export const FORGIVE_ATTEMPT = {
  name: 'forgive-attempt',
  text: 'UPDATE factor_attempts SET attempts = attempts - 1 WHERE username_digest = $1 AND attempts > 0',
};

export const CLEAR_ATTEMPTS = {
  name: 'clear-attempts',
  text: 'DELETE FROM factor_attempts WHERE username_digest = $1',
};

export const BLOCK = {
  name: 'block-username',
  text: `INSERT INTO factor_attempts (username_digest, of_customer, attempts, blocked_until, last_attempt)
    SELECT $1, EXISTS (SELECT 1 FROM customers WHERE username = $3), 0, $2, $2
    ON CONFLICT (username_digest) DO UPDATE SET blocked_until = EXCLUDED.blocked_until`,
};

/** Anybody can make up usernames, so the counts of those no customer has are forgotten; a customer's wrong factors are not. */
export const PURGE_ATTEMPTS = {
  name: 'purge-attempts',
  text: `DELETE FROM factor_attempts WHERE username_digest IN (
      SELECT username_digest FROM factor_attempts
      WHERE NOT of_customer AND last_attempt < $1 AND (blocked_until IS NULL OR blocked_until < $1)
      ORDER BY last_attempt LIMIT $2
    ) AND NOT of_customer AND last_attempt < $1 AND (blocked_until IS NULL OR blocked_until < $1)
    RETURNING username_digest`,
};
