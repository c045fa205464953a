import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCents, asSubmissionId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresStoreFigures } from '../../src/adapters/postgres/store-figures.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import {
  archiveId,
  authorizedPayment,
  LATER,
  ledgerOf,
  NOW,
  newAccount,
  newCustomer,
  newIban,
  submit,
  uuid,
} from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Figures of the store. */
export function storeFiguresContract(database: OpenDatabase): void {
  const figures = () => new PostgresStoreFigures(database()).read();

  describe('figures of the store', () => {
    test('count what waits for booking, and since when', async () => {
      const before = await figures();
      const customerId = await newCustomer(database());
      const account = await newAccount(database(), customerId, 1000);
      const { paymentId } = await authorizedPayment(database(), account, customerId);
      await submit(database(), account.accountId, paymentId);
      const after = await figures();
      assert.equal(after.submissionsAccepted, before.submissionsAccepted + 1);
      assert.ok(after.oldestBooking !== undefined && after.oldestBooking <= NOW);
      assert.ok(after.eventsUnsealed > before.eventsUnsealed);
    });
    test('count what waits for its TPP', async () => {
      const before = await figures();
      const customerId = await newCustomer(database());
      const account = await newAccount(database(), customerId, 1000);
      const { paymentId } = await authorizedPayment(database(), account, customerId);
      const pending = {
        paymentId,
        submissionId: asSubmissionId('one'),
        status: 'Pending',
        pendingUntil: LATER,
      } as const;
      await new PostgresPaymentStore(database()).transaction((unit) =>
        unit.saveSubmission({ ...pending, created: NOW, modified: NOW }),
      );
      assert.equal((await figures()).submissionsPending, before.submissionsPending + 1);
    });
    test('say when the oldest booking that is kept was booked', async () => {
      const customerId = await newCustomer(database());
      await newAccount(database(), customerId, 1000);
      const { oldestRecord } = await figures();
      assert.ok(oldestRecord !== undefined && oldestRecord <= NOW);
      const at = new Date('2014-05-06T07:08:09.010Z');
      await ledgerOf(database()).openAccount({
        ...{ accountId: uuid(), iban: newIban(), customerId, name: 'Käyttötili', archiveId: archiveId(), at },
        ...{ openingBalanceCents: asCents(1000), limitCents: asCents(0) },
        bookingId: randomIdentifiers({ now: () => at }).uuid(),
      });
      assert.deepEqual((await figures()).oldestRecord, at);
    });
    test('say that the books balance', async () => {
      assert.equal((await figures()).imbalanceCents, 0);
    });
  });
}
