/** What strong customer authentication allows, and how long. */
export interface ScaLimits {
  /** RTS article 4(3)(d): at most five minutes without activity. */
  readonly idleSeconds: number;
  /** RTS article 4(3)(b): at most five failed attempts in a row. */
  readonly wrongFactors: number;
  /** How long a customer stays blocked after that. */
  readonly blockSeconds: number;
}

export const SCA_LIMITS: ScaLimits = { idleSeconds: 300, wrongFactors: 5, blockSeconds: 1800 };

/** Whether a session last used at `lastSeen` has been idle for too long by `now`. */
export function hasIdled(session: { readonly lastSeen: Date }, now: Date, limits: ScaLimits): boolean {
  return now.getTime() - session.lastSeen.getTime() >= limits.idleSeconds * 1000;
}

/** A session last used before this has been idle for too long. */
export function idleBefore(now: Date, limits: ScaLimits): Date {
  return new Date(now.getTime() - limits.idleSeconds * 1000);
}

/** Until when a customer blocked `now` stays so. */
export function blockedUntil(now: Date, limits: ScaLimits): Date {
  return new Date(now.getTime() + limits.blockSeconds * 1000);
}

export type AttemptDecision =
  /** The factor may be looked at. */
  | 'check'
  /** It may not, whether right or wrong. */
  | 'blocked'
  /** It may not, and the customer is to be blocked from now on: more attempts are under way than may be made. */
  | 'block-now';

/** @param counted what the store counted: attempts since the last right one, this one included, or 'blocked' */
export function decideAttempt(counted: number | 'blocked', limits: ScaLimits): AttemptDecision {
  if (counted === 'blocked') return 'blocked';
  return counted > limits.wrongFactors ? 'block-now' : 'check';
}

/** Whether a wrong factor, the `counted`-th in a row, blocks the customer. */
export function blocksCustomer(counted: number, limits: ScaLimits): boolean {
  return counted >= limits.wrongFactors;
}
