/** How many connections somebody may begin. */
export interface ConnectionRate {
  /** In the long run. */
  readonly perSecond: number;
  /** At once, by whoever has begun none for a while. */
  readonly burst: number;
}

/** What is left to somebody, as of when it was looked at last. */
export interface ConnectionAllowance {
  readonly left: number;
  /** Of a clock that never goes back. */
  readonly atMs: number;
}

/**
 * Takes one connection from what is left (a token bucket): it fills up steadily, to the burst and no further.
 *
 * @param before undefined for whoever has begun none yet
 * @returns what is left then; undefined when this connection is one too many, which takes nothing
 */
export function takeConnection(
  before: ConnectionAllowance | undefined,
  nowMs: number,
  { perSecond, burst }: ConnectionRate,
): ConnectionAllowance | undefined {
  if (before === undefined) return burst < 1 ? undefined : { left: burst - 1, atMs: nowMs };
  const left = Math.min(burst, before.left + ((nowMs - before.atMs) / 1000) * perSecond);
  return left < 1 ? undefined : { left: left - 1, atMs: nowMs };
}
