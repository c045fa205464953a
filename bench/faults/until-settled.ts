import { setTimeout as sleep } from 'node:timers/promises';
import { runSql } from '../../test/support/run-sql.ts';
import type { Victims } from './inject-fault.ts';

const LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 100;
/**
 * A booking that failed is tried again after a minute of the bank's, and one that was accepted before the clock went back is
 * due when it has caught up. The clock is moved so that nobody waits for that.
 */
const SKIPPED_MS = 65_000;

/** Waits until everything accepted is booked. @returns what still waits when that takes too long */
export async function untilNothingWaits(
  url: string,
  { clock, workers }: Victims,
  limitMs = LIMIT_MS,
): Promise<string | undefined> {
  const deadline = Date.now() + limitMs;
  for (let looks = 1; ; looks += 1) {
    const [row] = await runSql(url, 'SELECT count(*) AS waiting, min(due) AS due FROM booking_queue');
    if (Number(row?.waiting) === 0) return undefined;
    if (Date.now() > deadline) return `${row?.waiting} bookings still wait, the first one for ${row?.due}`;
    if (looks % 20 === 0) {
      clock.aheadMs = clock.furthestMs + SKIPPED_MS;
      workers.setClock(clock.aheadMs);
    }
    await sleep(LOOK_EVERY_MS);
  }
}
