import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asPaymentId, asSubmissionId, type SubmissionId } from '@lupa/protocol';
import { bookSubmissions } from '../../src/operations/book-submissions.ts';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { readPayment } from '../../src/operations/read-payment.ts';
import { revokeAuthorization } from '../../src/operations/revoke-authorization.ts';
import { submitPayment } from '../../src/operations/submit-payment.ts';
import { type BankParts, openBankParts, VILLE_IBAN } from '../bank-parts.ts';
import { codeOf } from '../code-of.ts';

let bank: BankParts;
before(async () => {
  bank = await openBankParts();
});
after(() => bank.close());

const once = asSubmissionId('once');

async function bookAll(): Promise<void> {
  while ((await bookSubmissions(bank)) > 0);
}

async function assertSoundBooks(): Promise<void> {
  assert.deepEqual(await bank.ledger.trialBalance(), {
    imbalanceCents: 0,
    accountsOff: 0,
    reservationsOff: 0,
    submissionsOff: 0,
  });
}

test('submitting reserves the amount, and booking debits it', async () => {
  const before = await bank.balanceOf(bank.aino);
  const { paymentId, user } = await bank.approved({ amountEUR: '4.00' });
  const accepted = await submitPayment(bank, user, paymentId, once);
  assert.equal(accepted.status, 'Accepted');
  assert.deepEqual(await bank.balanceOf(bank.aino), { balance: before.balance, reserved: 400 });
  await bookAll();
  assert.deepEqual(await bank.balanceOf(bank.aino), { balance: before.balance - 400, reserved: 0 });
  const { payment, submissions } = await readPayment(bank, user, paymentId);
  assert.equal(payment.status, 'Completed');
  assert.equal(submissions[0]?.status, 'Submitted');
  assert.match(submissions[0]?.archiveId ?? '', /^20261120[0-9A-Z]{12}$/);
  await assertSoundBooks();
});

test('an instant payment inside the bank is credited, an ordinary one is submitted', async () => {
  const before = await bank.balanceOf(bank.ville);
  for (const [paymentOrder, status] of [
    ['SEPA_INST', 'Credited'],
    ['SEPA', 'Submitted'],
  ] as const) {
    const { paymentId, user } = await bank.approved({ paymentOrder, payee: { iban: VILLE_IBAN, name: 'Ville' } });
    await submitPayment(bank, user, paymentId, once);
    await bookAll();
    assert.equal((await readPayment(bank, user, paymentId)).submissions[0]?.status, status);
  }
  assert.equal((await bank.balanceOf(bank.ville)).balance, before.balance + 800);
  await assertSoundBooks();
});

test('the same submissionId twenty times at once is one submission and one booking', async () => {
  const before = await bank.balanceOf(bank.aino);
  const { paymentId, user } = await bank.approved();
  const answers = await Promise.all(Array.from({ length: 20 }, () => submitPayment(bank, user, paymentId, once)));
  assert.deepEqual(new Set(answers.map((answer) => answer.created.getTime())).size, 1);
  await Promise.all([bookAll(), bookAll(), bookAll()]);
  const again = await submitPayment(bank, user, paymentId, once);
  assert.equal(again.status, 'Submitted');
  assert.equal((await bank.balanceOf(bank.aino)).balance, before.balance - 400);
  await assertSoundBooks();
});

test('of ten different submissions of one payment at once exactly one is accepted', async () => {
  const { paymentId, user } = await bank.approved();
  const codes = await Promise.all(
    Array.from({ length: 10 }, (_, n) => codeOf(submitPayment(bank, user, paymentId, asSubmissionId(`s-${n}`)))),
  );
  assert.equal(codes.filter((code) => code === 'done').length, 1);
  assert.equal(codes.filter((code) => code === 'ILLEGAL_STATE').length, 9);
  await bookAll();
  await assertSoundBooks();
});

