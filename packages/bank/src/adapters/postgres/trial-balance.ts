/** What the schema makes impossible one row at a time, counted over the whole ledger: each number is 0 in a sound one. */
export const TRIAL_BALANCE = {
  name: 'trial-balance',
  text: `SELECT
      (SELECT COALESCE(SUM(balance_cents), 0)::bigint FROM accounts) AS imbalance,
      (SELECT COUNT(*)
        FROM accounts a
        LEFT JOIN (
          SELECT account_id, SUM(amount_cents) AS cents, COUNT(*) AS number FROM entries GROUP BY account_id
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
        WHERE (s.status IN ('Submitted', 'Credited')) <> (b.booking_id IS NOT NULL)
          OR s.archive_id IS DISTINCT FROM b.archive_id
          OR (s.status = 'Accepted' AND q.payment_id IS NULL)
      ) AS submissions`,
};
