import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresRecordRemovals } from '../../src/adapters/postgres/record-removals.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import { foreseeRemoval, type RemoveRecords, removeRecords } from '../../src/operations/remove-records.ts';
import { verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import { ledgerOf, newToken } from './fixtures.ts';
import { SOUND } from './ledger-contract.ts';
import { type OldAccount, type OldPayment, OldRecords, recordRows } from './old-records.ts';
import type { OpenDatabase } from './test-databases.ts';

export const NOW = new Date('2026-11-22T10:00:00.000Z');
/** The beginning of 2016 in Helsinki. */
export const KEPT_FROM = new Date('2015-12-31T22:00:00.000Z');
export const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;
export const since = (milliseconds: number) => new Date(KEPT_FROM.getTime() + milliseconds);
const EARLIEST = since(-400 * DAY_MS);

export function removalOf(database: Database, now = NOW): RemoveRecords {
  const clock = { now: () => now };
  return {
    clock,
    identifiers: randomIdentifiers(clock),
    records: new PostgresRecordRemovals(database),
    audit: new PostgresAuditTrail(database),
  };
}

/** A store whose clock is moved as well. */
class StoreOf extends PostgresRecordRemovals {
  readonly #now: Date;

  constructor(database: Database, now: Date) {
    super(database);
    this.#now = now;
  }

  override async storeTime(): Promise<Date> {
    return this.#now;
  }
}

/** The books balance, and every link of the audit trail holds. */
export async function isSound(database: Database, now = NOW): Promise<void> {
  assert.deepEqual(await ledgerOf(database).trialBalance(), SOUND);
  const clock = { now: () => now };
  const { ok, faults } = await verifyAuditTrail(new PostgresAuditTrail(database), { clock });
  assert.deepEqual([ok, faults], [true, []]);
}

export async function balances(database: Database, ...accounts: readonly OldAccount[]): Promise<number[]> {
  const found = await Promise.all(accounts.map(({ customerId }) => ledgerOf(database).accountsOf(customerId)));
  return found.flat().flatMap(({ balanceCents, reservedCents }) => [balanceCents, reservedCents]);
}

/** Port RecordRemovals, and the operation that removes: one store, in which the tests follow one another. */
export function recordRemovalsContract(database: OpenDatabase): void {
  const remove = (keepYears = 10) => removeRecords(removalOf(database()), keepYears);
  const announcements = async () =>
    (await database().query({ name: 'test-announcements', text: 'SELECT kept_from FROM record_removals' }, [])).length;
  const firstEntry = async ({ accountId }: OldAccount) => {
    const text = `SELECT entry_number, booking_id, previous_balance_cents, balance_cents, carried_forward FROM entries
      WHERE account_id = $1 ORDER BY entry_number LIMIT 1`;
    const [row] = await database().query<Record<string, unknown>>({ name: 'test-first-entry', text }, [accountId]);
    return row;
  };
  async function read({ paymentId, clientId }: OldPayment) {
    const token = await newToken(database(), { clientId });
    return new PostgresPaymentStore(database()).findPayment(token, paymentId);
  }
  const areThere = (...payments: OldPayment[]) =>
    Promise.all(payments.map(async (payment) => (await read(payment)).payment !== undefined));

  describe('removing what has been kept for its term', () => {
    let [aino, ville]: OldAccount[] = [];
    const old: OldPayment[] = [];
    const young: OldPayment[] = [];
    let recurring: OldPayment;
    let lastOld: OldPayment;

    before(async () => {
      const records = new OldRecords(database());
      aino = await records.account(EARLIEST);
      ville = await records.account(EARLIEST);
      const june = since(-200 * DAY_MS);
      old.push(await records.paid(aino, june), await records.paid(aino, june, ville));
      await records.seal(june);
      const july = since(-170 * DAY_MS);
      // Approved, and never submitted.
      old.push(await records.payment(ville, july));
      recurring = await records.payment(ville, july, undefined, 3);
      await records.book(recurring, july, false);
      await records.event(july, aino.customerId);
      await records.event(july, aino.customerId);
      await records.event(july);
      await records.seal(july);
      lastOld = await records.paid(ville, since(-1), aino);
      await records.seal(since(-1));
      young.push(await records.paid(ville, KEPT_FROM, aino));
      await records.seal(since(10 * SECOND_MS));
      await records.book(recurring, since(200 * DAY_MS), false);
      await records.event(since(200 * DAY_MS), aino.customerId);
      await records.seal(since(200 * DAY_MS));
      young.push(await records.paid(aino, NOW));
      await records.seal(NOW);
      await isSound(database());
    });

    test('what would go is told, and nothing goes', async () => {
      const before = await recordRows(database());
      const { keptFrom, counts } = await foreseeRemoval(removalOf(database()), 10);
      assert.deepEqual(keptFrom, KEPT_FROM);
      assert.deepEqual(counts, {
        // Two accounts were opened.
        ...{ bookings: 2 + 4, messages: 2, unsentMessages: 2 },
        ...{ authorizations: 3, payments: 3, submissions: 2, seals: 2 },
      });
      assert.deepEqual(await recordRows(database()), before);
      assert.equal(await announcements(), 0);
    });

    test('what is older goes, to the millisecond, and the books and the trail hold', async () => {
      if (aino === undefined || ville === undefined) throw new Error('two accounts');
      const before = await balances(database(), aino, ville);
      const { keptFrom, counts } = await remove();
      assert.deepEqual(keptFrom, KEPT_FROM);
      assert.deepEqual(counts, {
        ...{ bookings: 2 + 4, messages: 2, unsentMessages: 2 },
        ...{ authorizations: 3, payments: 3, submissions: 2 },
        // Of the two payments made before the first seal and the one never submitted, 3 + 3 + 2 events; of the recurring one, two of
        // three; one of the customer's two; and the one that was alone.
        ...{ seals: 2, events: 3 + 3 + 2 + 2 + 1 + 1 },
      });
      assert.deepEqual(await areThere(...old), [false, false, false]);
      assert.deepEqual(await areThere(...young, recurring), [true, true, true]);
      assert.deepEqual(await balances(database(), aino, ville), before);
      await isSound(database());
    });

    test('an account begins with the balance it had then, and nothing before it', async () => {
      if (aino === undefined || ville === undefined) throw new Error('two accounts');
      // 1000.00, two payments of 4.00 away, one of 4.00 back.
      assert.deepEqual(await firstEntry(aino), {
        ...{ entry_number: 4, booking_id: null, previous_balance_cents: null },
        ...{ balance_cents: 100_000 - 800 + 400, carried_forward: KEPT_FROM },
      });
    });

    test('an approval that is still used stays whole, with what was submitted under it and is no longer booked', async () => {
      const { payment, submissions } = await read(recurring);
      assert.deepEqual(
        [payment?.submissionsMade, submissions.map(({ status }) => status)],
        [2, ['Submitted', 'Submitted']],
      );
    });

    test('what the last seal from before covers stays until the next removal', async () => {
      assert.deepEqual(await areThere(lastOld), [true]);
    });

    test('a second time there is nothing to remove, and nothing to announce', async () => {
      const before = await recordRows(database());
      for (const { counts } of [await foreseeRemoval(removalOf(database()), 10), await remove()]) {
        assert.ok(Object.values(counts).every((number) => number === 0));
      }
      assert.deepEqual(await recordRows(database()), before);
      assert.equal(await announcements(), 1);
    });

    test('the next removal goes on from there', async () => {
      if (aino === undefined || ville === undefined) throw new Error('two accounts');
      const before = await balances(database(), aino, ville);
      const { counts } = await remove(9);
      assert.deepEqual([counts.bookings, counts.authorizations, counts.seals], [2, 2, 2]);
      assert.deepEqual(await areThere(lastOld, ...young), [false, false, true]);
      assert.deepEqual([(await firstEntry(aino))?.entry_number, await announcements()], [5, 2]);
      assert.deepEqual(await balances(database(), aino, ville), before);
      await isSound(database());
    });

    test('one that would keep more than is there announces nothing', async () => {
      await remove(10);
      assert.equal(await announcements(), 2);
      await isSound(database());
    });

    test('payments go on', async () => {
      if (aino === undefined || ville === undefined) throw new Error('two accounts');
      const records = new OldRecords(database());
      await records.paid(aino, NOW, ville);
      await records.book(recurring, NOW);
      await records.seal(NOW);
      await isSound(database());
    });

    test('in the end every table is empty but for one row an account, a customer and a removal', async () => {
      const records = new OldRecords(database());
      const later = new Date('2050-01-01T00:00:00Z');
      await records.event(new Date('2035-01-01T00:00:00Z'));
      await records.seal(new Date('2035-01-01T00:00:00Z'));
      // A machine whose clock runs ahead removes no more, and announces it by the clock of the store.
      const ahead = removalOf(database(), new Date('2099-01-01T00:00:00Z'));
      const { keptFrom } = await removeRecords({ ...ahead, records: new StoreOf(database(), later) }, 10);
      assert.equal(keptFrom.toISOString(), '2039-12-31T22:00:00.000Z');
      assert.deepEqual(await recordRows(database()), {
        ...{ authorizations: 0, payments: 0, submissions: 0, bookings: 0, exemption_grants: 0, outgoing_messages: 0 },
        // Two customers' accounts, the one of opening balances, and one or more settlement accounts.
        entries: await accountsWithEntries(),
        // The last event of a customer; what the last old seal covers; the announcement.
        ...{ audit_events: 3, audit_chains: 3, audit_seals: 2, audit_sealed_heads: 2, audit_released: 1 },
      });
      await isSound(database(), later);
      async function accountsWithEntries(): Promise<number> {
        const text = 'SELECT COUNT(*) AS accounts FROM accounts WHERE entry_number IS NOT NULL';
        const [row] = await database().query<{ accounts: number }>({ name: 'test-accounts-used', text }, []);
        return row?.accounts ?? 0;
      }
    });
  });
}
