/** One of the two entries of a booking: the account, and the entry's place in the account's chain. */
export interface EntryPlace {
  readonly accountId: string;
  readonly entryNumber: number;
}

export interface BookingToRemove {
  readonly bookingId: string;
  readonly debit: EntryPlace;
  readonly credit: EntryPlace;
}

export interface RemovableBookings {
  readonly bookingIds: readonly string[];
  /** The last entry each account loses. Its balance is the one that the account goes on from. */
  readonly lastEntries: readonly EntryPlace[];
}

/**
 * Which of some bookings can go together, so that every account loses its first entries, none from between, and both sides of each
 * booking go: what is left then starts from balances that add up to 0, for every booking that went did.
 *
 * @param firstEntries the number of the first whole entry of each account
 */
export function decideRemovableBookings(
  bookings: readonly BookingToRemove[],
  firstEntries: ReadonlyMap<string, number>,
): RemovableBookings {
  const reach = reachOf(bookings, firstEntries);
  const isWithin = ({ accountId, entryNumber }: EntryPlace) => entryNumber <= (reach.get(accountId) ?? 0);
  let going = bookings;
  // A booking that stays on one side keeps all that follows it on the other.
  for (let staying = bookings; staying.length > 0; ) {
    staying = going.filter(({ debit, credit }) => !(isWithin(debit) && isWithin(credit)));
    going = going.filter(({ debit, credit }) => isWithin(debit) && isWithin(credit));
    for (const { accountId, entryNumber } of staying.flatMap(({ debit, credit }) => [debit, credit])) {
      reach.set(accountId, Math.min(entryNumber - 1, reach.get(accountId) ?? 0));
    }
  }
  const losing = new Set(going.flatMap(({ debit, credit }) => [debit.accountId, credit.accountId]));
  return {
    bookingIds: going.map(({ bookingId }) => bookingId),
    lastEntries: [...losing].map((accountId) => ({ accountId, entryNumber: reach.get(accountId) ?? 0 })),
  };
}

/** How far each account's entries follow one another without a gap, from its first whole one on. */
function reachOf(bookings: readonly BookingToRemove[], firstEntries: ReadonlyMap<string, number>) {
  const places = bookings.flatMap(({ debit, credit }) => [debit, credit]);
  const reach = new Map<string, number>();
  for (const { accountId, entryNumber } of places.toSorted((one, other) => one.entryNumber - other.entryNumber)) {
    const before = reach.get(accountId) ?? (firstEntries.get(accountId) ?? 1) - 1;
    reach.set(accountId, entryNumber === before + 1 ? entryNumber : before);
  }
  return reach;
}