test('more money than there is, fifty times at once: the balance stops at its limit, and each refusal is recorded', async () => {
  const { balance } = await bank.balanceOf(bank.aino);
  const third = (balance / 100 / 3).toFixed(2);
  const many = await Promise.all(Array.from({ length: 50 }, () => bank.approved({ amountEUR: third })));
  const codes = await Promise.all(
    many.map(({ paymentId, user }) => codeOf(submitPayment(bank, user, paymentId, once))),
  );
  const fitting = Math.floor(balance / Math.round(Number(third) * 100));
  assert.equal(codes.filter((code) => code === 'done').length, fitting);
  assert.equal(codes.filter((code) => code === 'INSUFFICIENT_FUNDS').length, 50 - fitting);
  await bookAll();
  const left = await bank.balanceOf(bank.aino);
  assert.ok(left.balance >= 0 && left.reserved === 0);
  const refused = many[codes.indexOf('INSUFFICIENT_FUNDS')];
  assert.ok(refused);
  const { payment, submissions } = await readPayment(bank, refused.user, refused.paymentId);
  assert.equal(payment.status, 'Authorized');
  assert.equal(submissions[0]?.status, 'Error');
  await assertSoundBooks();
});

test('a submission refused for want of money goes through with the same id once there is some', async () => {
  const { balance } = await bank.balanceOf(bank.aino);
  const needed = await bank.approved({ amountEUR: ((balance + 500) / 100).toFixed(2) });
  assert.equal(await codeOf(submitPayment(bank, needed.user, needed.paymentId, once)), 'INSUFFICIENT_FUNDS');
  const { authorizationId, paymentId } = await bank.created({
    amountEUR: '100.00',
    payer: { iban: VILLE_IBAN },
    payee: { iban: bank.aino.iban, name: 'Aino' },
  });
  await bank.approve(authorizationId, bank.ville);
  await submitPayment(bank, await bank.callOf('tpp-a', 'user', authorizationId), paymentId, once);
  await bookAll();
  const accepted = await submitPayment(bank, needed.user, needed.paymentId, once);
  assert.equal(accepted.status, 'Accepted');
  await bookAll();
  await assertSoundBooks();
});

test('a payment that nobody approved cannot be submitted', async () => {
  const { paymentId, authorizationId } = await bank.created();
  const user = await bank.callOf('tpp-a', 'user', authorizationId);
  assert.equal(await codeOf(submitPayment(bank, user, paymentId, once)), 'ILLEGAL_STATE');
});

test("another bundle's token, another client's token and an unknown payment look the same", async () => {
  const { paymentId } = await bank.approved({ amountEUR: '0.01' });
  const other = await bank.approved({ amountEUR: '0.01' });
  const foreign = await bank.callOf('tpp-b', 'user', other.authorizationId);
  const unknown = asPaymentId(bank.identifiers.uuid());
  const refusals = [
    codeOf(submitPayment(bank, other.user, paymentId, once)),
    codeOf(submitPayment(bank, foreign, paymentId, once)),
    codeOf(submitPayment(bank, other.user, unknown, once)),
  ];
  assert.deepEqual(await Promise.all(refusals), ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
});

test('a submission and a deletion that meet: one wins, and what is deleted is never booked', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { paymentId, user } = await bank.approved({ amountEUR: '0.01' });
    const client = await bank.callOf('tpp-a', 'client');
    const outcomes = await Promise.all([
      codeOf(submitPayment(bank, user, paymentId, once)),
      codeOf(deletePayment(bank, client, paymentId)),
    ]);
    assert.deepEqual(outcomes.toSorted(), ['ILLEGAL_STATE', 'done']);
    await bookAll();
    const { payment, submissions } = await readPayment(bank, user, paymentId);
    assert.equal(payment.status, outcomes[0] === 'done' ? 'Completed' : 'Revoked');
    assert.equal(submissions.length, outcomes[0] === 'done' ? 1 : 0);
  }
  await assertSoundBooks();
});

