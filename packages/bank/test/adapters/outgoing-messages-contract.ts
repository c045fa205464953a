import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Iban, ParsedSepaPayment } from '@lupa/protocol';
import { iso20022Messages } from '../../src/adapters/iso20022/credit-transfer-message.ts';
import type { Database, Transaction } from '../../src/adapters/postgres/database.ts';
import { PostgresLedger } from '../../src/adapters/postgres/ledger.ts';
import { PostgresOutgoingMessages } from '../../src/adapters/postgres/outgoing-messages.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import {
  archiveId,
  authorizedPayment,
  count,
  LATER,
  ledgerOf,
  NOW,
  newAccount,
  newCustomer,
  newRequest,
  submit,
  uuid,
} from './fixtures.ts';
import { readXml } from './iso20022/read-xml.ts';
import type { OpenDatabase } from './test-databases.ts';

const DIES_HERE = 'the process ends here';

/** A database whose transactions end without a COMMIT just before they would have it. */
function dyingBeforeCommit(database: Database): Database {
  return {
    query: (statement, values) => database.query(statement, values),
    transaction: (work) =>
      database.transaction(async (inside: Transaction) => {
        await work(inside);
        throw new Error(DIES_HERE);
      }),
    close: () => database.close(),
  };
}

/** Port OutgoingMessages, and that the ledger writes one message for each booking that leaves the bank. */
export function outgoingMessagesContract(database: OpenDatabase): void {
  const messages = () => new PostgresOutgoingMessages(database());
  const booking = () => ({ bookingId: uuid(), archiveId: archiveId(), at: LATER, auditEventId: uuid() });
  const messagesOf = (paymentId: string) => count(database(), 'outgoing_messages', 'payment_id', paymentId);

  async function submitted(change: Partial<ParsedSepaPayment> = {}) {
    const customerId = await newCustomer(database());
    const account = await newAccount(database(), customerId, 1000);
    const { paymentId } = await authorizedPayment(database(), account, customerId, newRequest(change));
    const submissionId = await submit(database(), account.accountId, paymentId);
    if (submissionId === undefined) throw new Error('there is money enough');
    return { account, paymentId, submissionId, job: { paymentId, submissionId } };
  }

  describe('messages to the payment rails', () => {
    test('a booked payment to another bank leaves as one message, known by its archive id', async () => {
      const { account, paymentId, submissionId, job } = await submitted();
      const details = booking();
      assert.equal(await messagesOf(paymentId), 0);
      await ledgerOf(database()).book(job, details);
      const { message, ...facts } = (await messages().byId(details.archiveId)) ?? { message: '' };
      assert.deepEqual(facts, {
        messageId: details.archiveId,
        paymentId,
        submissionId,
        amountCents: 400,
        payeeName: 'Test_Person',
        created: LATER,
        sent: undefined,
      });
      const said = new Map(readXml(message).map(({ path, text }) => [path.split('/').slice(3).join('/'), text]));
      assert.equal(said.get('DbtrAcct/Id/IBAN'), account.iban);
      assert.equal(said.get('Dbtr/Nm'), 'Aino Virtanen');
      assert.equal(said.get('Cdtr/Nm'), 'Test-Person');
      assert.equal(said.get('RmtInf/Ustrd'), 'Kiitos E');
      assert.equal(said.get('IntrBkSttlmAmt'), '4.00');
      assert.equal(said.get('PmtId/TxId'), details.archiveId);
    });

    test('the moment an instant payment was taken is that of its acceptance, not of its booking', async () => {
      const { job } = await submitted({ paymentOrder: 'SEPA_INST' });
      const details = booking();
      await ledgerOf(database()).book(job, details);
      const { message = '' } = (await messages().byId(details.archiveId)) ?? {};
      assert.ok(message.includes(`<AccptncDtTm>${NOW.toISOString()}</AccptncDtTm>`));
      assert.ok(message.includes(`<CreDtTm>${LATER.toISOString()}</CreDtTm>`));
    });

    test('however many book at once, there is one message', async () => {
      const { paymentId, job } = await submitted();
      await Promise.all(Array.from({ length: 20 }, () => ledgerOf(database()).book(job, booking())));
      assert.equal(await ledgerOf(database()).book(job, booking()), 'already-done');
      assert.equal(await messagesOf(paymentId), 1);
    });

    test('a booking that dies before its end leaves no message, and the next one leaves one', async () => {
      const { paymentId, job } = await submitted();
      const dying = new PostgresLedger(dyingBeforeCommit(database()), iso20022Messages({ bic: undefined }));
      await assert.rejects(dying.book(job, booking()), { message: DIES_HERE });
      assert.equal(await messagesOf(paymentId), 0);
      assert.equal(await ledgerOf(database()).book(job, booking()), 'Submitted');
      assert.equal(await messagesOf(paymentId), 1);
    });

    test('a message that cannot be written lets nothing be booked', async () => {
      const { paymentId, job } = await submitted();
      const silent = new PostgresLedger(database(), { creditTransfer: () => '' });
      await assert.rejects(silent.book(job, booking()), { sqlState: '23514' });
      assert.equal(await count(database(), 'bookings', 'payment_id', paymentId), 0);
      assert.equal(await messagesOf(paymentId), 0);
      assert.equal(await ledgerOf(database()).book(job, booking()), 'Submitted');
    });

    test('each submission of a recurring payment has a message of its own', async () => {
      const { account, paymentId, job } = await submitted({ count: 2 });
      const second = await submit(database(), account.accountId, paymentId);
      if (second === undefined) throw new Error('there is money enough');
      await ledgerOf(database()).book(job, booking());
      await ledgerOf(database()).book({ paymentId, submissionId: second }, booking());
      assert.equal(await messagesOf(paymentId), 2);
    });

    for (const paymentOrder of ['SEPA', 'SEPA_INST'] as const) {
      test(`a ${paymentOrder} payment inside the bank leaves none`, async () => {
        const payee = await newAccount(database(), await newCustomer(database()), 0);
        const { paymentId, job } = await submitted({
          payee: { iban: payee.iban as Iban, name: 'Ville' },
          paymentOrder,
        });
        await ledgerOf(database()).book(job, booking());
        assert.equal(await messagesOf(paymentId), 0);
      });
    }

    test('a submission that booking rejects leaves none', async () => {
      const { account, paymentId } = await submitted();
      const submissionId = await submit(database(), account.accountId, paymentId);
      if (submissionId === undefined) throw new Error('there is money enough');
      await new PostgresPaymentStore(database()).transaction((unit) =>
        unit.saveSubmission({
          ...{ paymentId, submissionId, status: 'Accepted', created: NOW, modified: NOW },
          bookedAs: 'Rejected',
        }),
      );
      assert.equal(await ledgerOf(database()).book({ paymentId, submissionId }, booking()), 'Rejected');
      assert.equal(await messagesOf(paymentId), 0);
    });

    test('the newest messages come first, and no more of them than asked for', async () => {
      const ids: string[] = [];
      for (const minute of [1, 2, 3]) {
        const { job } = await submitted();
        const details = { ...booking(), at: new Date(LATER.getTime() + minute * 60_000) };
        await ledgerOf(database()).book(job, details);
        ids.unshift(details.archiveId);
      }
      assert.deepEqual(
        (await messages().latest(2)).map(({ messageId }) => messageId),
        ids.slice(0, 2),
      );
      assert.equal(await messages().byId('20260101NOSUCHTHING0'), undefined);
    });
  });
}
