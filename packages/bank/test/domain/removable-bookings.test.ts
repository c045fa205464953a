import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type BookingToRemove, decideRemovableBookings } from '../../src/domain/removable-bookings.ts';

const booking = (bookingId: string, debit: [string, number], credit: [string, number]): BookingToRemove => ({
  bookingId,
  debit: { accountId: debit[0], entryNumber: debit[1] },
  credit: { accountId: credit[0], entryNumber: credit[1] },
});
const decide = (bookings: BookingToRemove[], firsts: Record<string, number> = {}) =>
  decideRemovableBookings(bookings, new Map(Object.entries({ a: 1, b: 1, c: 1, ...firsts })));

describe('which bookings can be removed together', () => {
  test('those whose entries are the first of both accounts', () => {
    const { bookingIds, lastEntries } = decide([booking('1', ['a', 1], ['b', 1]), booking('2', ['b', 2], ['a', 2])]);
    assert.deepEqual(bookingIds, ['1', '2']);
    assert.deepEqual(lastEntries, [
      { accountId: 'a', entryNumber: 2 },
      { accountId: 'b', entryNumber: 2 },
    ]);
  });

  test('whichever of them was booked first by its id', () => {
    assert.deepEqual(decide([booking('2', ['a', 2], ['b', 1]), booking('1', ['a', 1], ['c', 1])]).bookingIds, [
      '2',
      '1',
    ]);
  });

  test('none behind an entry that is not among them', () => {
    const bookings = [booking('1', ['a', 1], ['b', 1]), booking('3', ['a', 3], ['b', 2])];
    assert.deepEqual(decide(bookings).bookingIds, ['1']);
    assert.deepEqual(decide([...bookings, booking('2', ['a', 2], ['c', 1])]).bookingIds, ['1', '3', '2']);
  });

  test('an account that begins with a balance carried forward goes on from there', () => {
    const bookings = [booking('1', ['a', 7], ['b', 1])];
    assert.deepEqual(decide(bookings, { a: 7 }).bookingIds, ['1']);
    assert.deepEqual(decide(bookings, { a: 6 }), { bookingIds: [], lastEntries: [] });
  });

  test('one that stays for one account’s sake keeps what follows it in the other, and so on', () => {
    const chain = [
      booking('1', ['a', 2], ['b', 1]),
      booking('2', ['b', 2], ['c', 1]),
      booking('3', ['c', 2], ['d', 1]),
    ];
    assert.deepEqual(decide(chain, { d: 1 }).bookingIds, []);
    assert.deepEqual(decide(chain, { a: 2, d: 1 }).bookingIds, ['1', '2', '3']);
  });

  test('whatever is asked: each account loses its first entries, both sides of a booking go, and no more could', () => {
    const accounts = ['a', 'b', 'c', 'd'];
    const pairs = fc.array(fc.tuple(fc.constantFrom(...accounts), fc.constantFrom(...accounts), fc.boolean()), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(pairs, (history) => {
        const ends = new Map<string, number>();
        const next = (account: string) => {
          ends.set(account, (ends.get(account) ?? 0) + 1);
          return ends.get(account) ?? 0;
        };
        const all = history
          .filter(([debit, credit]) => debit !== credit)
          .map(([debit, credit, isOld], index) => ({
            isOld,
            ...booking(String(index), [debit, next(debit)], [credit, next(credit)]),
          }));
        const { bookingIds, lastEntries } = decide(all.filter(({ isOld }) => isOld));
        const lasts = new Map(lastEntries.map((place) => [place.accountId, place.entryNumber]));
        for (const { bookingId, isOld, debit, credit } of all) {
          const goes = bookingIds.includes(bookingId);
          assert.ok(isOld || !goes);
          for (const { accountId, entryNumber } of [debit, credit]) {
            assert.equal(entryNumber <= (lasts.get(accountId) ?? 0), goes);
          }
        }
        // In the order of the books: whatever has only such before it in both accounts as go could go as well.
        const gone = new Map<string, number>();
        for (const { bookingId, isOld, debit, credit } of all) {
          const isNext = [debit, credit].every((place) => (gone.get(place.accountId) ?? 0) === place.entryNumber - 1);
          assert.equal(bookingIds.includes(bookingId), isOld && isNext);
          if (!isOld || !isNext) continue;
          for (const place of [debit, credit]) gone.set(place.accountId, place.entryNumber);
        }
      }),
    );
  });
});
