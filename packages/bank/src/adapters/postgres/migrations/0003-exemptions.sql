-- The exemption flow (contract section 9).

-- The family of tokens whose customer a payment was created for; NULL in the default flow. No key to the family: that may
-- be revoked, and the payment stays.
ALTER TABLE authorizations ADD COLUMN source_grant_id text;
ALTER TABLE authorizations ADD CONSTRAINT made_for_a_customer CHECK (source_grant_id IS NULL OR customer_id IS NOT NULL);
-- One payment for each authorization of that flow.
ALTER TABLE authorizations ADD CONSTRAINT no_bundle_in_the_exemption_flow CHECK (source_grant_id IS NULL OR payment_count = 1);

-- How much of the exemption a customer has used since the latest strong authentication, whichever TPP it was for. Its row is
-- locked by each grant, so that however many come at once, no limit is passed; and what may stand here at all is said again.
CREATE TABLE exemption_counters (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  -- One more with every authentication: what was granted before counts no longer, not even when it is given back.
  period integer NOT NULL CHECK (period >= 0),
  since timestamptz NOT NULL,
  granted_count integer NOT NULL CHECK (granted_count BETWEEN 0 AND 5),
  granted_cents bigint NOT NULL CHECK (granted_cents >= 0 AND granted_cents < 10000),
  CONSTRAINT nothing_granted_is_nothing_spent CHECK ((granted_count = 0) = (granted_cents = 0))
);

CREATE TABLE exemption_grants (
  payment_id uuid PRIMARY KEY REFERENCES payments,
  customer_id uuid NOT NULL REFERENCES customers,
  amount_cents bigint NOT NULL CHECK (amount_cents > 0),
  -- Transfers between the customer's own accounts do not count.
  counted boolean NOT NULL,
  period integer NOT NULL,
  granted_at timestamptz NOT NULL,
  given_back_at timestamptz,
  CONSTRAINT counted_below_the_limit CHECK (NOT counted OR amount_cents < 3000)
);
CREATE INDEX exemption_grants_of_customer ON exemption_grants (customer_id, period);
