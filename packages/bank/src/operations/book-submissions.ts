import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Ledger } from '../ports/ledger.ts';

/** Bookings taken from the queue at one look. */
export const BOOKINGS_PER_PASS = 64;

/**
 * Books the submissions that are due (contract §6: `Accepted` → `Submitted`, or `Credited`). Any number of processes may do
 * this at once, and each may die at any moment: every booking is one transaction that also ends its job.
 *
 * @returns how many this pass booked; as long as it is not 0 there may be more
 */
export async function bookSubmissions(bank: {
  ledger: Ledger;
  clock: Clock;
  identifiers: Identifiers;
}): Promise<number> {
  const jobs = await bank.ledger.dueBookings(bank.clock.now(), BOOKINGS_PER_PASS);
  let booked = 0;
  for (const job of jobs) {
    const outcome = await bank.ledger.book(job, {
      bookingId: bank.identifiers.uuid(),
      archiveId: bank.identifiers.archiveId(),
      at: bank.clock.now(),
      auditEventId: bank.identifiers.uuid(),
    });
    if (outcome !== 'already-done') booked += 1;
  }
  return booked;
}
