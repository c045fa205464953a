import { KEYS_MAX_AGE_SECONDS, KEYS_REREAD_SECONDS, type KeyTimes, signingKey } from './key-schedule.ts';

/**
 * A new key is published this long before it signs: whoever obeys `max-age` has read it by then, even from a cache that had its copy from
 * another cache, or of a bank whose clock is minutes off.
 */
const PUBLISHED_BEFORE_SIGNING_SECONDS = 2 * KEYS_MAX_AGE_SECONDS;

/** The least that every process of a bank needs to know of a new key before any of them signs with it. */
const READ_BEFORE_SIGNING_SECONDS = 2 * KEYS_REREAD_SECONDS;

/** An ID token lives 600 s at most (contract §2), and its reader's clock may be behind: after an hour none needs its key. */
export const ID_TOKEN_KEY_KEPT_SECONDS = 3_600;

/** An answer is verified when it comes. A day serves whoever verifies what was logged; for longer they keep the key set with the log. */
export const RESPONSE_KEY_KEPT_SECONDS = 86_400;

/** What becomes of a list of keys when one more is added. */
export interface KeyRotation<K> {
  readonly newKey: { readonly signsFrom: Date };
  /** Those there were, in their order, each with the time it retires at; without those that will never sign. */
  readonly others: readonly K[];
}

/**
 * Plans a rotation: the new key is published at once and signs when everybody has read it; the others stay until nothing they signed needs
 * them any more.
 *
 * @param keptSeconds how long a key is still published after it signed last
 * @param atOnce for keys that somebody else may have: the new one signs as soon as every process knows it, and all others go that moment
 * @returns `undefined` while an earlier rotation still waits for its key to sign, unless at once
 */
export function planKeyRotation<K extends KeyTimes>(
  keys: readonly [K, ...K[]],
  now: Date,
  { keptSeconds, atOnce = false }: { readonly keptSeconds: number; readonly atOnce?: boolean },
): KeyRotation<K> | undefined {
  const isWaiting = keys.some(
    (key) => key !== signingKey(keys, now) && key.signsFrom !== undefined && key.signsFrom > now,
  );
  if (isWaiting && !atOnce) return undefined;
  const signsFrom = later(now, atOnce ? READ_BEFORE_SIGNING_SECONDS : PUBLISHED_BEFORE_SIGNING_SECONDS);
  const retiresAt = atOnce ? signsFrom : later(signsFrom, keptSeconds);
  const others = keys.map((key) => ({ ...key, retiresAt: earlier(key.retiresAt, retiresAt) }));
  // A key that was still waiting and is overtaken has signed nothing that anybody could want to verify.
  return {
    newKey: { signsFrom },
    others: others.filter((key) => key.signsFrom === undefined || key.signsFrom < key.retiresAt),
  };
}

function earlier(time: Date | undefined, other: Date): Date {
  return time !== undefined && time < other ? time : other;
}

function later(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
