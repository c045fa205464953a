import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCents, asSubmissionId, type Iban } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { StatementError } from '../../src/adapters/postgres/statement-error.ts';
import {
  archiveId,
  authorizedPayment,
  EARLIER,
  LATER,
  ledgerOf,
  NOW,
  newAccount,
  newClient,
  newCustomer,
  newIban,
  newPayment,
  newRequest,
  newToken,
  uuid,
} from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

const ONE = asSubmissionId('one');

/** Ports PaymentStore, PaymentUnit and Ledger: what waits for a midnight, a customer or a booking, and the sandbox's decisions. */
export function submissionStatesContract(database: OpenDatabase): void {
  const store = () => new PostgresPaymentStore(database());
  const ledger = () => ledgerOf(database());

  async function approved(request = newRequest()) {
    const customerId = await newCustomer(database());
    const account = await newAccount(database(), customerId, 1000);
    return { customerId, account, ...(await authorizedPayment(database(), account, customerId, request)) };
  }

  function refusedBy(constraint: string) {
    return (error: unknown) => {
      assert.ok(error instanceof StatementError, String(error));
      assert.equal(error.constraint, constraint);
      return true;
    };
  }

  describe('submissions that wait', () => {
    test('a pending submission is found from its midnight on, until it is decided', async () => {
      const { paymentId, authorizationId } = await approved();
      const pending = { paymentId, submissionId: ONE, status: 'Pending', created: EARLIER, modified: EARLIER } as const;
      const mine = async (at: Date) =>
        (await store().pendingSince(at, 1000)).filter((found) => found.paymentId === paymentId);
      await store().transaction((unit) => unit.saveSubmission({ ...pending, pendingUntil: NOW }));
      assert.deepEqual(await mine(EARLIER), []);
      assert.deepEqual(await mine(NOW), [{ authorizationId, paymentId, submissionId: ONE }]);
      assert.equal((await store().pendingSince(LATER, 1)).length, 1);
      await store().transaction((unit) => unit.saveSubmission({ ...pending, status: 'Rejected', modified: NOW }));
      assert.deepEqual(await mine(LATER), []);
    });

    test('a pending submission without its midnight cannot be stored, nor a midnight without one', async () => {
      const { paymentId } = await approved();
      const submission = { paymentId, submissionId: ONE, created: NOW, modified: NOW } as const;
      const save = (change: { status: 'Pending' | 'Error'; pendingUntil?: Date }) =>
        store().transaction((unit) => unit.saveSubmission({ ...submission, ...change }));
      await assert.rejects(save({ status: 'Pending' }), refusedBy('pending_until_a_time'));
      await assert.rejects(save({ status: 'Error', pendingUntil: LATER }), refusedBy('pending_until_a_time'));
    });

    test('why it failed is kept, and only a rejected one can have failed', async () => {
      const { paymentId, clientId } = await approved();
      const failed = { paymentId, submissionId: ONE, failure: 'AccountClosed', created: NOW, modified: NOW } as const;
      await store().transaction((unit) => unit.saveSubmission({ ...failed, status: 'Rejected' }));
      const { submissions } = await store().findPayment(await newToken(database(), { clientId }), paymentId);
      assert.equal(submissions[0]?.failure, 'AccountClosed');
      const accepted = store().transaction((unit) => unit.saveSubmission({ ...failed, status: 'Accepted' }));
      await assert.rejects(accepted, refusedBy('failed_for_good'));
    });
  });

  describe('foreseeing a booking', () => {
    for (const [bookedAs, outcome] of [
      [undefined, 'Credited'],
      ['Submitted', 'Submitted'],
      ['Rejected', 'Rejected'],
    ] as const) {
      test(`what is foreseen as ${outcome} is booked as ${outcome}`, async () => {
        const payee = await newAccount(database(), await newCustomer(database()), 0);
        const inside = { iban: payee.iban as Iban, name: 'Ville' };
        const { account, paymentId } = await approved(newRequest({ payee: inside, paymentOrder: 'SEPA_INST' }));
        const submission = { paymentId, submissionId: ONE, status: 'Accepted', created: NOW, modified: NOW } as const;
        assert.equal(await ledger().foreseeBooking(paymentId, ONE), undefined);
        await store().transaction(async (unit) => {
          await unit.reserve(account.accountId, asCents(400));
          await unit.saveSubmission({ ...submission, bookedAs });
          await unit.queueBooking({ paymentId, submissionId: ONE, due: LATER });
        });
        assert.deepEqual(await ledger().foreseeBooking(paymentId, ONE), { due: LATER, outcome });
        const booking = { bookingId: uuid(), archiveId: archiveId(), at: LATER, auditEventId: uuid() };
        assert.equal(await ledger().book({ paymentId, submissionId: ONE }, booking), outcome);
        assert.equal(await ledger().foreseeBooking(paymentId, ONE), undefined);
      });
    }
  });

  describe('authorizations that wait', () => {
    test('one is found when it was created before the time asked for and nobody has decided it', async () => {
      const clientId = await newClient(database());
      const payment = newPayment(clientId, await newToken(database(), { clientId }));
      await store().createPayment(payment);
      const id = payment.newAuthorizationId;
      const isFound = async (created: Date) => (await store().unauthorizedBefore(created, 1000)).includes(id);
      assert.equal(await isFound(NOW), false);
      assert.equal(await isFound(LATER), true);
      assert.equal((await store().unauthorizedBefore(LATER, 1)).length, 1);
      await store().transaction((unit) => unit.setAuthorization(id, { status: 'Revoked', modified: LATER }));
      assert.equal(await isFound(LATER), false);
    });
  });

  describe('what the sandbox decides', () => {
    test('a decision is kept for its authorization, once', async () => {
      const { authorizationId } = await approved();
      const read = () => store().transaction((unit) => unit.sandboxDecision(authorizationId));
      assert.equal(await read(), undefined);
      await store().transaction((unit) => unit.saveSandboxDecision(authorizationId, 'authorized', NOW));
      assert.equal(await read(), 'authorized');
      const again = store().transaction((unit) => unit.saveSandboxDecision(authorizationId, 'rejected', NOW));
      await assert.rejects(again, refusedBy('sandbox_decisions_pkey'));
      assert.equal(await read(), 'authorized');
    });

    test('the owner of an account is known by its IBAN, and nobody owns one that is not here', async () => {
      const { customerId, account } = await approved();
      const owner = (iban: string) => store().transaction((unit) => unit.ownerOf(iban));
      assert.equal(await owner(account.iban), customerId);
      assert.equal(await owner(newIban()), undefined);
    });
  });
}
