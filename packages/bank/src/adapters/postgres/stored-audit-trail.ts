import type { StoredChain, StoredEvent, StoredSeal } from '../../domain/audit-check.ts';
import type { KeptHead, NewestEvent, WaitingEvent } from '../../domain/audit-coverage.ts';
import type { StoredRemoval } from '../../domain/audit-removal.ts';
import type { AuditTrail, EventPlace, HeadPlace } from '../../ports/audit-trail.ts';
import {
  BEFORE_CHAINS_AFTER,
  KEPT_HEADS_AFTER,
  NEWEST_EVENTS_AFTER,
  WAITING_EVENTS_AFTER,
} from './audit-coverage-statements.ts';
import { sealChains } from './audit-seals.ts';
import type { Database, Statement } from './database.ts';
import { BEFORE_EVERY_ID } from './uuid-list.ts';

/** The members of an event `e`, for `json_build_object`. */
const EVENT = `'sequence', e.sequence, 'previousHash', encode(e.previous_hash, 'hex'), 'hash', encode(e.hash, 'hex'),
          'eventId', e.event_id, 'at', e.at, 'event', e.event, 'authorizationId', e.authorization_id,
          'clientId', e.client_id, 'customerId', e.customer_id, 'requestId', e.request_id, 'details', e.details`;

/** Chains known by their end and chains known by their events: of one that was tampered with either may be gone. */
const CHAINS_AFTER: Statement = {
  name: 'audit-chains-after',
  text: `SELECT ids.chain_id,
      (SELECT a.authorization_id FROM authorizations a WHERE a.authorization_id = ids.chain_id) IS NOT NULL AS is_authorization,
      COALESCE(
        (SELECT a.audit_sequence FROM authorizations a WHERE a.authorization_id = ids.chain_id),
        (SELECT c.audit_sequence FROM audit_chains c WHERE c.chain_id = ids.chain_id)
      ) AS end_sequence,
      encode(COALESCE(
        (SELECT a.audit_hash FROM authorizations a WHERE a.authorization_id = ids.chain_id),
        (SELECT c.audit_hash FROM audit_chains c WHERE c.chain_id = ids.chain_id)
      ), 'hex') AS end_hash,
      (SELECT json_agg(json_build_object(
          ${EVENT}
        ) ORDER BY e.sequence) FROM audit_events e WHERE e.chain_id = ids.chain_id) AS events
    FROM (
      (SELECT authorization_id AS chain_id FROM authorizations
        WHERE authorization_id > $1 ORDER BY authorization_id LIMIT $2)
      UNION (SELECT chain_id FROM audit_chains WHERE chain_id > $1 ORDER BY chain_id LIMIT $2)
      UNION (SELECT DISTINCT chain_id FROM audit_events WHERE chain_id > $1 ORDER BY chain_id LIMIT $2)
      ORDER BY chain_id LIMIT $2
    ) ids
    ORDER BY ids.chain_id`,
};

const SEAL_AFTER: Statement = {
  name: 'audit-seal-after',
  text: `SELECT s.seal_number, to_json(s.sealed_at) AS sealed_at, s.head_count, encode(s.root, 'hex') AS root,
      encode(s.previous_hash, 'hex') AS previous_hash, encode(s.hash, 'hex') AS hash,
      (SELECT json_agg(json_build_object(
          'chainId', h.chain_id, 'sequence', h.sequence, 'hash', encode(h.hash, 'hex'),
          'presentHash', (SELECT encode(e.hash, 'hex') FROM audit_events e WHERE e.chain_id = h.chain_id AND e.sequence = h.sequence),
          'isAuthorization', (SELECT a.authorization_id FROM authorizations a WHERE a.authorization_id = h.chain_id) IS NOT NULL
        ) ORDER BY h.chain_id)
        FROM (
          SELECT chain_id, sequence, hash FROM audit_sealed_heads
          WHERE seal_number = s.seal_number ORDER BY chain_id LIMIT $2
        ) h) AS heads
    FROM audit_seals s WHERE s.seal_number > $1 ORDER BY s.seal_number LIMIT 1`,
};

/** The one that lets the most be gone: a removal of less announces nothing. */
const LATEST_REMOVAL: Statement = {
  name: 'audit-latest-removal',
  text: `SELECT r.removal_id, to_json(r.kept_from) AS kept_from,
      (SELECT json_build_object(
          ${EVENT}
        ) FROM audit_events e WHERE e.chain_id = r.removal_id AND e.sequence = 1) AS event
    FROM record_removals r ORDER BY r.kept_from DESC, r.announced DESC, r.removal_id DESC LIMIT 1`,
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

interface RemovalRow {
  removal_id: string;
  kept_from: string;
  event: Nulls<StoredEvent> | null;
}

/** The audit trail in PostgreSQL or PGlite. Each piece is one statement, so that a bank at work answers it consistently. */
export class PostgresAuditTrail implements AuditTrail {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  seal(at: Date, limit: number): Promise<number> {
    return sealChains(this.#database, at, limit);
  }

  async chainsAfter(chainId: string | undefined, limit: number): Promise<StoredChain[]> {
    const rows = await this.#database.query<ChainRow>(CHAINS_AFTER, [chainId ?? BEFORE_EVERY_ID, limit]);
    return rows.map((row) => ({
      chainId: row.chain_id,
      isAuthorization: row.is_authorization,
      end: row.end_sequence === null ? undefined : { sequence: row.end_sequence, hash: row.end_hash ?? undefined },
      events: (row.events ?? []).map(eventOf),
    }));
  }

  async sealAfter(sealNumber: number, headLimit: number): Promise<StoredSeal | undefined> {
    const [row] = await this.#database.query<SealRow>(SEAL_AFTER, [sealNumber, headLimit]);
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

  async newestEventsAfter(chainId: string | undefined, limit: number): Promise<NewestEvent[]> {
    const events = await this.#database.query<NewestEvent>(NEWEST_EVENTS_AFTER, [chainId ?? BEFORE_EVERY_ID, limit]);
    return events.map((event) => ({ ...event, at: timeOf(event.at) }));
  }

  async keptHeadsAfter(head: HeadPlace | undefined, limit: number): Promise<KeptHead[]> {
    const { sealNumber, chainId } = head ?? { sealNumber: 0, chainId: BEFORE_EVERY_ID };
    return this.#database.query<KeptHead>(KEPT_HEADS_AFTER, [sealNumber, chainId, limit]);
  }

  async waitingEventsAfter(event: EventPlace | undefined, limit: number): Promise<WaitingEvent[]> {
    const { chainId, sequence } = event ?? { chainId: BEFORE_EVERY_ID, sequence: 0 };
    return this.#database.query<WaitingEvent>(WAITING_EVENTS_AFTER, [chainId, sequence, limit]);
  }

  async eventsBeforeChainsAfter(eventId: string | undefined, limit: number): Promise<string[]> {
    const rows = await this.#database.query<{ event_id: string }>(BEFORE_CHAINS_AFTER, [
      eventId ?? BEFORE_EVERY_ID,
      limit,
    ]);
    return rows.map((row) => row.event_id);
  }

  async latestRemoval(): Promise<StoredRemoval | undefined> {
    const [row] = await this.#database.query<RemovalRow>(LATEST_REMOVAL, []);
    if (row === undefined) return undefined;
    return {
      removalId: row.removal_id,
      keptFrom: timeOf(row.kept_from),
      event: row.event === null ? undefined : eventOf(row.event),
    };
  }
}

function eventOf(event: Nulls<StoredEvent>): StoredEvent {
  return { ...withoutNulls<StoredEvent>(event), at: timeOf(event.at) };
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
