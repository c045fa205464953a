import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { asCents, asSubmissionId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresAuditTrail } from '../../src/adapters/postgres/stored-audit-trail.ts';
import { announceRemoval } from '../../src/operations/announce-removal.ts';
import { BrokenTrail } from '../../src/operations/broken-trail.ts';
import { removeRecords } from '../../src/operations/remove-records.ts';
import type { BookingJob } from '../../src/ports/ledger.ts';
import { archiveId, ledgerOf, uuid } from './fixtures.ts';
import { type OldAccount, type OldPayment, OldRecords, recordRows } from './old-records.ts';
import { DAY_MS, isSound, KEPT_FROM, NOW, removalOf, SECOND_MS, since } from './record-removals-contract.ts';
import type { OpenDatabase } from './test-databases.ts';

/** What is old enough, and stays all the same: until what holds it is over. */
export function recordRemovalsHeldContract(database: OpenDatabase): void {
  const old = since(-30 * DAY_MS);
  const records = () => new OldRecords(database());
  const oneByOne = { bookings: 1, seals: 1, authorizations: 1 };
  const remove = (keepYears = 10) => removeRecords({ ...removalOf(database()), pieces: oneByOne }, keepYears);
  const sql = (text: string, ...values: unknown[]) => database().query({ name: `test-${uuid()}`, text }, values);
  const rows = async (text: string, ...values: unknown[]) => (await sql(text, ...values)).length;
  const isThere = async (id: string) =>
    (await rows('SELECT 1 AS found FROM authorizations WHERE authorization_id = $1', id)) === 1;
  const isBooked = async (id: string) =>
    (await rows('SELECT 1 AS found FROM bookings WHERE booking_id = $1', id)) === 1;
  /** Over all there is, and another one after it, so that it is not the last. */
  async function seal(at = old): Promise<void> {
    await records().seal(at);
    await records().event(at);
    await records().seal(at);
  }

  describe('what is old enough, and stays', () => {
    const HOLDS: readonly (readonly [string, string, string])[] = [
      [
        'an idempotency key that is remembered',
        `INSERT INTO idempotency_keys (client_id, customer_scope, idempotency_key, request_digest, payment_id, created)
          SELECT 'held', '', 'key', sha256('key'), payment_id, now() FROM payments WHERE authorization_id = $1`,
        `DELETE FROM idempotency_keys WHERE payment_id IN (SELECT payment_id FROM payments WHERE authorization_id = $1)`,
      ],
      [
        'a session of its pages',
        `INSERT INTO sca_sessions (session_id, client_id, authorization_id, browser_digest, step, language, failures, created, last_seen)
          SELECT 'held', client_id, authorization_id, sha256('held'), 'login', 'en', 0, now(), now() FROM authorizations WHERE authorization_id = $1`,
        'DELETE FROM sca_sessions WHERE authorization_id = $1',
      ],
      ...(['authorizations', 'payments'] as const).map(
        (table) =>
          [
            `a change of its ${table} since`,
            `UPDATE ${table} SET modified = '${KEPT_FROM.toISOString()}' WHERE authorization_id = $1`,
            `UPDATE ${table} SET modified = '${since(-1).toISOString()}' WHERE authorization_id = $1`,
          ] as const,
      ),
      [
        'a change of a submission since',
        `UPDATE submissions SET modified = '${KEPT_FROM.toISOString()}' FROM payments p WHERE p.payment_id = submissions.payment_id AND p.authorization_id = $1`,
        `UPDATE submissions SET modified = '${since(-1).toISOString()}' FROM payments p WHERE p.payment_id = submissions.payment_id AND p.authorization_id = $1`,
      ],
      [
        'a job in the booking queue',
        `INSERT INTO booking_queue (payment_id, submission_id, due)
          SELECT s.payment_id, s.submission_id, '2015-01-01' FROM submissions s JOIN payments p ON p.payment_id = s.payment_id
          WHERE p.authorization_id = $1`,
        'DELETE FROM booking_queue WHERE payment_id IN (SELECT payment_id FROM payments WHERE authorization_id = $1)',
      ],
      [
        'a submission that is tried again',
        `INSERT INTO submissions (payment_id, submission_id, status, pending_until, created, modified)
          SELECT payment_id, 'held', 'Pending', '2015-01-01', '2015-01-01', '2015-01-01' FROM payments WHERE authorization_id = $1`,
        `DELETE FROM submissions WHERE submission_id = 'held'
          AND payment_id IN (SELECT payment_id FROM payments WHERE authorization_id = $1)`,
      ],
    ];
    /** By what holds them. */
    const held = new Map<string, string>();
    let account: OldAccount;
    let waiting: { authorizationId: string; job: BookingJob };
    /** Got its id before the new year and was booked in it; and one that stands behind it in the account, of a clock that was late. */
    let young: OldPayment & { bookingId: string };
    let behind: typeof young;
    /** Comes after them, and has nothing to do with them. */
    let free: typeof young;

    before(async () => {
      account = await records().account(old);
      for (const [what] of HOLDS) held.set(what, (await records().paid(account, old)).authorizationId);
      const payee = await records().account(old);
      young = await records().paid(account, old, payee);
      behind = await records().paid(account, old, payee);
      const late = since(-29 * DAY_MS);
      free = await records().paid(await records().account(late), late, await records().account(late));
      await sql('UPDATE bookings SET booked = $2 WHERE booking_id = $1', young.bookingId, KEPT_FROM);
      await sql('UPDATE submissions SET modified = $2 WHERE payment_id = $1', young.paymentId, KEPT_FROM);
      const { authorizationId, paymentId } = await records().payment(account, old);
      const submissionId = asSubmissionId(uuid());
      await new PostgresPaymentStore(database()).transaction(async (unit) => {
        assert.equal(await unit.reserve(account.accountId, asCents(400)), true);
        await unit.saveSubmission({ paymentId, submissionId, status: 'Accepted', created: old, modified: old });
        await unit.queueBooking({ paymentId, submissionId, due: old });
      });
      waiting = { authorizationId, job: { paymentId, submissionId } };
      await records().event(old, account.customerId);
      await seal();
      for (const [what, hold] of HOLDS) await sql(hold, held.get(what));
      await remove();
    });

    for (const [what, , release] of HOLDS) {
      test(`an authorization for ${what}, and goes once that is over`, async () => {
        const authorizationId = held.get(what) ?? '';
        assert.equal(await isThere(authorizationId), true);
        await sql(release, authorizationId);
        await remove();
        assert.equal(await isThere(authorizationId), false);
      });
    }

    test('an authorization of which a submission waits for its booking', async () => {
      assert.equal(await isThere(waiting.authorizationId), true);
      const booking = { bookingId: uuid(), archiveId: archiveId(), at: NOW, auditEventId: uuid() };
      assert.equal(await ledgerOf(database()).book(waiting.job, booking), 'Submitted');
      await isSound(database());
    });

    test('a booking of the new year, and one behind it in its account, with its authorization', async () => {
      assert.deepEqual([await isBooked(young.bookingId), await isBooked(behind.bookingId)], [true, true]);
      assert.equal(await isThere(behind.authorizationId), true);
      assert.equal(await isBooked(free.bookingId), false);
      await isSound(database());
      await remove(9);
      assert.deepEqual([await isBooked(young.bookingId), await isBooked(behind.bookingId)], [false, false]);
      assert.equal(await isThere(behind.authorizationId), false);
    });

    test('a customer’s last event, whose chain goes on from it', async () => {
      await records().event(NOW, account.customerId);
      const chain = 'SELECT sequence FROM audit_events WHERE chain_id = $1 ORDER BY sequence';
      assert.deepEqual(await sql(chain, account.customerId), [{ sequence: 1 }, { sequence: 2 }]);
      await isSound(database());
    });
  });
}

