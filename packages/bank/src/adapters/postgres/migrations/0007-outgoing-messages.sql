-- What leaves for the payment rails. A row is written in the transaction of the booking it tells of: its key makes it one a
-- submission, and its reference to the booking lets no message stand without one.

CREATE TABLE outgoing_messages (
  payment_id uuid NOT NULL,
  submission_id text NOT NULL,
  -- The booking's archive id, by which the message is known outside.
  message_id text NOT NULL UNIQUE,
  message text NOT NULL CHECK (message <> ''),
  created timestamptz NOT NULL,
  -- Still waits where NULL.
  sent timestamptz,
  PRIMARY KEY (payment_id, submission_id),
  CONSTRAINT message_of_booking FOREIGN KEY (payment_id, submission_id) REFERENCES bookings (payment_id, submission_id)
);
CREATE INDEX outgoing_messages_newest ON outgoing_messages (created);
