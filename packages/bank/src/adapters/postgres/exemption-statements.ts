import type { Statement } from './database.ts';

/** A conflict locks the row and then reads it as the holder before us left it, in the same statement. */
export const LOCK_COUNTER: Statement = {
  name: 'lock-exemption-counter',
  text: `INSERT INTO exemption_counters (customer_id, period, since, granted_count, granted_cents) VALUES ($1, 0, $2, 0, 0)
    ON CONFLICT (customer_id) DO UPDATE SET since = exemption_counters.since
    RETURNING granted_count AS count, granted_cents AS "sumCents"`,
};

export const RESTART_COUNTER: Statement = {
  name: 'restart-exemption-counter',
  text: `INSERT INTO exemption_counters (customer_id, period, since, granted_count, granted_cents) VALUES ($1, 1, $2, 0, 0)
    ON CONFLICT (customer_id) DO UPDATE
    SET period = exemption_counters.period + 1, since = EXCLUDED.since, granted_count = 0, granted_cents = 0`,
};

export const RECORD_GRANT: Statement = {
  name: 'record-exemption-grant',
  text: `WITH counter AS (
      UPDATE exemption_counters
      SET granted_count = granted_count + CASE WHEN $4::boolean THEN 1 ELSE 0 END,
        granted_cents = granted_cents + CASE WHEN $4::boolean THEN $3::bigint ELSE 0 END
      WHERE customer_id = $2
      RETURNING period
    )
    INSERT INTO exemption_grants (payment_id, customer_id, amount_cents, counted, period, granted_at)
    SELECT $1, $2, $3::bigint, $4::boolean, period, $5 FROM counter`,
};

/** Once, and to the count only if that still is the one it was taken from. */
export const GIVE_BACK: Statement = {
  name: 'give-back-exemption',
  text: `WITH given_back AS (
      UPDATE exemption_grants SET given_back_at = $2 WHERE payment_id = $1 AND given_back_at IS NULL
      RETURNING payment_id, customer_id, amount_cents, counted, period
    ), counter AS (
      UPDATE exemption_counters c
      SET granted_count = c.granted_count - 1, granted_cents = c.granted_cents - g.amount_cents
      FROM given_back g
      WHERE g.counted AND c.customer_id = g.customer_id AND c.period = g.period
    )
    SELECT payment_id FROM given_back`,
};

/** The lock that whatever touches a family of tokens takes first. */
export const LOCK_FAMILY: Statement = {
  name: 'lock-token-family',
  text: `SELECT model FROM token_artifacts WHERE model = 'Grant' AND id_digest = $1 FOR NO KEY UPDATE`,
};

export const USABLE_REFRESH_TOKEN_OF_FAMILY: Statement = {
  name: 'usable-refresh-token-of-family',
  text: `SELECT model FROM token_artifacts
    WHERE model = 'RefreshToken' AND grant_id = $1 AND consumed_at IS NULL AND expires_at > $2 LIMIT 1`,
};
