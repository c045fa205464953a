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

/** The list of the code that was asked for last: while it is being asked for, that is the list the customer needs. */
export const CURRENT_SERIES = {
  name: 'current-key-series',
  text: 'SELECT series FROM key_lists WHERE customer_id = $1',
};
