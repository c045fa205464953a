import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asSubmissionId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresStoreFigures } from '../../src/adapters/postgres/store-figures.ts';
import { authorizedPayment, LATER, NOW, newAccount, newCustomer, submit } from './fixtures.ts';
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
    test('say that the books balance', async () => {
      assert.equal((await figures()).imbalanceCents, 0);
    });
  });
}
