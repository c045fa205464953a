/** How often somebody did something within a window of time, counted over all processes of the bank. */
export interface RateCounts {
  /**
   * Takes `times` out of the `limit` that the subject has in the window beginning at `windowStart`. Windows only follow one another: a
   * window that begins before the subject's latest counts as the latest.
   *
   * @param subject whom and what it is about, such as `calls of <clientId>`; never anything a person typed
   * @returns how many it got: `times`, or fewer when fewer are left, or 0
   */
  take(subject: string, of: { windowStart: Date; times: number; limit: number }): Promise<number>;
  /** Forgets subjects whose window began before `before`, at most `limit`. @returns how many it forgot */
  purge(before: Date, limit: number): Promise<number>;
}
