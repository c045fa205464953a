import { KEYS_PER_LIST } from '../../ports/sca-store.ts';

/** Takes the next code, going on to the next list after the last one. One row a customer decides, so none is taken twice. */
export const TAKE_KEY = {
  name: 'take-key',
  text: `INSERT INTO key_lists (customer_id, series, number) VALUES ($1, 1, 1)
    ON CONFLICT (customer_id) DO UPDATE
    SET series = CASE WHEN key_lists.number = ${KEYS_PER_LIST} THEN key_lists.series + 1 ELSE key_lists.series END,
      number = CASE WHEN key_lists.number = ${KEYS_PER_LIST} THEN 1 ELSE key_lists.number + 1 END
    RETURNING series, number`,
};

export const CURRENT_SERIES = {
  name: 'current-key-series',
  text: `SELECT CASE WHEN number = ${KEYS_PER_LIST} THEN series + 1 ELSE series END AS series
    FROM key_lists WHERE customer_id = $1`,
};
