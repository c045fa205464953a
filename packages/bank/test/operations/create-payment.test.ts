import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { asClientId } from '@lupa/protocol';
import type { Call } from '../../src/operations/authenticated-call.ts';
import { createPayment } from '../../src/operations/create-payment.ts';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { readAuthorization } from '../../src/operations/read-authorization.ts';
import { readPayment } from '../../src/operations/read-payment.ts';
import { type BankParts, NO_AUTHORIZATION, openBankParts, parsed } from '../bank-parts.ts';
import { codeOf } from '../code-of.ts';

let bank: BankParts;
before(async () => {
  bank = await openBankParts();
});
after(() => bank.close());

/** An order with a body of its own unless told otherwise. */
function order({ key, body = key, ...wish }: { key: string; body?: string } & Parameters<typeof parsed>[0]) {
  return {
    request: parsed(wish),
    idempotencyKey: key,
    signed: true,
    requestDigest: createHash('sha256').update(body).digest(),
    context: { 'x-fapi-financial-id': 'test' },
  };
}

async function countPayments(): Promise<number> {
  const [row] = await bank.database.query<{ n: number }>(
    { name: 'count-payments', text: 'SELECT count(*) AS n FROM payments' },
    [],
  );
  return row?.n ?? Number.NaN;
}

test('a new payment is Unauthorized, in a bundle of its own, as asked for', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const { payment, replayed } = await createPayment(bank, call, order({ key: 'first' }));
  assert.equal(replayed, false);
  assert.equal(payment.status, 'Unauthorized');
  const read = await readPayment(bank, call, payment.paymentId);
  assert.deepEqual(read.payment, payment);
});

test('the same key and body give the original answer again, and no second payment', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const { payment } = await createPayment(bank, call, order({ key: 'again' }));
  const before = await countPayments();
  const repeated = await createPayment(bank, call, order({ key: 'again' }));
  assert.equal(repeated.replayed, true);
  assert.deepEqual(repeated.payment, payment);
  assert.equal(await countPayments(), before);
});

test('forty identical requests at once create one payment and give one answer', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const before = await countPayments();
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => createPayment(bank, call, order({ key: 'at once' }))),
  );
  assert.equal(new Set(answers.map((answer) => answer.payment.paymentId)).size, 1);
  assert.equal(answers.filter((answer) => !answer.replayed).length, 1);
  assert.equal(await countPayments(), before + 1);
});

test('the same key with another body is a duplicate, and creates nothing', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  await createPayment(bank, call, order({ key: 'two bodies', body: 'one' }));
  const before = await countPayments();
  assert.equal(await codeOf(createPayment(bank, call, order({ key: 'two bodies', body: 'two' }))), 'DUPLICATE_PAYMENT');
  assert.equal(await countPayments(), before);
});

test('the same key once its payment has moved on is a duplicate', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const { payment } = await createPayment(bank, call, order({ key: 'moved on' }));
  await deletePayment(bank, call, payment.paymentId);
  assert.equal(await codeOf(createPayment(bank, call, order({ key: 'moved on' }))), 'DUPLICATE_PAYMENT');
});

test("another client's equal key is another payment", async () => {
  const first = await createPayment(bank, await bank.callOf('tpp-a', 'client'), order({ key: 'shared' }));
  const second = await createPayment(bank, await bank.callOf('tpp-b', 'client'), order({ key: 'shared' }));
  assert.equal(second.replayed, false);
  assert.notEqual(first.payment.paymentId, second.payment.paymentId);
});

test('payments join a bundle of the same client while it is Unauthorized', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const first = await bank.created({}, call);
  const second = await bank.created({ authorizationId: first.authorizationId, amountEUR: '5.00' }, call);
  assert.equal(second.authorizationId, first.authorizationId);
  const { authorization, payments } = await readAuthorization(bank, call, first.authorizationId);
  assert.equal(authorization.status, 'Unauthorized');
  assert.deepEqual(
    payments.map((payment) => payment.paymentId),
    [first.paymentId, second.paymentId],
  );
});

