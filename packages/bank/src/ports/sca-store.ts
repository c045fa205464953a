import type { AuthorizationId, ClientId, CustomerId } from '@lupa/protocol';
import type { ShownPayments } from '../domain/shown-payments.ts';
import type { PaymentUnit } from './payment-store.ts';
import type { AuditEvent } from './records.ts';

export type { ShownPayments };

/** Where the customer is in the pages: logging in, looking at the payments, giving the second factor, or through. */
export type ScaStep = 'login' | 'review' | 'factor' | 'ended';

export interface ScaSession {
  /** The interaction's id in the authorization server; the pages live at `/sca/{sessionId}`. */
  readonly sessionId: string;
  readonly clientId: ClientId;
  readonly authorizationId: AuthorizationId;
  /** SHA-256 of the cookie that binds the session to one browser; new at login. */
  readonly browserDigest: Uint8Array;
  readonly step: ScaStep;
  readonly language: 'fi' | 'sv' | 'en';
  readonly customerId: CustomerId | undefined;
  /** Wrong factors given in this session, for a username that may not even exist. */
  readonly failures: number;
  readonly challenge: ScaChallenge | undefined;
  readonly outcome: ScaOutcome | undefined;
  readonly created: Date;
  readonly lastSeen: Date;
}

/** `unavailable`: the bundle was revoked, decided or taken by another session before this one could log in. */
export type ScaOutcome = 'approved' | 'rejected' | 'cancelled' | 'timed-out' | 'blocked' | 'unavailable';

/** The second factor asked for, good for `shown` and nothing else. */
export interface ScaChallenge {
  readonly challengeId: string;
  readonly factor: 'keycode' | 'mobilekey';
  /** Which code of which of the customer's key lists is asked for (key code only). */
  readonly key: { readonly series: number; readonly number: number } | undefined;
  readonly shown: ShownPayments;
  /** SHA-256 over the canonical JSON of `shown`. */
  readonly shownDigest: Uint8Array;
  /** The phone's answer (mobile key only). */
  readonly phone: 'waiting' | 'approved' | 'declined';
}

/** A request waiting on a customer's phone. */
export interface PhoneRequest {
  readonly challengeId: string;
  readonly shown: ShownPayments;
  readonly shownDigest: Uint8Array;
  readonly created: Date;
}

export interface ScaStore {
  /** One transaction over SCA and payments together: approval and authorization are one change. */
  transaction<T>(work: (unit: ScaUnit) => Promise<T>): Promise<T>;
  findSession(sessionId: string): Promise<ScaSession | undefined>;
  /** Sessions not ended whose `lastSeen` is before `before`, at most `limit`. */
  idleSessions(before: Date, limit: number): Promise<ScaSession[]>;
  /** Requests waiting on the phone of the customer, newest first; only of sessions still at `factor`. */
  phoneRequests(customerId: CustomerId): Promise<PhoneRequest[]>;
  /** The key list whose code was asked for last; the first list while none was. */
  currentKeySeries(customerId: CustomerId): Promise<number>;
  /**
   * Removes ended sessions, and counts of attempts on usernames nobody has, when older than `before`.
   * @returns how many rows were removed, at most `limit` of each
   */
  purge(before: Date, limit: number): Promise<number>;
}

export interface ScaUnit extends PaymentUnit {
  /** Inserts the session; false when the id is taken. */
  openSession(session: ScaSession): Promise<boolean>;
  lockSession(sessionId: string): Promise<ScaSession | undefined>;
  lockSessionOfChallenge(challengeId: string): Promise<ScaSession | undefined>;
  /** Writes every field of the session; its challenge included (a challenge replaced by another is dead). */
  saveSession(session: ScaSession): Promise<void>;
  /** Takes the next unused code of the customer's key lists (`KEYS_PER_LIST` a list): never the same one twice. */
  takeKey(customerId: CustomerId): Promise<{ series: number; number: number }>;
  /**
   * Counts one attempt against the username BEFORE its factor is checked, so that simultaneous guesses cannot exceed the
   * limit, whether or not the username exists.
   * @returns how many attempts have been made since the last right one, this one included, or 'blocked'
   */
  countAttempt(username: string, now: Date): Promise<number | 'blocked'>;
  /**
   * Takes one counted attempt back: the password was right. The wrong ones stay counted, for if a right password cleared
   * them, whoever knows it could guess codes without end.
   */
  forgiveAttempt(username: string): Promise<void>;
  /** The whole authentication was right, or the sandbox lifts a block: the count starts anew and no block remains. */
  clearAttempts(username: string): Promise<void>;
  /** Until then every attempt is 'blocked'; from then on the count starts anew. */
  block(username: string, until: Date): Promise<void>;
  /** The customer has authenticated: what was granted without that counts no longer (contract §9). */
  restartExemptions(customerId: CustomerId, at: Date): Promise<void>;
  audit(event: AuditEvent): Promise<void>;
}

/** Codes on one key list. */
export const KEYS_PER_LIST = 100;
