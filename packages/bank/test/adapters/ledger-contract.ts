import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCents, asPaymentId, asSubmissionId, type CustomerId, type Iban } from '@lupa/protocol';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import {
  archiveId,
  authorizedPayment,
  count,
  EARLIER,
  LATER,
  ledgerOf,
  NOW,
  newAccount,
  newCustomer,
  newRequest,
  newToken,
  submit,
  uuid,
} from './fixtures.ts';
import { afterChange } from './tampering.ts';
import type { OpenDatabase } from './test-databases.ts';

export const SOUND = { imbalanceCents: 0, accountsOff: 0, reservationsOff: 0, submissionsOff: 0 };

export async function balanceOf(database: Database, customerId: CustomerId): Promise<number[]> {
  const accounts = await ledgerOf(database).accountsOf(customerId);
  return accounts.flatMap((account) => [account.balanceCents, account.reservedCents]);
}

/** Port Ledger. */
export function ledgerContract(database: OpenDatabase): void {
  const ledger = () => ledgerOf(database());
  const booking = () => ({ bookingId: uuid(), archiveId: archiveId(), at: LATER, auditEventId: uuid() });

  async function submitted(request = newRequest(), balanceCents = 1000) {
    const customerId = await newCustomer(database());
    const account = await newAccount(database(), customerId, balanceCents);
    const { paymentId, clientId } = await authorizedPayment(database(), account, customerId, request);
    const submissionId = (await submit(database(), account.accountId, paymentId)) ?? asSubmissionId('none');
    const read = async () => {
      const token = await newToken(database(), { clientId });
      return (await new PostgresPaymentStore(database()).findPayment(token, paymentId)).submissions[0];
    };
    return { customerId, account, read, job: { paymentId, submissionId } };
  }

  async function payee() {
    const customerId = await newCustomer(database());
    return { customerId, ...(await newAccount(database(), customerId, 0)) };
  }

  describe('booking a submission', () => {
    test('a payment to another bank takes the money and the reservation, and has an archive id', async () => {
      const { customerId, job, read } = await submitted();
      assert.deepEqual(await balanceOf(database(), customerId), [1000, 400]);
      const details = booking();
      assert.equal(await ledger().book(job, details), 'Submitted');
      assert.deepEqual(await balanceOf(database(), customerId), [600, 0]);
      const submission = await read();
      assert.deepEqual(
        [submission?.status, submission?.archiveId, submission?.modified],
        ['Submitted', details.archiveId, LATER],
      );
      assert.equal(await count(database(), 'audit_events', 'event_id', details.auditEventId), 1);
      assert.deepEqual(await ledger().trialBalance(), SOUND);
    });

    for (const [paymentOrder, outcome] of [
      ['SEPA', 'Submitted'],
      ['SEPA_INST', 'Credited'],
    ] as const) {
      test(`a ${paymentOrder} payment to an account of this bank arrives there, and is ${outcome}`, async () => {
        const { customerId, iban } = await payee();
        const request = newRequest({ payee: { iban: iban as Iban, name: 'Ville' }, paymentOrder });
        const { job, read } = await submitted(request);
        assert.equal(await ledger().book(job, booking()), outcome);
        assert.equal((await read())?.status, outcome);
        assert.deepEqual(await balanceOf(database(), customerId), [400, 0]);
        assert.deepEqual(await ledger().trialBalance(), SOUND);
      });
    }

    test('an instant payment to another bank is Submitted, not Credited', async () => {
      const { job } = await submitted(newRequest({ paymentOrder: 'SEPA_INST' }));
      assert.equal(await ledger().book(job, booking()), 'Submitted');
    });

    test('a payment from an account to itself is Rejected, and its reservation released', async () => {
      const customerId = await newCustomer(database());
      const account = await newAccount(database(), customerId, 1000);
      const request = newRequest({ payee: { iban: account.iban as Iban, name: 'Aino' } });
      const { paymentId } = await authorizedPayment(database(), account, customerId, request);
      const submissionId = (await submit(database(), account.accountId, paymentId)) ?? asSubmissionId('none');
      assert.equal(await ledger().book({ paymentId, submissionId }, booking()), 'Rejected');
      assert.deepEqual(await balanceOf(database(), customerId), [1000, 0]);
      assert.deepEqual(await ledger().trialBalance(), SOUND);
    });

    test('of fifty workers on one job exactly one books', async () => {
      const { customerId, job } = await submitted();
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => ledger().book(job, booking())));
      assert.deepEqual(
        [
          outcomes.filter((outcome) => outcome === 'Submitted').length,
          outcomes.filter((outcome) => outcome === 'already-done').length,
        ],
        [1, 49],
      );
      assert.deepEqual(await balanceOf(database(), customerId), [600, 0]);
      assert.deepEqual(await ledger().trialBalance(), SOUND);
    });

    test('a job that was never queued books nothing', async () => {
      const job = { paymentId: asPaymentId(uuid()), submissionId: asSubmissionId('none') };
      assert.equal(await ledger().book(job, booking()), 'already-done');
    });

    test('payments in both directions between two accounts, all at once, book without deadlock', async () => {
      const people = [await payee(), await payee()];
      for (const { accountId } of people) assert.equal(await count(database(), 'accounts', 'account_id', accountId), 1);
      const customers = await Promise.all(
        people.map(async ({ customerId }) => ({
          customerId,
          account: await newAccount(database(), customerId, 10_000),
        })),
      );
      const jobs = [];
      for (let round = 0; round < 12; round += 1) {
        const [from, to] = round % 2 === 0 ? [customers[0], customers[1]] : [customers[1], customers[0]];
        if (from === undefined || to === undefined) throw new Error('two customers');
        const request = newRequest({ payee: { iban: to.account.iban as Iban, name: 'Other' } });
        const { paymentId } = await authorizedPayment(database(), from.account, from.customerId, request);
        const submissionId = (await submit(database(), from.account.accountId, paymentId)) ?? asSubmissionId('none');
        jobs.push({ paymentId, submissionId });
      }
      const outcomes = await Promise.all(jobs.map((job) => ledger().book(job, booking())));
      assert.ok(outcomes.every((outcome) => outcome === 'Submitted'));
      for (const { customerId } of customers) {
        const accounts = await ledger().accountsOf(customerId);
        assert.equal(
          accounts.reduce((sum, account) => sum + account.balanceCents, 0),
          10_000,
        );
      }
      assert.deepEqual(await ledger().trialBalance(), SOUND);
    });

    test('an archive id used before books nothing, and the job stays', async () => {
      const first = await submitted();
      const details = booking();
      await ledger().book(first.job, details);
      const second = await submitted();
      await assert.rejects(ledger().book(second.job, { ...booking(), archiveId: details.archiveId }), {
        sqlState: '23505',
      });
      assert.deepEqual(await balanceOf(database(), second.customerId), [1000, 400]);
      assert.equal(await ledger().book(second.job, booking()), 'Submitted');
    });
  });

  describe('the booking queue', () => {
    test('jobs are due from their time on, oldest first, and gone once booked', async () => {
      const { job } = await submitted();
      const mine = async (now: Date) =>
        (await ledger().dueBookings(now, 1000)).filter((due) => due.paymentId === job.paymentId);
      assert.deepEqual(await mine(EARLIER), []);
      assert.deepEqual(await mine(NOW), [job]);
      await ledger().book(job, booking());
      assert.deepEqual(await mine(LATER), []);
    });

    test('a postponed job waits until its new time, and one that was booked stays booked', async () => {
      const { job } = await submitted();
      await ledger().postpone(job, LATER);
      const isDue = async (now: Date) =>
        (await ledger().dueBookings(now, 1000)).some((due) => due.paymentId === job.paymentId);
      assert.equal(await isDue(NOW), false);
      assert.equal(await isDue(LATER), true);
      await ledger().book(job, booking());
      await ledger().postpone(job, EARLIER);
      assert.equal(await isDue(LATER), false);
    });

    test('no more jobs are given than asked for', async () => {
      await submitted();
      await submitted();
      assert.equal((await ledger().dueBookings(LATER, 1)).length, 1);
    });
  });

  describe('opening accounts', () => {
    test('an IBAN that exists is left as it is, with its owner and its balance', async () => {
      const customerId = await newCustomer(database());
      const { iban } = await newAccount(database(), customerId, 1500);
      const again = {
        accountId: uuid(),
        iban,
        customerId: await newCustomer(database()),
        name: 'Other',
        openingBalanceCents: asCents(99),
        limitCents: asCents(0),
        bookingId: uuid(),
        archiveId: archiveId(),
        at: LATER,
      };
      await ledger().openAccount(again);
      assert.deepEqual(await balanceOf(database(), customerId), [1500, 0]);
      assert.deepEqual(await ledger().accountsOf(again.customerId), []);
      assert.deepEqual(await ledger().trialBalance(), SOUND);
    });

    test('an account may open with nothing', async () => {
      const customerId = await newCustomer(database());
      const { accountId, iban } = await newAccount(database(), customerId, 0);
      assert.deepEqual(await ledger().accountsOf(customerId), [
        { accountId, iban, customerId, name: 'Käyttötili', balanceCents: 0, reservedCents: 0, limitCents: 0 },
      ]);
    });

    test('many accounts opened at once leave the books balanced', async () => {
      const customerId = await newCustomer(database());
      await Promise.all(Array.from({ length: 12 }, () => newAccount(database(), customerId, 100)));
      assert.equal((await ledger().accountsOf(customerId)).length, 12);
      assert.deepEqual(await ledger().trialBalance(), SOUND);
    });
  });

  describe('the trial balance', () => {
    /** Unlike the schema, which refuses a row, it sees what is missing. Each is done to one submission, or to its account. */
    const FAULTS: readonly (readonly [string, string, object])[] = [
      [
        'a submission said to be booked, and no booking',
        "UPDATE submissions SET status = 'Submitted', archive_id = 'none' WHERE submission_id = $1",
        { reservationsOff: 1, submissionsOff: 1 },
      ],
      [
        'an accepted submission that nobody will book',
        'DELETE FROM booking_queue WHERE submission_id = $1',
        { submissionsOff: 1 },
      ],
      [
        'a reservation for nothing',
        `UPDATE accounts SET reserved_cents = reserved_cents + 1 FROM submissions s JOIN payments p ON p.payment_id = s.payment_id
          WHERE s.submission_id = $1 AND account_id = p.debit_account_id`,
        { reservationsOff: 1 },
      ],
    ];
    for (const [what, change, found] of FAULTS) {
      test(`tells of ${what}`, async () => {
        const { job } = await submitted();
        const look = (inside: Database) => ledgerOf(inside).trialBalance();
        assert.deepEqual(await afterChange(database(), async () => undefined, look), SOUND);
        const changed = await afterChange(database(), (sql) => sql(change, job.submissionId), look);
        assert.deepEqual(changed, { ...SOUND, ...found });
      });
    }

    test('tells of another archive id, and of a balance that the entries do not explain', async () => {
      const { account, job } = await submitted();
      await ledger().book(job, booking());
      const changed = await afterChange(
        database(),
        async (sql) => {
          await sql("UPDATE submissions SET archive_id = 'other' WHERE submission_id = $1", job.submissionId);
          await sql('ALTER TABLE accounts DROP CONSTRAINT balance_is_that_of_the_latest_entry');
          await sql('UPDATE accounts SET balance_cents = balance_cents + 7 WHERE account_id = $1', account.accountId);
        },
        (inside) => ledgerOf(inside).trialBalance(),
      );
      assert.deepEqual(changed, { ...SOUND, imbalanceCents: 7, accountsOff: 1, submissionsOff: 1 });
    });
  });
}
