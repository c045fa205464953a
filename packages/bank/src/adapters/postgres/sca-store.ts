import type { CustomerId } from '@lupa/protocol';
import type { PhoneRequest, ScaSession, ScaStore, ScaUnit, ShownPayments } from '../../ports/sca-store.ts';
import type { Database } from './database.ts';
import { PURGE_ATTEMPTS } from './factor-attempts.ts';
import { CURRENT_SERIES } from './key-lists.ts';
import { SESSION_COLUMNS, type SessionRow, scaSession } from './sca-session-rows.ts';
import { PostgresScaUnit } from './sca-unit.ts';

const FIND_SESSION = {
  name: 'find-sca-session',
  text: `SELECT ${SESSION_COLUMNS} FROM sca_sessions WHERE session_id = $1`,
};
const IDLE_SESSIONS = {
  name: 'idle-sca-sessions',
  text: `SELECT ${SESSION_COLUMNS} FROM sca_sessions
    WHERE step <> 'ended' AND last_seen < $1 ORDER BY last_seen, session_id LIMIT $2`,
};
const PHONE_REQUESTS = {
  name: 'phone-requests',
  text: `SELECT challenge_id, shown, shown_digest, challenged FROM sca_sessions
    WHERE customer_id = $1 AND step = 'factor' AND factor = 'mobilekey' AND phone = 'waiting'
    ORDER BY challenged DESC, challenge_id`,
};
const PURGE_SESSIONS = {
  name: 'purge-sca-sessions',
  text: `DELETE FROM sca_sessions WHERE session_id IN (
      SELECT session_id FROM sca_sessions WHERE step = 'ended' AND last_seen < $1 ORDER BY last_seen LIMIT $2
    ) RETURNING session_id`,
};

/** Strong customer authentication in PostgreSQL or PGlite. */
export class PostgresScaStore implements ScaStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  transaction<T>(work: (unit: ScaUnit) => Promise<T>): Promise<T> {
    return this.#database.transaction((inside) => work(new PostgresScaUnit(inside)));
  }

  async findSession(sessionId: string): Promise<ScaSession | undefined> {
    const [row] = await this.#database.query<SessionRow>(FIND_SESSION, [sessionId]);
    return row && scaSession(row);
  }

  async idleSessions(before: Date, limit: number): Promise<ScaSession[]> {
    return (await this.#database.query<SessionRow>(IDLE_SESSIONS, [before, limit])).map(scaSession);
  }

  async phoneRequests(customerId: CustomerId): Promise<PhoneRequest[]> {
    const rows = await this.#database.query<{
      challenge_id: string;
      shown: ShownPayments;
      shown_digest: Uint8Array;
      challenged: Date;
    }>(PHONE_REQUESTS, [customerId]);
    return rows.map((row) => ({
      challengeId: row.challenge_id,
      shown: row.shown,
      shownDigest: row.shown_digest,
      created: row.challenged,
    }));
  }

  async currentKeySeries(customerId: CustomerId): Promise<number> {
    const [row] = await this.#database.query<{ series: number }>(CURRENT_SERIES, [customerId]);
    return row?.series ?? 1;
  }

  async purge(before: Date, limit: number): Promise<number> {
    const sessions = await this.#database.query(PURGE_SESSIONS, [before, limit]);
    const attempts = await this.#database.query(PURGE_ATTEMPTS, [before, limit]);
    return sessions.length + attempts.length;
  }
}