test('no payment joins a bundle that was approved, is not there, or belongs to another client', async () => {
  const first = await bank.created();
  await bank.approve(first.authorizationId);
  const before = await countPayments();
  const mine = await bank.callOf('tpp-a', 'client');
  const theirs = await bank.callOf('tpp-b', 'client');
  const open = await bank.created({}, mine);
  const join = (call: Call, key: string, authorizationId: string) =>
    codeOf(createPayment(bank, call, order({ key, authorizationId })));
  assert.equal(await join(mine, 'join approved', first.authorizationId), 'ILLEGAL_STATE');
  assert.equal(await join(mine, 'join nothing', NO_AUTHORIZATION), 'NOT_FOUND');
  assert.equal(await join(theirs, 'join foreign', open.authorizationId), 'NOT_FOUND');
  assert.equal(await countPayments(), before + 1);
  assert.equal(await join(mine, 'join approved', open.authorizationId), 'done', 'a refused request uses up no key');
});

test('a bundle takes a hundred payments and not one more', async () => {
  const call = await bank.callOf('tpp-a', 'client');
  const { authorizationId } = await bank.created({}, call);
  const joins = Array.from({ length: 101 }, (_, n) =>
    codeOf(createPayment(bank, call, order({ key: `full ${n}`, authorizationId }))),
  );
  const codes = await Promise.all(joins);
  assert.equal(codes.filter((code) => code === 'done').length, 99);
  assert.equal(codes.filter((code) => code === 'ILLEGAL_STATE').length, 2);
});

test('a bad token creates nothing: expired, of another certificate, of another kind, with a foreign API key', async () => {
  const before = await countPayments();
  const good = await bank.callOf('tpp-a', 'client');
  const other = await bank.callOf('tpp-b', 'client');
  const user = await bank.callOf('tpp-a', 'user', NO_AUTHORIZATION);
  const create = (call: Call) => codeOf(createPayment(bank, call, order({ key: 'bad token' })));
  assert.equal(await create({ ...good, certificateThumbprint: other.certificateThumbprint }), 'TOKEN_INVALID');
  assert.equal(await create({ ...good, client: { ...good.client, clientId: asClientId('tpp-b') } }), 'API_KEY_FOREIGN');
  assert.equal(await create(user), 'TOKEN_WRONG_KIND');
  assert.equal(await create({ ...good, tokenDigest: createHash('sha256').update('guess').digest() }), 'TOKEN_INVALID');
  bank.clock.advance(3_600_000);
  assert.equal(await create(good), 'TOKEN_INVALID');
  assert.equal(await countPayments(), before);
});

test('a payment, a bundle and its list are invisible to another client', async () => {
  const payment = await bank.created();
  const theirs = await bank.callOf('tpp-b', 'client');
  assert.equal(await codeOf(readPayment(bank, theirs, payment.paymentId)), 'NOT_FOUND');
  assert.equal(await codeOf(deletePayment(bank, theirs, payment.paymentId)), 'NOT_FOUND');
  assert.equal(await codeOf(readAuthorization(bank, theirs, payment.authorizationId)), 'NOT_FOUND');
});

test('a token of the customer creates what is fit for the exemption flow, and the authorization is that customer’s', async () => {
  const call = await bank.callOf('tpp-a', 'customer', NO_AUTHORIZATION);
  const { payment } = await createPayment(bank, call, order({ key: 'fit' }));
  const { authorization } = await readAuthorization(
    bank,
    await bank.callOf('tpp-a', 'client'),
    payment.authorizationId,
  );
  assert.equal(authorization.customerId, bank.aino.customerId);
});

test('a token of the customer creates nothing unsigned, even where the bank takes unsigned payments', async () => {
  const call = await bank.callOf('tpp-a', 'customer', NO_AUTHORIZATION);
  const before = await countPayments();
  assert.equal(
    await codeOf(createPayment(bank, call, { ...order({ key: 'unsigned' }), signed: false })),
    'SIGNATURE_MISSING',
  );
  assert.equal(await countPayments(), before);
  const client = await bank.callOf('tpp-a', 'client');
  assert.equal(await codeOf(createPayment(bank, client, { ...order({ key: 'unsigned' }), signed: false })), 'done');
});

test('a token of the customer creates nothing from another person’s account, nor anything recurring', async () => {
  const call = await bank.callOf('tpp-a', 'customer', NO_AUTHORIZATION);
  const before = await countPayments();
  const wishes = [{ payer: { iban: bank.ville.iban } }, { count: 2 }, { authorizationId: NO_AUTHORIZATION }];
  for (const [nth, wish] of wishes.entries()) {
    assert.equal(await codeOf(createPayment(bank, call, order({ key: `unfit-${nth}`, ...wish }))), 'BODY_INVALID');
  }
  assert.equal(await countPayments(), before);
});
