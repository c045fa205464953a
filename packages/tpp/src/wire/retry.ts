import type { Deadline } from '../deadline.ts';
import type { TppErrorCode } from '../error-codes.ts';
import { TppError } from '../tpp-error.ts';
import type { Line } from './line.ts';

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;

/** Statuses that say "not now", whoever says so: an overloaded bank, or a gateway before it. */
const NOT_NOW: ReadonlySet<number | undefined> = new Set([429, 502, 503, 504]);

const BROKEN_LINE: ReadonlySet<TppErrorCode> = new Set<TppErrorCode>([
  'CONNECTION_FAILED',
  'CONNECTION_LOST',
  'TIMEOUT',
]);

/** Whether sending the same again may help, where doing it twice is harmless. */
export function mayHelpToRepeat(error: TppError): boolean {
  return BROKEN_LINE.has(error.code) || NOT_NOW.has(error.status);
}

/** Whether sending the same again may help even for what works only once: the bank has certainly done nothing yet. */
export function isCertainlyUndone(error: TppError): boolean {
  return error.code === 'CONNECTION_FAILED' || error.status === 429;
}

/**
 * Tries until it succeeds, fails for good, or runs out of attempts or time; between attempts it waits as long as the bank says, and else
 * twice as long each time, with jitter so that many TPPs do not come back in step.
 *
 * @throws TppError of the last attempt
 */
export async function withRetries<T>(
  { limits, randomBytes }: Line,
  deadline: Deadline,
  mayRepeat: (error: TppError) => boolean,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (!(error instanceof TppError) || number >= limits.attempts || !mayRepeat(error)) throw error;
      const waitMs = backoffMs(number, error.retryAfterMs, randomBytes);
      if (waitMs >= deadline.remainingMs()) throw error;
      await deadline.sleep(waitMs);
    }
  }
}

/** Between half of and the whole time, which doubles from attempt to attempt; never earlier than the bank asked for. */
function backoffMs(attempt: number, retryAfterMs = 0, randomBytes: Line['randomBytes']): number {
  const wholeMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  const [random = 0] = randomBytes(1);
  return retryAfterMs + wholeMs * (0.5 + random / 512);
}
