-- How often somebody did something within a window of time, over all processes. One row a subject; old ones are removed.

CREATE TABLE rate_counts (
  subject text PRIMARY KEY CHECK (subject <> ''),
  window_start timestamptz NOT NULL,
  taken integer NOT NULL CHECK (taken >= 0)
);
CREATE INDEX rate_counts_window_start ON rate_counts (window_start);
