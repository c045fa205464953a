/** How long things are kept that no law asks for, and that nobody needs after a while. */
export interface Retention {
  /** Days after which an idempotency key may be used anew (D); 7 when absent. */
  readonly idempotencyKeyDays?: number;
}

export const IDEMPOTENCY_KEY_DAYS = 7;

/** Longer than any window that calls are counted in. */
const RATE_COUNT_SECONDS = 3_600;
/** Ended sessions are kept this long, so that a late click is told what became of it; wrong factors of made-up usernames as well. */
const SCA_SECONDS = 86_400;
/** Longer than any list may serve after it was last had. */
const REVOCATION_LIST_DAYS = 30;
const DAY_SECONDS = 86_400;

/** Before when each kind of thing is forgotten, as of now. */
export function forgottenBefore(now: Date, { idempotencyKeyDays = IDEMPOTENCY_KEY_DAYS }: Retention) {
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  return {
    idempotencyKeys: ago(idempotencyKeyDays * DAY_SECONDS),
    rateCounts: ago(RATE_COUNT_SECONDS),
    sca: ago(SCA_SECONDS),
    revocationLists: ago(REVOCATION_LIST_DAYS * DAY_SECONDS),
  };
}