test('revoking a bundle leaves what was submitted and revokes the rest', async () => {
  const first = await bank.created({ amountEUR: '0.01' });
  const second = await bank.created({ amountEUR: '0.02', authorizationId: first.authorizationId });
  await bank.approve(first.authorizationId);
  const user = await bank.callOf('tpp-a', 'user', first.authorizationId);
  await submitPayment(bank, user, first.paymentId, once);
  const client = await bank.callOf('tpp-a', 'client');
  const revoked = await revokeAuthorization(bank, client, first.authorizationId);
  assert.equal(revoked.authorization.status, 'PartiallyRevoked');
  assert.equal(await codeOf(submitPayment(bank, user, second.paymentId, once)), 'ILLEGAL_STATE');
  assert.equal(await codeOf(revokeAuthorization(bank, client, first.authorizationId)), 'ILLEGAL_STATE');
  await bookAll();
  await assertSoundBooks();
});

test('a bundle is completed when the last of its payments was submitted', async () => {
  const first = await bank.created({ amountEUR: '0.01' });
  const second = await bank.created({ amountEUR: '0.02', authorizationId: first.authorizationId });
  await bank.approve(first.authorizationId);
  const user = await bank.callOf('tpp-a', 'user', first.authorizationId);
  const statusOf = async () =>
    (await bank.payments.findAuthorization(user.tokenDigest, first.authorizationId)).authorization?.status;
  await submitPayment(bank, user, first.paymentId, once);
  assert.equal(await statusOf(), 'Authorized');
  await submitPayment(bank, user, second.paymentId, once);
  assert.equal(await statusOf(), 'Completed');
});

test('a recurring payment is submitted as often as its count, each time with an id of its own, and no more', async () => {
  const { paymentId, user } = await bank.approved({ amountEUR: '0.01', count: 3 });
  const ids = ['jan', 'feb', 'mar', 'apr'].map(asSubmissionId);
  const codes = await Promise.all(ids.map((id) => codeOf(submitPayment(bank, user, paymentId, id))));
  assert.deepEqual(codes.toSorted(), ['ILLEGAL_STATE', 'done', 'done', 'done']);
  await bookAll();
  assert.equal((await readPayment(bank, user, paymentId)).payment.status, 'Completed');
  await assertSoundBooks();
});

test('a recurring payment revoked halfway is PartiallyRevoked: what was submitted stays, no more follows', async () => {
  const { paymentId, authorizationId, user } = await bank.approved({ amountEUR: '0.01', count: 3 });
  const [jan, feb] = ['jan', 'feb'].map(asSubmissionId) as [SubmissionId, SubmissionId];
  await submitPayment(bank, user, paymentId, jan);
  const client = await bank.callOf('tpp-a', 'client');
  assert.equal(await codeOf(deletePayment(bank, client, paymentId)), 'ILLEGAL_STATE', 'it was submitted');
  const revoked = await revokeAuthorization(bank, client, authorizationId);
  assert.equal(revoked.authorization.status, 'PartiallyRevoked');
  assert.equal(revoked.payments[0]?.status, 'PartiallyRevoked');
  await bookAll();
  assert.equal((await submitPayment(bank, user, paymentId, jan)).status, 'Submitted');
  assert.equal(await codeOf(submitPayment(bank, user, paymentId, feb)), 'ILLEGAL_STATE');
  assert.equal((await readPayment(bank, user, paymentId)).payment.status, 'PartiallyRevoked');
  await assertSoundBooks();
});

test('a recurring payment revoked and submitted at once: its parts and its status agree', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { paymentId, authorizationId, user } = await bank.approved({ amountEUR: '0.01', count: 4 });
    const client = await bank.callOf('tpp-a', 'client');
    const ids = ['a', 'b', 'c', 'd'].map(asSubmissionId);
    const [revoked, ...submitted] = await Promise.all([
      codeOf(revokeAuthorization(bank, client, authorizationId)),
      ...ids.map((id) => codeOf(submitPayment(bank, user, paymentId, id))),
    ]);
    const made = submitted.filter((code) => code === 'done').length;
    const { payment } = await readPayment(bank, user, paymentId);
    const expected = made === 4 ? 'Completed' : made > 0 ? 'PartiallyRevoked' : 'Revoked';
    assert.deepEqual([payment.submissionsMade, payment.status], [made, expected]);
    assert.equal(revoked, made === 4 ? 'ILLEGAL_STATE' : 'done');
  }
  await bookAll();
  await assertSoundBooks();
});
