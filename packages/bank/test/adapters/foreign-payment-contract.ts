import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asAuthorizationId, asCents, asPaymentId, asSubmissionId, type Iban } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { StatementError } from '../../src/adapters/postgres/statement-error.ts';
import { quoteInEuros } from '../../src/domain/euro-quote.ts';
import type { ForeignPaymentToCreate } from '../../src/ports/payment-store.ts';
import { parsedForeign } from '../bank-parts.ts';
import {
  archiveId,
  count,
  LATER,
  ledgerOf,
  NOW,
  newAccount,
  newClient,
  newCustomer,
  newPayment,
  newToken,
  submit,
  uuid,
} from './fixtures.ts';
import { balanceOf } from './ledger-contract.ts';
import type { OpenDatabase } from './test-databases.ts';

/** What every database does with foreign payments. */
export function foreignPaymentContract(database: OpenDatabase): void {
  const store = () => new PostgresPaymentStore(database());

  async function world() {
    const clientId = await newClient(database());
    const tokenDigest = await newToken(database(), { clientId });
    const { joins: _joins, fitForExemption: _fit, ...common } = newPayment(clientId, tokenDigest);
    const request = parsedForeign();
    const payment: ForeignPaymentToCreate = { ...common, request, quote: quoteInEuros(request, '1.0850') };
    return { clientId, tokenDigest, payment };
  }

  async function approved(balanceCents: number, bankAccount = parsedForeign().payee.bankAccount) {
    const { payment, tokenDigest } = await world();
    const { request } = payment;
    const payee = { ...request.payee, bankAccount };
    const customerId = await newCustomer(database());
    const account = await newAccount(database(), customerId, balanceCents);
    const { paymentId } = payment;
    await store().createForeignPayment({ ...payment, request: { ...request, payee } });
    await store().transaction(async (unit) => {
      const approval = { status: 'Authorized', modified: NOW } as const;
      await unit.setAuthorization(payment.newAuthorizationId, { ...approval, customerId, authorized: NOW });
      const debit = { debitAccountId: account.accountId, debitIban: account.iban };
      await unit.setPayment(paymentId, { ...approval, ...debit });
    });
    const submissionId = await submit(database(), account.accountId, paymentId, payment.quote.debitCents);
    const job = { paymentId, submissionId: submissionId ?? asSubmissionId('none') };
    const book = () =>
      ledgerOf(database()).book(job, {
        ...{ bookingId: uuid(), archiveId: archiveId() },
        ...{ at: LATER, auditEventId: uuid() },
      });
    return { customerId, account, tokenDigest, payment, book, isAccepted: submissionId !== undefined };
  }

  describe('creating a foreign payment', () => {
    test('it has an authorization of its own, and is read back as it was sent, with its quote', async () => {
      const { clientId, tokenDigest, payment } = await world();
      assert.equal((await store().createForeignPayment(payment)).kind, 'created');
      const found = await store().findPayment(tokenDigest, payment.paymentId);
      assert.deepEqual(found.payment, {
        paymentId: payment.paymentId,
        authorizationId: payment.newAuthorizationId,
        clientId,
        status: 'Unauthorized',
        paymentType: 'ForeignPayment',
        request: payment.request,
        quote: { debitCents: 92_212, unitsPerEuro: '1.0850' },
        submissionsMade: 0,
        debitAccountId: undefined,
        debitIban: undefined,
        created: NOW,
        modified: NOW,
      });
      assert.equal(await count(database(), 'audit_events', 'authorization_id', payment.newAuthorizationId), 1);
    });

    test('a token of the customer, or one that may only submit, creates none', async () => {
      for (const kind of ['customer', 'user', 'exemption'] as const) {
        const { clientId, payment } = await world();
        const customerId = await newCustomer(database());
        const authorizationId = asAuthorizationId(uuid());
        const tokenDigest = await newToken(database(), { clientId, kind, customerId, authorizationId });
        const outcome = await store().createForeignPayment({ ...payment, tokenDigest });
        assert.equal(outcome.kind, 'token-refused', kind);
        assert.equal(await count(database(), 'authorizations', 'client_id', clientId), 0);
      }
    });

    test('sixteen at once with one key make one payment', async () => {
      const { clientId, payment } = await world();
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, () =>
          store().createForeignPayment({
            ...payment,
            paymentId: asPaymentId(uuid()),
            newAuthorizationId: asAuthorizationId(uuid()),
            audit: { ...payment.audit, eventId: uuid() },
          }),
        ),
      );
      assert.equal(outcomes.filter(({ kind }) => kind === 'created').length, 1);
      assert.equal(outcomes.filter((outcome) => outcome.kind === 'key-used' && outcome.sameRequest).length, 15);
      assert.equal(await count(database(), 'authorizations', 'client_id', clientId), 1);
    });

    test('no SEPA payment joins its authorization', async () => {
      const { clientId, tokenDigest, payment } = await world();
      await store().createForeignPayment(payment);
      const joins = payment.newAuthorizationId;
      const outcome = await store().createPayment(newPayment(clientId, tokenDigest, { joins }));
      assert.equal(outcome.kind, 'bundle-refused');
    });

    test('the database refuses a second payment, a foreign payment without a rate and a SEPA one with one', async () => {
      const { clientId, tokenDigest, payment } = await world();
      await store().createForeignPayment(payment);
      const sepa = newPayment(clientId, tokenDigest);
      await store().createPayment(sepa);
      const wrongs = {
        'bundles it': ['authorizations SET payment_count = 2', 'authorization_id', payment.newAuthorizationId],
        'drops its rate': ['payments SET units_per_euro = NULL', 'payment_id', payment.paymentId],
        'makes it recur': ['payments SET count = 2', 'payment_id', payment.paymentId],
        'gives it an order of SEPA': ["payments SET payment_order = 'SEPA'", 'payment_id', payment.paymentId],
        'gives a SEPA payment a rate': ["payments SET units_per_euro = '1'", 'payment_id', sepa.paymentId],
        'drops the IBAN of a SEPA payment': ['payments SET payee_iban = NULL', 'payment_id', sepa.paymentId],
      } as const;
      for (const [what, [change, column, id]] of Object.entries(wrongs)) {
        const statement = { name: `test-${what}`, text: `UPDATE ${change} WHERE ${column} = $1` };
        await assert.rejects(database().query(statement, [id]), StatementError, what);
      }
    });
  });

  describe('a quote', () => {
    const dearer = { debitCents: asCents(100_050), unitsPerEuro: '1.0000' };

    test('is replaced, and read back digit for digit', async () => {
      const { tokenDigest, payment } = await world();
      await store().createForeignPayment(payment);
      await store().transaction((unit) => unit.setQuote(payment.paymentId, dearer));
      const { payment: found } = await store().findPayment(tokenDigest, payment.paymentId);
      assert.deepEqual(found?.paymentType === 'ForeignPayment' && found.quote, dearer);
    });

    test('is never given to a SEPA payment', async () => {
      const { clientId, tokenDigest } = await world();
      const sepa = newPayment(clientId, tokenDigest);
      await store().createPayment(sepa);
      await store().transaction((unit) => unit.setQuote(sepa.paymentId, dearer));
      const { payment } = await store().findPayment(tokenDigest, sepa.paymentId);
      assert.deepEqual(payment?.request, sepa.request);
      assert.equal(await count(database(), 'payments', 'amount_cents = 400 AND payment_id', sepa.paymentId), 1);
    });
  });

  describe('booking a foreign payment', () => {
    test('debits what was quoted, in euros', async () => {
      const { customerId, payment, book } = await approved(100_000);
      assert.deepEqual(await balanceOf(database(), customerId), [100_000, 92_212]);
      assert.equal(await book(), 'Submitted');
      assert.deepEqual(await balanceOf(database(), customerId), [7_788, 0]);
      assert.equal(await count(database(), 'outgoing_messages', 'payment_id', payment.paymentId), 0);
    });

    test('an account that holds exactly the quote pays, one a cent short does not', async () => {
      const rich = await approved(92_212);
      assert.equal(await rich.book(), 'Submitted');
      assert.deepEqual(await balanceOf(database(), rich.customerId), [0, 0]);
      assert.equal((await approved(92_211)).isAccepted, false);
    });

    test('to an account of this bank arrives there', async () => {
      const payeeId = await newCustomer(database());
      const { iban } = await newAccount(database(), payeeId, 0);
      // The store looks at the scheme alone: that the number is an IBAN was verified when it was parsed.
      const bankAccount = { id: iban as Iban, schemeName: 'IBAN' } as const;
      const { customerId, book } = await approved(100_000, bankAccount);
      assert.equal(await book(), 'Submitted');
      assert.deepEqual(await balanceOf(database(), customerId), [7_788, 0]);
      assert.deepEqual(await balanceOf(database(), payeeId), [92_212, 0]);
    });
  });
}
