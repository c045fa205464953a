/** Removes what belongs to no other port's rounds. Each call is short; any number of processes may call it at once. */
export interface Reaper {
  /**
   * Looks at the next `limit` idempotency keys, after the last ones to the first, and forgets those that were used before `before`
   * for payments that do not wait for their customer any more.
   *
   * @returns how many it looked at and forgot; none when another process is at it
   */
  forgetIdempotencyKeys(before: Date, limit: number): Promise<{ readonly looked: number; readonly forgotten: number }>;
  /** Revocation lists that nobody has had from their place since. @returns how many were removed, at most `limit` */
  forgetRevocationLists(fetchedBefore: Date, limit: number): Promise<number>;
}
