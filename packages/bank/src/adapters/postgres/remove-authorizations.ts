import type { RecordRemovals } from '../../ports/record-removals.ts';
import type { Database, Statement, Transaction } from './database.ts';
import { BEFORE_EVERY_ID, listOf } from './uuid-list.ts';

const RELEASED_AFTER: Statement = {
  name: 'released-chains-after',
  text: 'SELECT chain_id FROM audit_released WHERE chain_id > $1 ORDER BY chain_id LIMIT $2',
};
/**
 * Locked as all do who change something about an authorization. Whatever is still there of one, and is asked for here, keeps it;
 * what comes between the question and the lock, the keys refuse.
 */
const LOCK_REMOVABLE: Statement = {
  name: 'lock-removable-authorizations',
  text: `SELECT a.authorization_id FROM authorizations a JOIN audit_released r ON r.chain_id = a.authorization_id
    WHERE a.authorization_id = ANY($1::text::uuid[]) AND r.sequence = a.audit_sequence AND a.modified < $2
      AND NOT EXISTS (SELECT 1 FROM sca_sessions s WHERE s.authorization_id = a.authorization_id)
      AND NOT EXISTS (
        SELECT 1 FROM payments p
        WHERE p.authorization_id = a.authorization_id AND (
          p.modified >= $2
          OR EXISTS (SELECT 1 FROM idempotency_keys k WHERE k.payment_id = p.payment_id)
          OR EXISTS (SELECT 1 FROM booking_queue q WHERE q.payment_id = p.payment_id)
          OR EXISTS (SELECT 1 FROM bookings b WHERE b.payment_id = p.payment_id)
          OR EXISTS (
            SELECT 1 FROM submissions s
            WHERE s.payment_id = p.payment_id AND (s.modified >= $2 OR s.status IN ('Accepted', 'Pending'))
          )
        )
      )
    ORDER BY a.authorization_id
    FOR UPDATE OF a`,
};
const OF_PAYMENTS = `USING payments p WHERE p.authorization_id = ANY($1::text::uuid[]) AND`;
const REMOVE_GRANTS: Statement = {
  name: 'remove-exemption-grants',
  text: `DELETE FROM exemption_grants g ${OF_PAYMENTS} g.payment_id = p.payment_id`,
};
const REMOVE_SUBMISSIONS: Statement = {
  name: 'remove-submissions',
  text: `DELETE FROM submissions s ${OF_PAYMENTS} s.payment_id = p.payment_id RETURNING s.submission_id`,
};
const removeWhere = (table: string, key: string): Statement => ({
  name: `remove-${table}-of-authorizations`,
  text: `DELETE FROM ${table} WHERE ${key} = ANY($1::text::uuid[]) RETURNING ${key}`,
});
const REMOVE_PAYMENTS = removeWhere('payments', 'authorization_id');
const REMOVE_EVENTS = removeWhere('audit_events', 'chain_id');
const REMOVE_REST = [
  removeWhere('sandbox_decisions', 'authorization_id'),
  removeWhere('audit_released', 'chain_id'),
  removeWhere('authorizations', 'authorization_id'),
];

/** Port `RecordRemovals.removeAuthorizations`. */
export function removeAuthorizations(database: Database, keptFrom: Date, after: string | undefined, limit: number) {
  return database.transaction((inside) => remove(inside, keptFrom, after ?? BEFORE_EVERY_ID, limit));
}

async function remove(
  inside: Transaction,
  keptFrom: Date,
  after: string,
  limit: number,
): ReturnType<RecordRemovals['removeAuthorizations']> {
  const released = await inside.query<{ chain_id: string }>(RELEASED_AFTER, [after, limit]);
  const last = released.at(-1)?.chain_id;
  const locked = await inside.query<{ authorization_id: string }>(LOCK_REMOVABLE, [
    listOf(released.map((row) => row.chain_id)),
    keptFrom,
  ]);
  const ids = [listOf(locked.map((row) => row.authorization_id))];
  inside.send(REMOVE_GRANTS, ids);
  const submissions = await inside.query(REMOVE_SUBMISSIONS, ids);
  const payments = await inside.query(REMOVE_PAYMENTS, ids);
  const events = await inside.query(REMOVE_EVENTS, ids);
  for (const statement of REMOVE_REST) inside.send(statement, ids);
  return {
    authorizations: locked.length,
    payments: payments.length,
    submissions: submissions.length,
    events: events.length,
    last,
  };
}
