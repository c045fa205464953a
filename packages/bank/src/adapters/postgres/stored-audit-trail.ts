import type { StoredChain, StoredEvent, StoredSeal } from '../../domain/audit-check.ts';
import type { AuditCoverage, AuditTrail, CoverageGap } from '../../ports/audit-trail.ts';
import { sealChains } from './audit-seals.ts';
import type { Database, Statement } from './database.ts';

/** Smaller than every id. */
const NO_CHAIN = '00000000-0000-0000-0000-000000000000';

/** Gaps told; one is enough to know that something is wrong. */
const GAPS_TOLD = 100;

/** Chains known by their end and chains known by their events: of one that was tampered with either may be gone. */
const CHAINS_AFTER: Statement = {
  name: 'audit-chains-after',
  text: `SELECT ids.chain_id, a.authorization_id IS NOT NULL AS is_authorization,
      COALESCE(a.audit_sequence, c.audit_sequence) AS end_sequence,
      encode(COALESCE(a.audit_hash, c.audit_hash), 'hex') AS end_hash,
      (SELECT json_agg(json_build_object(
          'sequence', e.sequence, 'previousHash', encode(e.previous_hash, 'hex'), 'hash', encode(e.hash, 'hex'),
          'eventId', e.event_id, 'at', e.at, 'event', e.event, 'authorizationId', e.authorization_id,
          'clientId', e.client_id, 'customerId', e.customer_id, 'requestId', e.request_id, 'details', e.details
        ) ORDER BY e.sequence) FROM audit_events e WHERE e.chain_id = ids.chain_id) AS events
    FROM (
      (SELECT authorization_id AS chain_id FROM authorizations
        WHERE authorization_id > $1 AND audit_sequence > 0 ORDER BY authorization_id LIMIT $2)
      UNION (SELECT chain_id FROM audit_chains WHERE chain_id > $1 ORDER BY chain_id LIMIT $2)
      UNION (SELECT DISTINCT chain_id FROM audit_events WHERE chain_id > $1 ORDER BY chain_id LIMIT $2)
      ORDER BY chain_id LIMIT $2
    ) ids
    LEFT JOIN authorizations a ON a.authorization_id = ids.chain_id
    LEFT JOIN audit_chains c ON c.chain_id = ids.chain_id
    ORDER BY ids.chain_id`,
};

const SEAL_AFTER: Statement = {
  name: 'audit-seal-after',
  text: `SELECT s.seal_number, to_json(s.sealed_at) AS sealed_at, s.head_count, encode(s.root, 'hex') AS root,
      encode(s.previous_hash, 'hex') AS previous_hash, encode(s.hash, 'hex') AS hash,
      (SELECT json_agg(json_build_object(
          'chainId', h.chain_id, 'sequence', h.sequence, 'hash', encode(h.hash, 'hex'),
          'presentHash', encode(e.hash, 'hex'), 'isAuthorization', a.authorization_id IS NOT NULL
        ) ORDER BY h.chain_id)
        FROM audit_sealed_heads h
        LEFT JOIN audit_events e ON e.chain_id = h.chain_id AND e.sequence = h.sequence
        LEFT JOIN authorizations a ON a.authorization_id = h.chain_id
        WHERE h.seal_number = s.seal_number) AS heads
    FROM audit_seals s WHERE s.seal_number > $1 ORDER BY s.seal_number LIMIT 1`,
};

