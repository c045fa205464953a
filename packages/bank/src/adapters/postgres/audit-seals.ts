import { type SealedHead, sealHash, sealRoot } from '../../domain/audit-seal.ts';
import type { Database, Statement, Transaction } from './database.ts';
import { StatementError } from './statement-error.ts';

const NEWEST_SEAL: Statement = {
  name: 'newest-audit-seal',
  text: `SELECT seal_number, encode(hash, 'hex') AS hash FROM audit_seals ORDER BY seal_number DESC LIMIT 1`,
};
/**
 * All that waits of a chain goes under one seal, so that no later seal names an earlier event of it: removal of what is past its
 * term leaves of a chain what no seal that is gone covers (`remove-seals.ts`). An event that waits and is not there is left
 * waiting: the check of the trail finds it.
 */
const TAKE_HEADS: Statement = {
  name: 'take-audit-heads',
  text: `WITH taken AS (
      DELETE FROM audit_unsealed WHERE (chain_id, sequence) IN (
        SELECT u.chain_id, u.sequence
        FROM (
          SELECT DISTINCT chain_id FROM (
            SELECT w.chain_id FROM audit_unsealed w
            JOIN audit_events e ON e.chain_id = w.chain_id AND e.sequence = w.sequence LIMIT $2
          ) waiting
        ) chains
        JOIN audit_unsealed u ON u.chain_id = chains.chain_id
        JOIN audit_events e ON e.chain_id = u.chain_id AND e.sequence = u.sequence
      )
      RETURNING chain_id, sequence
    ), newest AS (
      SELECT chain_id, MAX(sequence) AS sequence FROM taken GROUP BY chain_id
    )
    INSERT INTO audit_sealed_heads (seal_number, chain_id, sequence, hash)
    SELECT $1, e.chain_id, e.sequence, e.hash
    FROM newest JOIN audit_events e ON e.chain_id = newest.chain_id AND e.sequence = newest.sequence ORDER BY e.chain_id
    RETURNING chain_id AS "chainId", sequence, encode(hash, 'hex') AS hash, (SELECT COUNT(*) FROM taken) AS events`,
};
const INSERT_SEAL: Statement = {
  name: 'insert-audit-seal',
  text: `INSERT INTO audit_seals (seal_number, sealed_at, head_count, root, previous_hash, hash)
    VALUES ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), decode($6, 'hex'))`,
};

/** unique_violation: another process took the number of this seal. */
const TAKEN = '23505';

/** Port `AuditTrail.seal`. Writers never wait for it: it locks only rows that nobody else touches. */
export async function sealChains(database: Database, at: Date, limit: number): Promise<number> {
  try {
    return await database.transaction((inside) => seal(inside, at, limit));
  } catch (error) {
    if (error instanceof StatementError && error.sqlState === TAKEN) return 0;
    throw error;
  }
}

async function seal(inside: Transaction, at: Date, limit: number): Promise<number> {
  const [newest] = await inside.query<{ seal_number: number; hash: string }>(NEWEST_SEAL, []);
  const sealNumber = (newest?.seal_number ?? 0) + 1;
  const heads = await inside.query<SealedHead & { events: number }>(TAKE_HEADS, [sealNumber, limit]);
  const [first] = heads;
  if (first === undefined) return 0;
  const root = sealRoot(heads);
  const content = { sealNumber, sealedAt: at.toISOString(), headCount: heads.length, root, previousHash: newest?.hash };
  const values = [sealNumber, at, heads.length, root, newest?.hash ?? null, sealHash(content)];
  inside.send(INSERT_SEAL, values);
  return first.events;
}
