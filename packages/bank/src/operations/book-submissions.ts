import { LupaError } from '@lupa/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { BookingJob, Ledger } from '../ports/ledger.ts';

/** Bookings taken from the queue at one look. */
export const BOOKINGS_PER_PASS = 64;

/** A booking that cannot be made is tried again after this long, so that it never keeps the others waiting. */
export const FAILED_BOOKING_WAITS_SECONDS = 60;

export interface Booking {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  /** Told of every booking that could not be made; it stays in the queue. */
  readonly bookingFailed: (error: unknown) => void;
}

/**
 * Books the submissions that are due (contract §6: `Accepted` → `Submitted`, or `Credited`). Any number of processes may do
 * this at once, and each may die at any moment: every booking is one transaction that also ends its job.
 *
 * @returns how many this pass booked; as long as it is not 0 there may be more
 * @throws LupaError when the store cannot be asked; what was booked before stays booked
 */
export async function bookSubmissions(bank: Booking): Promise<number> {
  const jobs = await bank.ledger.dueBookings(bank.clock.now(), BOOKINGS_PER_PASS);
  let booked = 0;
  for (const job of jobs) {
    if (await bookOne(bank, job)) booked += 1;
  }
  return booked;
}

/** @returns whether this very call booked it */
async function bookOne(bank: Booking, job: BookingJob): Promise<boolean> {
  try {
    const outcome = await bank.ledger.book(job, {
      bookingId: bank.identifiers.uuid(),
      archiveId: bank.identifiers.archiveId(),
      at: bank.clock.now(),
      auditEventId: bank.identifiers.uuid(),
    });
    return outcome !== 'already-done';
  } catch (error) {
    // The store itself is away or busy: that is no fault of this booking, and the next pass finds it where it was.
    if (error instanceof LupaError) throw error;
    const due = new Date(bank.clock.now().getTime() + FAILED_BOOKING_WAITS_SECONDS * 1000);
    await bank.ledger.postpone(job, due);
    bank.bookingFailed(error);
    return false;
  }
}