const COVERAGE: Statement = {
  name: 'audit-coverage',
  text: `WITH newest AS (
      SELECT chain_id, MAX(sequence) AS sequence FROM audit_events GROUP BY chain_id
    ), gaps AS (
      SELECT 'unsealed' AS kind, chain_id, sequence FROM newest
      WHERE NOT EXISTS (SELECT 1 FROM audit_sealed_heads h WHERE h.chain_id = newest.chain_id AND h.sequence >= newest.sequence)
        AND NOT EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.chain_id = newest.chain_id AND u.sequence = newest.sequence)
      UNION ALL
      SELECT 'unwritten', chain_id, sequence FROM audit_unsealed u
      WHERE NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.chain_id = u.chain_id AND e.sequence = u.sequence)
      UNION ALL
      SELECT DISTINCT 'without-seal', NULL::uuid, seal_number FROM audit_sealed_heads h
      WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.seal_number = h.seal_number)
    )
    SELECT (SELECT COUNT(*) FROM audit_unsealed) AS waiting,
      (SELECT COUNT(*) FROM audit_events_before_chains) AS before,
      (SELECT json_agg(json_build_object(
          'kind', g.kind, 'chainId', g.chain_id, 'sequence', g.sequence, 'isAuthorization', a.authorization_id IS NOT NULL
        ) ORDER BY g.chain_id, g.sequence)
        FROM (SELECT * FROM gaps ORDER BY chain_id, sequence LIMIT $1) g
        LEFT JOIN authorizations a ON a.authorization_id = g.chain_id) AS gaps`,
};

type Nulls<T> = { [Name in keyof T]: undefined extends T[Name] ? Exclude<T[Name], undefined> | null : T[Name] };

interface ChainRow {
  chain_id: string;
  is_authorization: boolean;
  end_sequence: number | null;
  end_hash: string | null;
  events: Nulls<StoredEvent>[] | null;
}

interface SealRow {
  seal_number: number;
  sealed_at: string;
  head_count: number;
  root: string;
  previous_hash: string | null;
  hash: string;
  heads: Nulls<StoredSeal['heads'][number]>[] | null;
}

/** The audit trail in PostgreSQL or PGlite. Each question is one statement, so that a bank at work answers it consistently. */
export class PostgresAuditTrail implements AuditTrail {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  seal(at: Date, limit: number): Promise<number> {
    return sealChains(this.#database, at, limit);
  }

  async chainsAfter(chainId: string | undefined, limit: number): Promise<StoredChain[]> {
    const rows = await this.#database.query<ChainRow>(CHAINS_AFTER, [chainId ?? NO_CHAIN, limit]);
    return rows.map((row) => ({
      chainId: row.chain_id,
      isAuthorization: row.is_authorization,
      end: row.end_sequence === null ? undefined : { sequence: row.end_sequence, hash: row.end_hash ?? undefined },
      events: (row.events ?? []).map((event) => ({ ...withoutNulls<StoredEvent>(event), at: timeOf(event.at) })),
    }));
  }

  async sealAfter(sealNumber: number): Promise<StoredSeal | undefined> {
    const [row] = await this.#database.query<SealRow>(SEAL_AFTER, [sealNumber]);
    if (row === undefined) return undefined;
    return {
      sealNumber: row.seal_number,
      sealedAt: timeOf(row.sealed_at),
      headCount: row.head_count,
      root: row.root,
      previousHash: row.previous_hash ?? undefined,
      hash: row.hash,
      heads: (row.heads ?? []).map((head) => withoutNulls<StoredSeal['heads'][number]>(head)),
    };
  }

  async coverage(): Promise<AuditCoverage> {
    const [row] = await this.#database.query<{
      waiting: number;
      before: number;
      gaps: Nulls<CoverageGap>[] | null;
    }>(COVERAGE, [GAPS_TOLD]);
    if (row === undefined) throw new Error('the coverage has one row');
    const gaps = (row.gaps ?? []).map((gap) => withoutNulls<CoverageGap>(gap));
    return { waitingEvents: row.waiting, eventsBeforeChains: row.before, gaps };
  }
}

/** Only what is directly in the record: what an event's details say stays as it is. */
function withoutNulls<T extends object>(row: Nulls<T>): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as T;
}

/**
 * A time as it was hashed. We store milliseconds, so a finer one, or one beyond the calendar, is not ours: it is left as the
 * database writes it, and the hash over it is another.
 */
function timeOf(text: string): string {
  const time = new Date(text);
  return /\.\d{4}/.test(text) || Number.isNaN(time.getTime()) ? text : time.toISOString();
}
