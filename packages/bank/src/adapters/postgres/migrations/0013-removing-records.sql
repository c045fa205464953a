-- Removing what the law asks to keep no longer (`lupa records`, docs/scaling.md).

-- What is older than kept_from may be gone, since it was announced. The audit trail has an event of the same id that says so.
CREATE TABLE record_removals (
  removal_id uuid PRIMARY KEY,
  kept_from timestamptz NOT NULL,
  announced timestamptz NOT NULL,
  -- Five years, of which not every five have a leap day.
  CONSTRAINT five_years_at_least CHECK (announced - kept_from >= interval '1825 days')
);

-- Up to where the seals over a chain are gone. Its events up to there stay until what the chain is about goes.
CREATE TABLE audit_released (
  chain_id uuid PRIMARY KEY,
  sequence integer NOT NULL CHECK (sequence > 0)
);

-- The balance an account begins with, where the entries before were removed: the last of them stays, without its booking and
-- without the balance before it.
ALTER TABLE entries
  ADD COLUMN carried_forward timestamptz,
  ALTER COLUMN booking_id DROP NOT NULL,
  ALTER COLUMN previous_balance_cents DROP NOT NULL,
  ADD CONSTRAINT whole_or_carried_forward CHECK (
    CASE WHEN carried_forward IS NULL
      THEN booking_id IS NOT NULL AND previous_balance_cents IS NOT NULL
      ELSE booking_id IS NULL AND previous_balance_cents IS NULL
    END
  ) NOT VALID;
