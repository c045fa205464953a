import { randomBytes } from 'node:crypto';
import { epochSeconds, systemClock } from '../clock.ts';
import type { Line } from '../wire/line.ts';

/** What makes a JWT one of its kind: the time, and chance for its `jti`. */
export type JwtSource = Pick<Line, 'clock' | 'randomBytes'>;

export const systemSource: JwtSource = { clock: systemClock, randomBytes };

/** As OP's published example has it (contract §10): a bank whose clock runs behind still sees the past. */
const BACKDATED_SECONDS = 100;

const LIFETIME_SECONDS = 5 * 3600;

/** `iat` and `exp` of the JWTs of a registration. */
export function jwtTimes({ clock }: JwtSource): { readonly iat: number; readonly exp: number } {
  const now = epochSeconds(clock);
  return { iat: now - BACKDATED_SECONDS, exp: now + LIFETIME_SECONDS };
}
