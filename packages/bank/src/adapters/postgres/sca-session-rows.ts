import { asAuthorizationId, asClientId, asCustomerId } from '@lupa/protocol';
import type { ScaChallenge, ScaOutcome, ScaSession, ScaStep, ShownPayments } from '../../ports/sca-store.ts';

/** One row holds a session and the challenge it stands at, so that a challenge replaced by another is gone. */
export const SESSION_COLUMNS = `session_id, client_id, authorization_id, browser_digest, step, language, customer_id, failures, outcome,
    created, last_seen, challenge_id, factor, key_series, key_number, shown, shown_digest, phone`;

export interface SessionRow {
  session_id: string;
  client_id: string;
  authorization_id: string;
  browser_digest: Uint8Array;
  step: ScaStep;
  language: 'fi' | 'sv' | 'en';
  customer_id: string | null;
  failures: number;
  outcome: ScaOutcome | null;
  created: Date;
  last_seen: Date;
  challenge_id: string | null;
  factor: 'keycode' | 'mobilekey' | null;
  key_series: number | null;
  key_number: number | null;
  shown: ShownPayments | null;
  shown_digest: Uint8Array | null;
  phone: 'waiting' | 'approved' | 'declined' | null;
}

export function scaSession(row: SessionRow): ScaSession {
  return {
    sessionId: row.session_id,
    clientId: asClientId(row.client_id),
    authorizationId: asAuthorizationId(row.authorization_id),
    browserDigest: row.browser_digest,
    step: row.step,
    language: row.language,
    customerId: row.customer_id === null ? undefined : asCustomerId(row.customer_id),
    failures: row.failures,
    challenge: challenge(row),
    outcome: row.outcome ?? undefined,
    created: row.created,
    lastSeen: row.last_seen,
  };
}

function challenge(row: SessionRow): ScaChallenge | undefined {
  const { challenge_id, factor, key_series, key_number, shown, shown_digest, phone } = row;
  if (challenge_id === null || factor === null || shown === null || shown_digest === null || phone === null) {
    return undefined;
  }
  const key = key_series === null || key_number === null ? undefined : { series: key_series, number: key_number };
  return { challengeId: challenge_id, factor, key, shown, shownDigest: shown_digest, phone };
}

/** Values for `SESSION_COLUMNS`, in their order. */
export function sessionValues(session: ScaSession): unknown[] {
  const { challenge } = session;
  return [
    session.sessionId,
    session.clientId,
    session.authorizationId,
    session.browserDigest,
    session.step,
    session.language,
    session.customerId ?? null,
    session.failures,
    session.outcome ?? null,
    session.created,
    session.lastSeen,
    challenge?.challengeId ?? null,
    challenge?.factor ?? null,
    challenge?.key?.series ?? null,
    challenge?.key?.number ?? null,
    challenge === undefined ? null : JSON.stringify(challenge.shown),
    challenge?.shownDigest ?? null,
    challenge?.phone ?? null,
  ];
}
