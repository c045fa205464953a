import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asAuthorizationId, asCents, asPaymentId, asSubmissionId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { StatementError } from '../../src/adapters/postgres/statement-error.ts';
import {
  authorizedPayment,
  count,
  LATER,
  NOW,
  newAccount,
  newClient,
  newCustomer,
  newEvent,
  newPayment,
  newRequest,
  newToken,
  uuid,
} from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Port PaymentStore, transaction and PaymentUnit. */
export function paymentUnitContract(database: OpenDatabase): void {
  const store = () => new PostgresPaymentStore(database());

  async function world(balanceCents = 1000) {
    const customerId = await newCustomer(database());
    const account = await newAccount(database(), customerId, balanceCents);
    return { customerId, account };
  }

  describe('a transaction over payments', () => {
    test('what it writes is read back, by itself and by others once it has committed', async () => {
      const { customerId, account } = await world();
      const { paymentId, authorizationId } = await authorizedPayment(database(), account, customerId);
      const submissionId = asSubmissionId('first');
      await store().transaction(async (unit) => {
        await unit.saveSubmission({ paymentId, submissionId, status: 'Error', created: NOW, modified: NOW });
        await unit.setPayment(paymentId, { status: 'Completed', modified: LATER, submissionsMade: 1 });
        await unit.setAuthorization(authorizationId, { status: 'Completed', modified: LATER });
        const inside = await unit.lockPayment(paymentId);
        assert.equal(inside?.payment.status, 'Completed');
        assert.equal(inside?.submissions[0]?.status, 'Error');
      });
      const found = await store().transaction((unit) => unit.lockAuthorization(authorizationId));
      assert.equal(found?.authorization.customerId, customerId);
      assert.deepEqual(found?.authorization.authorized, NOW);
      const [payment] = found?.payments ?? [];
      assert.deepEqual(
        [payment?.status, payment?.submissionsMade, payment?.debitAccountId, payment?.debitIban, payment?.modified],
        ['Completed', 1, account.accountId, account.iban, LATER],
      );
    });

    test('a submission saved again keeps its id and takes the new status and times', async () => {
      const { customerId, account } = await world();
      const { paymentId, clientId } = await authorizedPayment(database(), account, customerId);
      const first = {
        paymentId,
        submissionId: asSubmissionId('one'),
        status: 'Pending',
        pendingUntil: LATER,
        created: NOW,
        modified: NOW,
      } as const;
      const accepted = { status: 'Accepted', pendingUntil: undefined, modified: LATER } as const;
      await store().transaction((unit) => unit.saveSubmission(first));
      await store().transaction((unit) => unit.saveSubmission({ ...first, ...accepted }));
      const { submissions } = await store().findPayment(await newToken(database(), { clientId }), paymentId);
      assert.deepEqual(submissions, [{ ...first, ...accepted, archiveId: undefined, failure: undefined }]);
    });

    test('submissions come oldest first', async () => {
      const { customerId, account } = await world();
      const { paymentId } = await authorizedPayment(database(), account, customerId, newRequest({ count: 3 }));
      const times = [LATER, NOW, new Date(NOW.getTime() + 1)];
      await store().transaction(async (unit) => {
        for (const created of times) {
          await unit.saveSubmission({
            paymentId,
            submissionId: asSubmissionId(uuid()),
            status: 'Error',
            created,
            modified: created,
          });
        }
      });
      const found = await store().transaction((unit) => unit.lockPayment(paymentId));
      assert.deepEqual(
        found?.submissions.map((submission) => submission.created),
        [times[1], times[2], times[0]],
      );
    });

    test('nothing is left of a transaction that throws, or one of whose unawaited writes fails', async () => {
      const { customerId, account } = await world();
      const { paymentId, authorizationId } = await authorizedPayment(database(), account, customerId);
      const change = { status: 'Revoked', modified: LATER } as const;
      const reason = new Error('changed its mind');
      await assert.rejects(
        store().transaction(async (unit) => {
          await unit.setPayment(paymentId, change);
          throw reason;
        }),
        reason,
      );
      await assert.rejects(
        store().transaction(async (unit) => {
          await unit.setPayment(paymentId, change);
          await unit.setPayment(paymentId, { ...change, submissionsMade: 2 });
          await unit.setAuthorization(authorizationId, change);
        }),
        (error: unknown) => error instanceof StatementError && error.constraint === 'no_more_submissions_than_allowed',
      );
      const found = await store().transaction((unit) => unit.lockAuthorization(authorizationId));
      assert.equal(found?.authorization.status, 'Authorized');
      assert.equal(found?.payments[0]?.status, 'Authorized');
    });

    test('what is not there is undefined', async () => {
      await store().transaction(async (unit) => {
        assert.equal(await unit.lockAuthorization(asAuthorizationId(uuid())), undefined);
        assert.equal(await unit.lockPayment(asPaymentId(uuid())), undefined);
        assert.equal(await unit.account(uuid()), undefined);
        assert.equal(await unit.findToken(new Uint8Array(32)), undefined);
      });
    });

    test('a lock waits for its holder and then reads what the holder left', async () => {
      const clientId = await newClient(database());
      const payment = newPayment(clientId, await newToken(database(), { clientId }));
      await store().createPayment(payment);
      const seen = await Promise.all(
        Array.from({ length: 12 }, () =>
          store().transaction(async (unit) => {
            const before = (await unit.lockPayment(payment.paymentId))?.submissions.length;
            const submissionId = asSubmissionId(uuid());
            await unit.saveSubmission({
              paymentId: payment.paymentId,
              submissionId,
              status: 'Error',
              created: NOW,
              modified: NOW,
            });
            return before;
          }),
        ),
      );
      assert.deepEqual(
        seen.sort((a = 0, b = 0) => a - b),
        Array.from({ length: 12 }, (_, index) => index),
      );
    });

    test('transactions that lock two payments in opposite orders both succeed, one of them run anew', async () => {
      const clientId = await newClient(database());
      const tokenDigest = await newToken(database(), { clientId });
      const payments = [newPayment(clientId, tokenDigest), newPayment(clientId, tokenDigest)];
      for (const payment of payments) await store().createPayment(payment);
      const ids = payments.map((payment) => payment.paymentId);
      const lockInOrder = (order: typeof ids) =>
        store().transaction(async (unit) => {
          for (const id of order) {
            await unit.lockPayment(id);
            await unit.setPayment(id, { status: 'Revoked', modified: LATER });
          }
          return order.length;
        });
      assert.deepEqual(await Promise.all([lockInOrder(ids), lockInOrder(ids.toReversed())]), [2, 2]);
    });

    test('the audit trail keeps every field', async () => {
      const clientId = await newClient(database());
      const event = newEvent({ clientId, requestId: 'request-1', details: { amountCents: 400, text: '€' } });
      await store().transaction((unit) => unit.audit(event));
      assert.equal(await count(database(), 'audit_events', 'event_id', event.eventId), 1);
      assert.equal(await count(database(), 'audit_events', "details ->> 'text'", '€'), 1);
    });
  });

  describe('reserving money', () => {
    test('the last cent can be reserved, and one more cannot', async () => {
      const { account } = await world(1000);
      const reserve = (cents: number) => store().transaction((unit) => unit.reserve(account.accountId, asCents(cents)));
      assert.equal(await reserve(1001), false);
      assert.equal(await reserve(1000), true);
      assert.equal(await reserve(1), false);
      const left = await store().transaction((unit) => unit.account(account.accountId));
      assert.deepEqual([left?.balanceCents, left?.reservedCents, left?.limitCents], [1000, 1000, 0]);
    });

    test('an account with a credit limit goes down to it', async () => {
      const { accountId } = await newAccount(database(), await newCustomer(database()), 0, -500);
      const reserve = (cents: number) => store().transaction((unit) => unit.reserve(accountId, asCents(cents)));
      assert.equal(await reserve(501), false);
      assert.equal(await reserve(500), true);
    });

    test('of fifty who ask at once for more than there is, exactly as many get it as it suffices for', async () => {
      const { account } = await world(1000);
      const asked = Array.from({ length: 50 }, () =>
        store().transaction((unit) => unit.reserve(account.accountId, asCents(300))),
      );
      assert.equal((await Promise.all(asked)).filter(Boolean).length, 3);
    });

    test('there is nothing to reserve on an account that is not there', async () => {
      assert.equal(await store().transaction((unit) => unit.reserve(uuid(), asCents(1))), false);
    });

    test('the accounts of a customer are its own only', async () => {
      const { customerId, account } = await world();
      await world();
      const accounts = await store().transaction((unit) => unit.accountsOf(customerId));
      assert.deepEqual(
        accounts.map((each) => each.accountId),
        [account.accountId],
      );
    });
  });
}
