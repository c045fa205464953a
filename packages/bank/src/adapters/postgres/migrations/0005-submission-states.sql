-- What a submission that was not debited at once needs to remember, and what the sandbox plays.

ALTER TABLE submissions
  -- The midnight of Helsinki until which a pending submission is tried again; then it is rejected.
  ADD COLUMN pending_until timestamptz,
  -- Why a submission was refused for good when it was put, so that putting it again is answered alike.
  ADD COLUMN failure text CHECK (failure IN ('Unspecified', 'AccountClosed', 'InvalidPayee', 'LimitExceeded')),
  -- In the sandbox: what booking makes of it, whatever it would be.
  ADD COLUMN booked_as text CHECK (booked_as IN ('Submitted', 'Rejected')),
  ADD CONSTRAINT pending_until_a_time CHECK ((status = 'Pending') = (pending_until IS NOT NULL)),
  ADD CONSTRAINT failed_for_good CHECK (failure IS NULL OR status = 'Rejected');
CREATE INDEX submissions_pending ON submissions (pending_until) WHERE pending_until IS NOT NULL;

-- What nobody has authorised, oldest first, so that what expires is found without looking at the rest.
CREATE INDEX authorizations_unauthorized ON authorizations (created) WHERE status = 'Unauthorized';

-- Authorizations the sandbox decided in the customer's place. Outside the sandbox nothing writes here.
CREATE TABLE sandbox_decisions (
  authorization_id uuid PRIMARY KEY REFERENCES authorizations,
  decision text NOT NULL CHECK (decision IN ('authorized', 'rejected')),
  decided timestamptz NOT NULL
);
