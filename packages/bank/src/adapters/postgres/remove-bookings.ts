import { firstIdSince } from '../../domain/record-term.ts';
import { type BookingToRemove, decideRemovableBookings } from '../../domain/removable-bookings.ts';
import type { RecordRemovals } from '../../ports/record-removals.ts';
import type { Database, Statement, Transaction } from './database.ts';
import { listOf } from './uuid-list.ts';

/** By the key, whose ids begin with their time: `booked` has no index. */
const OLDEST_BOOKINGS: Statement = {
  name: 'oldest-bookings',
  text: `SELECT booking_id, debit_account_id, debit_entry_number, credit_account_id, credit_entry_number FROM bookings
    WHERE booking_id < $2 AND booked < $1 ORDER BY booking_id LIMIT $3 FOR UPDATE`,
};
/** An account begins with its first entry, or with the one that carries its balance forward. */
const FIRST_ENTRIES: Statement = {
  name: 'first-entries',
  text: `SELECT e.account_id, CASE WHEN e.carried_forward IS NULL THEN e.entry_number ELSE e.entry_number + 1 END AS first
    FROM accounts a JOIN entries e ON e.account_id = a.account_id
    WHERE a.account_id = ANY($1::text::uuid[]) AND e.entry_number = (
      SELECT f.entry_number FROM entries f WHERE f.account_id = a.account_id ORDER BY f.entry_number LIMIT 1
    )`,
};
const REMOVE_MESSAGES: Statement = {
  name: 'remove-messages-of-bookings',
  text: `DELETE FROM outgoing_messages m USING bookings b
    WHERE b.booking_id = ANY($1::text::uuid[]) AND m.payment_id = b.payment_id AND m.submission_id = b.submission_id
    RETURNING m.sent IS NULL AS unsent`,
};
/** One statement, for a booking and its entries refer to one another. The entries go in the next one. */
const REMOVE_BOOKINGS: Statement = {
  name: 'remove-bookings',
  text: `WITH removed AS (
      DELETE FROM bookings WHERE booking_id = ANY($1::text::uuid[])
    )
    UPDATE entries SET booking_id = NULL, previous_balance_cents = NULL, carried_forward = $2
    WHERE booking_id = ANY($1::text::uuid[])`,
};
/** All but the last one: that is where the account begins. */
const REMOVE_ENTRIES: Statement = {
  name: 'remove-entries',
  text: 'DELETE FROM entries WHERE account_id = $1 AND entry_number < $2 AND carried_forward IS NOT NULL',
};

interface OldBooking {
  booking_id: string;
  debit_account_id: string;
  debit_entry_number: number;
  credit_account_id: string;
  credit_entry_number: number;
}

/** Port `RecordRemovals.removeBookings`. Of two removals at once the second finds the bookings of the first locked, then gone. */
export function removeBookings(database: Database, keptFrom: Date, limit: number) {
  return database.transaction((inside) => remove(inside, keptFrom, limit));
}

async function remove(
  inside: Transaction,
  keptFrom: Date,
  limit: number,
): ReturnType<RecordRemovals['removeBookings']> {
  const old = await inside.query<OldBooking>(OLDEST_BOOKINGS, [keptFrom, firstIdSince(keptFrom), limit]);
  const bookings = old.map(bookingToRemove);
  const accounts = new Set(bookings.flatMap(({ debit, credit }) => [debit.accountId, credit.accountId]));
  const firsts = await inside.query<{ account_id: string; first: number }>(FIRST_ENTRIES, [listOf([...accounts])]);
  const firstEntries = new Map(firsts.map((row) => [row.account_id, row.first]));
  const { bookingIds, lastEntries } = decideRemovableBookings(bookings, firstEntries);
  const ids = listOf(bookingIds);
  const messages = await inside.query<{ unsent: boolean }>(REMOVE_MESSAGES, [ids]);
  inside.send(REMOVE_BOOKINGS, [ids, keptFrom]);
  for (const { accountId, entryNumber } of lastEntries) inside.send(REMOVE_ENTRIES, [accountId, entryNumber]);
  return {
    looked: old.length,
    bookings: bookingIds.length,
    messages: messages.length,
    unsentMessages: messages.filter(({ unsent }) => unsent).length,
  };
}

function bookingToRemove(row: OldBooking): BookingToRemove {
  return {
    bookingId: row.booking_id,
    debit: { accountId: row.debit_account_id, entryNumber: row.debit_entry_number },
    credit: { accountId: row.credit_account_id, entryNumber: row.credit_entry_number },
  };
}
