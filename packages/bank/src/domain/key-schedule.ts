/** When a key of the bank's signs, and how long it is published. */
export interface KeyTimes {
  /** It signs from then on, until another one does; absent: it always did. */
  readonly signsFrom?: Date;
  /** From then on it is no longer published, and nobody can verify with it; absent: it stays. */
  readonly retiresAt?: Date;
}

/** How long a caller may go on with the keys it read: `max-age` of both key sets. */
export const KEYS_MAX_AGE_SECONDS = 300;

/** How often a bank looks whether its keys have changed: until then its processes may not agree on them. */
export const KEYS_REREAD_SECONDS = 5;

/**
 * The key that signs at `at`: the latest to have begun, among those that have not retired; the first of the list where several began
 * together. Before any has begun, the one that begins first: a bank whose clock is behind still answers.
 */
export function signingKey<K extends KeyTimes>(keys: readonly [K, ...K[]], at: Date): K {
  const [first, ...others] = publishedKeys(keys, at);
  if (first === undefined) return keys[0];
  return others.reduce((best, key) => (goesBefore(key, best, at) ? key : best), first);
}

/** The keys that `at` verify what the bank signs, in the order given: also those that do not sign yet, and no longer. */
export function publishedKeys<K extends KeyTimes>(keys: readonly K[], at: Date): readonly K[] {
  return keys.filter(({ retiresAt }) => retiresAt === undefined || at < retiresAt);
}

/** When the next key begins to sign or retires, in milliseconds since 1970; `Infinity` when none ever will. */
export function nextKeyChange(keys: readonly KeyTimes[], at: Date): number {
  const times = keys.flatMap(({ signsFrom, retiresAt }) => [signsFrom, retiresAt]);
  return Math.min(...times.flatMap((time) => (time !== undefined && time > at ? [time.getTime()] : [])), Infinity);
}

/** Why a bank could not go on forever with these times; `undefined` when it can. */
export function keyTimesFault(keys: readonly KeyTimes[]): string | undefined {
  for (const { signsFrom, retiresAt } of keys) {
    if (Number.isNaN(signsFrom?.getTime()) || Number.isNaN(retiresAt?.getTime()))
      return 'a key has a time that is none';
    if (signsFrom !== undefined && retiresAt !== undefined && retiresAt <= signsFrom) {
      return 'a key retires before it signs';
    }
  }
  return keys.some(({ retiresAt }) => retiresAt === undefined) ? undefined : 'every key retires, so one day none signs';
}

function goesBefore(key: KeyTimes, other: KeyTimes, at: Date): boolean {
  const [from, otherFrom] = [beginning(key), beginning(other)];
  const now = at.getTime();
  if (from <= now) return otherFrom > now || from > otherFrom;
  return otherFrom > now && from < otherFrom;
}

function beginning({ signsFrom }: KeyTimes): number {
  return signsFrom?.getTime() ?? Number.NEGATIVE_INFINITY;
}
