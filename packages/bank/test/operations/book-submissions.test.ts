import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asSubmissionId } from '@lupa/protocol';
import { iso20022Messages } from '../../src/adapters/iso20022/credit-transfer-message.ts';
import { PostgresLedger } from '../../src/adapters/postgres/index.ts';
import { bookSubmissions, FAILED_BOOKING_WAITS_SECONDS } from '../../src/operations/book-submissions.ts';
import { readPayment } from '../../src/operations/read-payment.ts';
import { submitPayment } from '../../src/operations/submit-payment.ts';
import { type BankParts, openBankParts } from '../bank-parts.ts';

let bank: BankParts;
before(async () => {
  bank = await openBankParts();
});
after(() => bank.close());

const once = asSubmissionId('once');

async function statusOf({ user, paymentId }: Awaited<ReturnType<BankParts['approved']>>) {
  return (await readPayment(bank, user, paymentId)).submissions[0]?.status;
}

/** A ledger that cannot write the message of one payment, as a mistake of ours might have it. */
function ledgerFailingOn(message: string): PostgresLedger {
  const messages = iso20022Messages({ bic: 'LUPAFIH0' });
  return new PostgresLedger(bank.database, {
    creditTransfer: (transfer) => {
      if (transfer.request.message === message) throw new Error('this message cannot be written');
      return messages.creditTransfer(transfer);
    },
  });
}

test('a booking that cannot be made keeps no other waiting, stays reserved, and is made once it can be', async () => {
  const stuck = await bank.approved({ message: 'stuck', amountEUR: '1.00' });
  const other = await bank.approved({ message: 'other', amountEUR: '2.00' });
  for (const { user, paymentId } of [stuck, other]) await submitPayment(bank, user, paymentId, once);
  const failures: unknown[] = [];
  const failing = {
    ...bank,
    ledger: ledgerFailingOn('stuck'),
    bookingFailed: (error: unknown) => failures.push(error),
  };

  assert.equal(await bookSubmissions(failing), 1);
  assert.equal(failures.length, 1);
  assert.equal(await statusOf(stuck), 'Accepted');
  assert.equal(await statusOf(other), 'Submitted');
  assert.equal((await bank.balanceOf(bank.aino)).reserved, 100);

  assert.equal(await bookSubmissions(bank), 0, 'it waits');
  bank.clock.advance(FAILED_BOOKING_WAITS_SECONDS * 1000);
  assert.equal(await bookSubmissions(bank), 1);
  assert.equal(await statusOf(stuck), 'Submitted');
  assert.equal((await bank.balanceOf(bank.aino)).reserved, 0);
});
