import type { RecordRemovals } from '../../ports/record-removals.ts';
import type { Database, Statement, Transaction } from './database.ts';

const FIRST_SEALS: Statement = {
  name: 'first-audit-seals',
  text: 'SELECT seal_number, sealed_at < $1 AS old, head_count FROM audit_seals ORDER BY seal_number LIMIT $2',
};
/** The clock of whoever wrote an event may have gone before that of whoever sealed it. */
const FIRST_SEAL_OF_YOUNGER: Statement = {
  name: 'first-seal-of-younger-events',
  text: `SELECT MIN(h.seal_number) AS "sealNumber"
    FROM audit_sealed_heads h JOIN audit_events e ON e.chain_id = h.chain_id AND e.sequence = h.sequence
    WHERE h.seal_number BETWEEN $1 AND $2 AND e.at >= $3`,
};

/** Heads in one transaction, as long as there is more than one seal. */
const HEADS_AT_ONCE = 20_000;

/** Port `RecordRemovals.sealsToRemove`. */
export async function sealsToRemove(database: Database, keptFrom: Date, limit: number): Promise<readonly number[]> {
  const seals = await database.query<{ seal_number: number; old: boolean; head_count: number }>(FIRST_SEALS, [
    keptFrom,
    limit + 1,
  ]);
  const numbers: number[] = [];
  let heads = 0;
  for (const [index, seal] of seals.entries()) {
    heads += seal.head_count;
    const isLastOfOld = seals[index + 1]?.old !== true;
    if (!seal.old || isLastOfOld || (numbers.length > 0 && heads > HEADS_AT_ONCE)) break;
    numbers.push(seal.seal_number);
  }
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [younger] = await database.query<{ sealNumber: number | null }>(FIRST_SEAL_OF_YOUNGER, [first, last, keptFrom]);
  const end = younger?.sealNumber ?? Number.POSITIVE_INFINITY;
  return numbers.filter((number) => number < end);
}

const HEADS = `SELECT chain_id, MAX(sequence) AS sequence FROM audit_sealed_heads WHERE seal_number BETWEEN $1 AND $2 GROUP BY chain_id`;
const RELEASE_CHAINS: Statement = {
  name: 'release-audit-chains',
  text: `INSERT INTO audit_released (chain_id, sequence)
    SELECT h.chain_id, h.sequence FROM (${HEADS}) h
    JOIN audit_events e ON e.chain_id = h.chain_id AND e.sequence = h.sequence
    WHERE e.event_id <> h.chain_id
    ON CONFLICT (chain_id) DO UPDATE SET sequence = GREATEST(audit_released.sequence, EXCLUDED.sequence)`,
};
const REMOVE_EVENTS: Statement = {
  name: 'remove-released-events',
  text: `DELETE FROM audit_events e USING (${HEADS}) h
    WHERE e.chain_id = h.chain_id AND (e.sequence < h.sequence OR e.event_id = e.chain_id)
    RETURNING e.sequence`,
};
const REMOVE_CHAINS: Statement = {
  name: 'remove-audit-chains',
  text: `DELETE FROM audit_chains c USING audit_sealed_heads h
    WHERE h.seal_number BETWEEN $1 AND $2 AND c.chain_id = h.chain_id AND c.audit_sequence = 1
      AND NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.chain_id = c.chain_id)`,
};
const REMOVE_HEADS: Statement = {
  name: 'remove-sealed-heads',
  text: 'DELETE FROM audit_sealed_heads WHERE seal_number BETWEEN $1 AND $2',
};
/** Of two removals at once the second waits here, and finds what the first was not at. */
const REMOVE_SEALS: Statement = {
  name: 'remove-audit-seals',
  text: 'DELETE FROM audit_seals WHERE seal_number BETWEEN $1 AND $2 RETURNING seal_number',
};

/** Port `RecordRemovals.removeSeals`. */
export function removeSeals(database: Database, first: number, last: number) {
  return database.transaction((inside) => remove(inside, [first, last]));
}

async function remove(inside: Transaction, range: [number, number]): ReturnType<RecordRemovals['removeSeals']> {
  const seals = await inside.query(REMOVE_SEALS, range);
  inside.send(RELEASE_CHAINS, range);
  const events = await inside.query(REMOVE_EVENTS, range);
  inside.send(REMOVE_CHAINS, range);
  inside.send(REMOVE_HEADS, range);
  return { seals: seals.length, events: events.length };
}