/** What shows that somebody was at the records is not removed with them. */
export function brokenRecordsContract(database: OpenDatabase): void {
  const records = () => new OldRecords(database());
  const remove = () => removeRecords(removalOf(database()), 10);
  const sql = (text: string) => database().query({ name: `test-${uuid()}`, text }, []);

  describe('an audit trail that does not hold', () => {
    let numbers: Record<string, number>;
    before(async () => {
      const account = await records().account(since(-30 * DAY_MS));
      for (const days of [30, 20, 10]) {
        const at = since(-days * DAY_MS);
        await records().paid(account, at);
        await records().seal(at);
      }
    });
    beforeEach(async () => {
      numbers = await recordRows(database());
    });

    const TAMPERED: readonly (readonly [string, string, string, RegExp])[] = [
      [
        'a removal is noted that no event announces',
        "INSERT INTO record_removals VALUES ('00000000-0000-7000-8000-000000000000', '2016-06-01', '2026-01-01')",
        "DELETE FROM record_removals WHERE kept_from = '2016-06-01'",
        /no event announces it/,
      ],
      [
        'a seal was changed',
        'UPDATE audit_seals SET head_count = head_count + 1 WHERE seal_number = 2',
        'UPDATE audit_seals SET head_count = head_count - 1 WHERE seal_number = 2',
        /seal 2: it was changed/,
      ],
      [
        'what a seal covers was changed',
        'UPDATE audit_sealed_heads SET sequence = sequence + 1 WHERE seal_number = 1',
        'UPDATE audit_sealed_heads SET sequence = sequence - 1 WHERE seal_number = 1',
        /seal 1: what it covers was changed/,
      ],
      [
        'a sealed event has another hash',
        `UPDATE audit_events e SET hash = sha256(e.hash) FROM audit_sealed_heads h
          WHERE h.seal_number = 1 AND e.chain_id = h.chain_id AND e.sequence = h.sequence`,
        `UPDATE audit_events e SET hash = h.hash FROM audit_sealed_heads h
          WHERE h.seal_number = 1 AND e.chain_id = h.chain_id AND e.sequence = h.sequence`,
        /has another hash now/,
      ],
    ];
    for (const [what, tamper, mend, problem] of TAMPERED) {
      test(`${what}: nothing is removed`, async () => {
        await sql(tamper);
        await assert.rejects(remove(), (error: Error) => error instanceof BrokenTrail && problem.test(error.message));
        const { authorizations, bookings, audit_sealed_heads } = await recordRows(database());
        assert.deepEqual([authorizations, bookings], [numbers.authorizations, numbers.bookings]);
        assert.ok(audit_sealed_heads >= (numbers.audit_sealed_heads ?? 0));
        await sql(mend);
      });
    }

    test('once it holds again it goes', async () => {
      const { counts } = await remove();
      assert.deepEqual([counts.seals, counts.authorizations, counts.bookings], [2, 2, 4]);
      await isSound(database());
    });
  });
}

