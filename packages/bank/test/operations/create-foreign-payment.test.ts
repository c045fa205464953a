import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asSubmissionId } from '@lupa/protocol';
import { bookSubmissions } from '../../src/operations/book-submissions.ts';
import { createForeignPayment } from '../../src/operations/create-foreign-payment.ts';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { readPayment } from '../../src/operations/read-payment.ts';
import { submitPayment } from '../../src/operations/submit-payment.ts';
import { type BankParts, openBankParts, parsedForeign } from '../bank-parts.ts';
import { codeOf } from '../code-of.ts';

let bank: BankParts;
before(async () => {
  bank = await openBankParts();
});
after(() => bank.close());

const order = (idempotencyKey: string, digest = 'a') => ({
  request: parsedForeign(),
  idempotencyKey,
  requestDigest: Buffer.alloc(32, digest),
  context: {},
});

test('what is returned is what is read afterwards', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const { payment, replayed } = await createForeignPayment(bank, call, order('one'));
  assert.equal(replayed, false);
  assert.deepEqual((await readPayment(bank, call, payment.paymentId)).payment, payment);
});

test('the same key gives the same payment again, another body or a decided payment does not', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const first = await createForeignPayment(bank, call, order('twice'));
  const again = await createForeignPayment(bank, call, order('twice'));
  assert.deepEqual(again, { payment: first.payment, replayed: true });
  assert.equal(await codeOf(createForeignPayment(bank, call, order('twice', 'b'))), 'DUPLICATE_PAYMENT');
  await bank.approve(first.payment.authorizationId);
  assert.equal(await codeOf(createForeignPayment(bank, call, order('twice'))), 'DUPLICATE_PAYMENT');
});

test('only a token of the client creates one: the exemption flow is for SEPA payments', async () => {
  for (const kind of ['user', 'customer', 'exemption'] as const) {
    const { authorizationId } = await bank.created();
    const call = await bank.callOf('tpp-a', kind, authorizationId);
    assert.equal(await codeOf(createForeignPayment(bank, call, order(`of ${kind}`))), 'TOKEN_WRONG_KIND');
  }
  const call = await bank.callOf('tpp-a', 'client');
  const withoutRole = { ...call, client: { ...call.client, roles: ['AIS'] } };
  assert.equal(await codeOf(createForeignPayment(bank, withoutRole, order('no role'))), 'ROLE_MISSING');
});

test('submitting reserves what was quoted, and booking debits it', async () => {
  const before = await bank.balanceOf(bank.aino);
  const { paymentId, authorizationId } = await bank.createdForeign({ amount: '108.50' });
  await bank.approve(authorizationId);
  const user = await bank.callOf('tpp-a', 'user', authorizationId);
  // A rate that moves after the approval changes nothing.
  bank.rates.USD = '0.5000';
  const call = { ...user, paymentType: 'ForeignPayment' } as const;
  assert.equal((await submitPayment(bank, call, paymentId, asSubmissionId('once'))).status, 'Accepted');
  assert.deepEqual(await bank.balanceOf(bank.aino), { balance: before.balance, reserved: 10_000 });
  while ((await bookSubmissions(bank)) > 0);
  assert.deepEqual(await bank.balanceOf(bank.aino), { balance: before.balance - 10_000, reserved: 0 });
  assert.equal(await codeOf(submitPayment(bank, call, paymentId, asSubmissionId('twice'))), 'ILLEGAL_STATE');
  assert.deepEqual(await bank.ledger.trialBalance(), {
    ...{ imbalanceCents: 0, accountsOff: 0 },
    ...{ reservationsOff: 0, submissionsOff: 0 },
  });
});

test('a payment of the other type is not there, for reading, deleting and submitting alike', async () => {
  const foreign = await bank.createdForeign();
  const sepa = await bank.created();
  const client = await bank.callOf('tpp-a', 'client');
  for (const [{ paymentId, authorizationId }, paymentType] of [
    [foreign, 'SepaPayment'],
    [sepa, 'ForeignPayment'],
  ] as const) {
    const call = { ...client, paymentType };
    assert.equal(await codeOf(readPayment(bank, call, paymentId)), 'NOT_FOUND');
    assert.equal(await codeOf(deletePayment(bank, call, paymentId)), 'NOT_FOUND');
    const user = { ...(await bank.callOf('tpp-a', 'user', authorizationId)), paymentType };
    assert.equal(await codeOf(submitPayment(bank, user, paymentId, asSubmissionId('x'))), 'NOT_FOUND');
  }
  const call = { ...client, paymentType: 'ForeignPayment' } as const;
  assert.equal((await deletePayment(bank, call, foreign.paymentId)).status, 'Revoked');
});
