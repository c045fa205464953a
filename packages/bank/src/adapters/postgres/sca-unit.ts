import type { CustomerId } from '@lupa/protocol';
import type { ScaSession, ScaUnit } from '../../ports/sca-store.ts';
import { RESTART_COUNTER } from './exemption-statements.ts';
import { BLOCK, CLEAR_ATTEMPTS, COUNT_ATTEMPT, FORGIVE_ATTEMPT, usernameDigest } from './factor-attempts.ts';
import { TAKE_KEY } from './key-lists.ts';
import { PostgresPaymentUnit } from './payment-unit.ts';
import { SESSION_COLUMNS, type SessionRow, scaSession, sessionValues } from './sca-session-rows.ts';

/** `challenged`, the time the challenge was made, is kept by the two writes below: a new challenge is made when it is saved. */
const OPEN_SESSION = {
  name: 'open-sca-session',
  text: `INSERT INTO sca_sessions (${SESSION_COLUMNS}, challenged)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz, $12::text, $13, $14, $15, $16, $17, $18,
      CASE WHEN $12 IS NOT NULL THEN $11 END)
    ON CONFLICT (session_id) DO NOTHING
    RETURNING session_id`,
};
const SAVE_SESSION = {
  name: 'save-sca-session',
  text: `UPDATE sca_sessions
    SET (client_id, authorization_id, browser_digest, step, language, customer_id, failures, outcome, created, last_seen,
        challenge_id, factor, key_series, key_number, shown, shown_digest, phone, challenged)
      = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz, $12::text, $13, $14, $15, $16, $17, $18,
        CASE WHEN $12 IS NULL THEN NULL WHEN challenge_id = $12 THEN challenged ELSE $11 END)
    WHERE session_id = $1`,
};
const LOCK_SESSION = {
  name: 'lock-sca-session',
  text: `SELECT ${SESSION_COLUMNS} FROM sca_sessions WHERE session_id = $1 FOR NO KEY UPDATE`,
};
const LOCK_SESSION_OF_CHALLENGE = {
  name: 'lock-sca-session-of-challenge',
  text: `SELECT ${SESSION_COLUMNS} FROM sca_sessions WHERE challenge_id = $1 FOR NO KEY UPDATE`,
};

/** One transaction over authentication and payments together. */
export class PostgresScaUnit extends PostgresPaymentUnit implements ScaUnit {
  async openSession(session: ScaSession): Promise<boolean> {
    return (await this.inside.query(OPEN_SESSION, sessionValues(session))).length === 1;
  }

  async lockSession(sessionId: string): Promise<ScaSession | undefined> {
    const [row] = await this.inside.query<SessionRow>(LOCK_SESSION, [sessionId]);
    return row && scaSession(row);
  }

  async lockSessionOfChallenge(challengeId: string): Promise<ScaSession | undefined> {
    const [row] = await this.inside.query<SessionRow>(LOCK_SESSION_OF_CHALLENGE, [challengeId]);
    return row && scaSession(row);
  }

  async saveSession(session: ScaSession): Promise<void> {
    this.inside.send(SAVE_SESSION, sessionValues(session));
  }

  async takeKey(customerId: CustomerId): Promise<{ series: number; number: number }> {
    const [key] = await this.inside.query<{ series: number; number: number }>(TAKE_KEY, [customerId]);
    if (key === undefined) throw new Error('taking a key gives one');
    return key;
  }

  async countAttempt(username: string, now: Date): Promise<number | 'blocked'> {
    const [counted] = await this.inside.query<{ attempts: number; blocked: boolean }>(COUNT_ATTEMPT, [
      usernameDigest(username),
      now,
      username,
    ]);
    if (counted === undefined) throw new Error('counting an attempt gives the count');
    return counted.blocked ? 'blocked' : counted.attempts;
  }

  async forgiveAttempt(username: string): Promise<void> {
    this.inside.send(FORGIVE_ATTEMPT, [usernameDigest(username)]);
  }

  async clearAttempts(username: string): Promise<void> {
    this.inside.send(CLEAR_ATTEMPTS, [usernameDigest(username)]);
  }

  async restartExemptions(customerId: CustomerId, at: Date): Promise<void> {
    this.inside.send(RESTART_COUNTER, [customerId, at]);
  }

  async block(username: string, until: Date): Promise<void> {
    this.inside.send(BLOCK, [usernameDigest(username), until, username]);
  }
}
