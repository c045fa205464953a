/**
 * What the schema makes impossible one row at a time, counted over the whole ledger: each number is 0 in a sound one. An account
 * whose first entries were removed begins with the balance that is carried forward, and a submission may outlive its booking.
 */
export const TRIAL_BALANCE = {
  name: 'trial-balance',
  text: `SELECT
      (SELECT COALESCE(SUM(balance_cents), 0)::bigint FROM accounts) AS imbalance,
      (SELECT COUNT(*)
        FROM accounts a
        LEFT JOIN (
          SELECT account_id, SUM(CASE WHEN carried_forward IS NULL THEN amount_cents ELSE balance_cents END) AS cents,
            SUM(CASE WHEN carried_forward IS NULL THEN 1 ELSE entry_number END) AS number
          FROM entries GROUP BY account_id
        ) e ON e.account_id = a.account_id
        WHERE a.balance_cents <> COALESCE(e.cents, 0) OR COALESCE(a.entry_number, 0) <> COALESCE(e.number, 0)
      ) AS accounts,
      (SELECT COUNT(*)
        FROM accounts a
        LEFT JOIN (
          SELECT p.debit_account_id, SUM(p.amount_cents) AS cents
          FROM submissions s JOIN payments p ON p.payment_id = s.payment_id
          WHERE s.status = 'Accepted'
          GROUP BY p.debit_account_id
        ) r ON r.debit_account_id = a.account_id
        WHERE a.reserved_cents <> COALESCE(r.cents, 0)
      ) AS reservations,
      (SELECT COUNT(*)
        FROM submissions s
        LEFT JOIN bookings b ON b.payment_id = s.payment_id AND b.submission_id = s.submission_id
        LEFT JOIN booking_queue q ON q.payment_id = s.payment_id AND q.submission_id = s.submission_id
        WHERE CASE
          WHEN s.status = 'Accepted' THEN q.payment_id IS NULL OR b.booking_id IS NOT NULL
          WHEN s.status NOT IN ('Submitted', 'Credited') THEN b.booking_id IS NOT NULL
          WHEN b.booking_id IS NULL THEN NOT EXISTS (SELECT 1 FROM record_removals r WHERE s.modified < r.kept_from)
          ELSE s.archive_id IS DISTINCT FROM b.archive_id
        END
      ) AS submissions`,
};
