import type { Statement } from './database.ts';

/*
 * The pieces of the check of chains against seals (`operations/verify-audit-coverage.ts`). Each reads as many rows as it is given,
 * along a primary key; what it must know of each row it looks up by another, in a subquery that no planner makes a join over
 * whole tables of. Only `audit_unsealed`, which has no key, is read whole: it holds what was written since the last seal.
 */

/** What waits is laid beside the chains and not joined to them: how much there is, the planner's figures are always late to tell. */
export const NEWEST_EVENTS_AFTER: Statement = {
  name: 'audit-newest-events-after',
  text: `SELECT chain_id AS "chainId", sequence, waiting >= sequence AS "isWaiting",
      (SELECT to_json(e.at) FROM audit_events e WHERE e.chain_id = newest.chain_id AND e.sequence = newest.sequence) AS at,
      (SELECT a.authorization_id FROM authorizations a WHERE a.authorization_id = newest.chain_id) IS NOT NULL AS "isAuthorization"
    FROM (
      SELECT chain_id, MAX(written) AS sequence, MAX(waiting) AS waiting FROM (
        (SELECT chain_id, MAX(sequence) AS written, 0 AS waiting FROM audit_events
          WHERE chain_id > $1 GROUP BY chain_id ORDER BY chain_id LIMIT $2)
        UNION ALL
        SELECT chain_id, 0, sequence FROM audit_unsealed WHERE chain_id > $1
      ) beside
      GROUP BY chain_id
    ) newest
    WHERE sequence > 0 ORDER BY chain_id`,
};

export const KEPT_HEADS_AFTER: Statement = {
  name: 'audit-kept-heads-after',
  text: `SELECT seal_number AS "sealNumber", chain_id AS "chainId", sequence,
      (SELECT s.seal_number FROM audit_seals s WHERE s.seal_number = h.seal_number) IS NOT NULL AS "hasSeal"
    FROM audit_sealed_heads h
    WHERE (seal_number, chain_id) > ($1, $2) ORDER BY seal_number, chain_id LIMIT $3`,
};

export const WAITING_EVENTS_AFTER: Statement = {
  name: 'audit-waiting-events-after',
  text: `SELECT chain_id AS "chainId", sequence,
      (SELECT a.authorization_id FROM authorizations a WHERE a.authorization_id = u.chain_id) IS NOT NULL AS "isAuthorization",
      (SELECT e.sequence FROM audit_events e WHERE e.chain_id = u.chain_id AND e.sequence = u.sequence) IS NOT NULL AS "isWritten"
    FROM (
      SELECT chain_id, sequence FROM audit_unsealed WHERE (chain_id, sequence) > ($1, $2) ORDER BY chain_id, sequence LIMIT $3
    ) u
    ORDER BY chain_id, sequence`,
};

export const BEFORE_CHAINS_AFTER: Statement = {
  name: 'audit-events-before-chains-after',
  text: 'SELECT event_id FROM audit_events_before_chains WHERE event_id > $1 ORDER BY event_id LIMIT $2',
};
