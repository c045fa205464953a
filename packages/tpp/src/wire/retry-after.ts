import { parseHttpDate } from '@lupa/protocol';
import type { Clock } from '../clock.ts';
import type { HttpAnswer } from './http.ts';

/** How long an answer asks to wait (RFC 9110 section 10.2.3): seconds or a date; `undefined` when it asks for nothing. */
export function retryAfterMs({ headers }: HttpAnswer, clock: Clock): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = parseHttpDate(value);
  return date === undefined ? undefined : Math.max(0, date.getTime() - clock.now().getTime());
}
