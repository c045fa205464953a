import type { FollowedKeys } from './adapters/followed-keys.ts';
import { type BackgroundWork, startBackgroundWork } from './background-work.ts';
import { type BankParts, scaBank } from './bank-parts.ts';
import { UNAUTHORIZED_SECONDS } from './domain/authorization-expiry.ts';
import { KEYS_REREAD_SECONDS } from './domain/key-schedule.ts';
import { bookSubmissions } from './operations/book-submissions.ts';
import { endIdleSessions } from './operations/end-idle-sessions.ts';
import { expireAuthorizations } from './operations/expire-authorizations.ts';
import { forgetExpired } from './operations/forget-expired.ts';
import { rejectLapsedSubmissions } from './operations/reject-lapsed-submissions.ts';
import { sealAuditTrail } from './operations/seal-audit-trail.ts';
import type { BankSettings } from './settings.ts';

/** A booking whose process died before it waits at most this long for another. */
const BOOKING_INTERVAL_MS = 1_000;
const HOUSEKEEPING_INTERVAL_MS = 10_000;
/** What the audit trail says is under a seal this long after it was written. */
const SEALING_INTERVAL_MS = 10_000;

/** What the bank does without being asked. */
export interface BankWork {
  readonly booking: BackgroundWork;
  /** Resolves when what is under way has ended, and everything written is sealed. */
  stop(): Promise<void>;
}

/** Of work that another process does. */
const ELSEWHERE: BackgroundWork = { wake: () => undefined, stop: async () => undefined };

/** Starts it. Each kind of work repeats on its own, so that one that fails keeps no other waiting. */
export function startBankWork(
  parts: BankParts,
  keys: FollowedKeys,
  settings: Pick<BankSettings, 'unauthorizedSeconds' | 'retention' | 'backgroundWork'>,
): BankWork {
  const { unauthorizedSeconds = UNAUTHORIZED_SECONDS } = settings;
  const { revocations, log } = parts;
  const failed = (what: string) => (error: unknown) => log.error({ err: error }, `${what} failed; it is tried again`);
  const isElsewhere = settings.backgroundWork === 'elsewhere';
  const repeatHere = (what: string, intervalMs: number, round: () => Promise<boolean>) =>
    startBackgroundWork(intervalMs, round, failed(what));
  const repeat: typeof repeatHere = (...work) => (isElsewhere ? ELSEWHERE : repeatHere(...work));
  const bookingFailed = failed('a booking');
  const booking = repeat(
    'booking',
    BOOKING_INTERVAL_MS,
    async () => (await bookSubmissions({ ...parts, bookingFailed })) > 0,
  );
  const works = [
    // What this process itself must know anew; the rest is the whole bank's.
    repeatHere('reading the keys anew', KEYS_REREAD_SECONDS * 1000, async () => {
      await keys.reread();
      return false;
    }),
    repeatHere('renewing revocation lists', revocations.refreshSeconds * 1000, async () => {
      await revocations.refresh();
      return false;
    }),
    booking,
    repeat('ending idle sessions', HOUSEKEEPING_INTERVAL_MS, async () => (await endIdleSessions(scaBank(parts))) > 0),
    repeat(
      'rejecting lapsed submissions',
      HOUSEKEEPING_INTERVAL_MS,
      async () => (await rejectLapsedSubmissions(parts)) > 0,
    ),
    repeat(
      'expiring authorizations',
      HOUSEKEEPING_INTERVAL_MS,
      async () => (await expireAuthorizations(parts, unauthorizedSeconds)) > 0,
    ),
    repeat('forgetting what has expired', HOUSEKEEPING_INTERVAL_MS, () => forgetExpired(parts, settings.retention)),
    repeat('sealing the audit trail', SEALING_INTERVAL_MS, () => sealAuditTrail(parts)),
  ];
  return {
    booking,
    stop: async () => {
      await Promise.all(works.map((work) => work.stop()));
      await revocations.settled();
      if (isElsewhere) return;
      // If it cannot, whoever opens the store next does.
      await sealAuditTrail(parts).catch(failed('sealing the audit trail'));
    },
  };
}