/** A store of its own: nothing behind such a seal goes. */
export function clockAheadContract(database: OpenDatabase): void {
  const records = () => new OldRecords(database());

  test('a seal that covers an event of a clock that ran ahead stays, and so does all that follows it', async () => {
    const account = await records().account(since(-DAY_MS));
    const before = await records().paid(account, since(-DAY_MS));
    await records().seal(since(-DAY_MS));
    const { authorizationId } = await records().payment(account, since(SECOND_MS));
    await records().seal(since(-2 * SECOND_MS));
    for (const _round of [1, 2]) {
      await records().event(since(-SECOND_MS));
      await records().seal(since(-SECOND_MS));
    }
    const { counts } = await removeRecords(removalOf(database()), 10);
    assert.deepEqual([counts.seals, counts.authorizations], [1, 1]);
    const chain = {
      name: 'test-chain',
      text: 'SELECT sequence FROM audit_events WHERE chain_id = $1 ORDER BY sequence',
    };
    assert.deepEqual(await database().query(chain, [before.authorizationId]), []);
    assert.deepEqual(await database().query(chain, [authorizationId]), [{ sequence: 1 }, { sequence: 2 }]);
    await isSound(database());
  });

  test('nothing goes before its announcement is under a seal, however many seal at once', async () => {
    /** Another process took the number of the seal, which it had begun before the announcement was there. */
    class Beaten extends PostgresAuditTrail {
      #times = 0;

      override async seal(at: Date, limit: number): Promise<number> {
        this.#times += 1;
        return this.#times === 1 ? 0 : super.seal(at, limit);
      }
    }
    const audit = new Beaten(database());
    await announceRemoval({ ...removalOf(database()), audit }, since(365 * DAY_MS), NOW);
    assert.deepEqual(await audit.waitingEventsAfter(undefined, 10), []);
  });
}
