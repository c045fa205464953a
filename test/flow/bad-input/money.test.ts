import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { SepaPayment, Submission } from '@lupa/protocol';
import { jsonOf } from '../support/https-call.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import { assertRefused, type TestTpp } from '../support/test-tpp.ts';

/** Elsa has 15.00 EUR, and nobody may overdraw. */
const ELSA = { username: 'elsa', password: 'elsa-salasana' };
const ELSAS_IBAN = 'FI7157803800500075';
const SOUND = { imbalanceCents: 0, accountsOff: 0, reservationsOff: 0, submissionsOff: 0 };

describe('money that may move once, or not at all', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let token: string;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    token = await tpp.clientToken();
  });
  after(() => bank.close());

  async function balanceCents(iban: string): Promise<number> {
    const sql = 'SELECT balance_cents::text AS cents FROM accounts WHERE iban = $1';
    const [row] = await bank.store.query<{ cents: string }>(sql, [iban]);
    return Number(row?.cents);
  }

  async function bookingsOf(paymentId: string): Promise<number> {
    return (await bank.store.query('SELECT 1 FROM bookings WHERE payment_id = $1', [paymentId])).length;
  }

  test('the same submission thirty times at once is one submission and one booking', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const { access_token: user } = await tpp.userTokens(authorizationId);
    const before = await balanceCents('FI9259995020084225');
    const answers = await bank.settledAfter(() =>
      Promise.all(Array.from({ length: 30 }, () => tpp.submit(user, paymentId, 'the-same'))),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map((answer) => jsonOf<Submission>(answer).created)).size, 1);
    assert.equal(await bookingsOf(paymentId), 1);
    assert.equal(await balanceCents('FI9259995020084225'), before - 400);
  });

  test('thirty different submissions of one payment at once: one is taken, the others are 409', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const { access_token: user } = await tpp.userTokens(authorizationId);
    const answers = await bank.settledAfter(() =>
      Promise.all(Array.from({ length: 30 }, () => tpp.submit(user, paymentId))),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      assertRefused(answer, 409, 'BUSINESS', 'IllegalState ');
    }
    assert.equal(await bookingsOf(paymentId), 1);
  });

  test('a recurring payment is submitted as often as its count says and not once more, however many at once', async () => {
    const { paymentId, authorizationId } = await tpp.created(token, { count: 10, amountEUR: '0.01' });
    const { access_token: user } = await tpp.userTokens(authorizationId);
    const answers = await bank.settledAfter(() =>
      Promise.all(Array.from({ length: 25 }, () => tpp.submit(user, paymentId))),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 10);
    assert.equal(answers.filter(({ status }) => status === 409).length, 15);
    assert.equal(await bookingsOf(paymentId), 10);
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Completed');
  });

  test('more money than there is, by one cent: 422, recorded as Error, tried again in vain', async () => {
    const payer = { iban: ELSAS_IBAN };
    const { paymentId, authorizationId } = await tpp.created(token, { payer, amountEUR: '15.01' });
    const { access_token: user } = await tpp.userTokens(authorizationId, ELSA);
    // The authorization too: its chain of audit events grows.
    const tables = ['submissions', 'audit_events', 'authorizations'];
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await bank.store.unchangedBy(() => tpp.submit(user, paymentId, 'too-much'), tables);
      assertRefused(answer, 422, 'BUSINESS', 'InsufficientFunds ');
    }
    const read = await tpp.call({ path: `/sepa-payments/${paymentId}/submissions/too-much`, token: user });
    assert.equal(jsonOf<Submission>(read).status, 'Error');
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Authorized');
  });

  test('more money than there is, fifty times at once: what there is is paid out and not a cent more', async () => {
    const payer = { iban: ELSAS_IBAN };
    const first = await tpp.created(token, { payer, amountEUR: '1.00' });
    const { authorizationId } = first;
    const others = await Promise.all(
      Array.from({ length: 49 }, () => tpp.created(token, { payer, amountEUR: '1.00', authorizationId })),
    );
    const payments: readonly SepaPayment[] = [first, ...others];
    const { access_token: user } = await tpp.userTokens(authorizationId, ELSA);
    const answers = await bank.settledAfter(() =>
      Promise.all(payments.map(({ paymentId }) => tpp.submit(user, paymentId, randomUUID()))),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 15);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      assertRefused(answer, 422, 'BUSINESS', 'InsufficientFunds ');
    }
    assert.equal(await balanceCents(ELSAS_IBAN), 0);
    const sql =
      'SELECT s.status, count(*)::int AS number FROM submissions s JOIN payments p USING (payment_id) WHERE p.authorization_id = $1 GROUP BY 1 ORDER BY 1';
    assert.deepEqual(await bank.store.query(sql, [authorizationId]), [
      { status: 'Error', number: 35 },
      { status: 'Submitted', number: 15 },
    ]);
  });

  test('a submission and a revocation at once: either the money moved or the payment is revoked', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { paymentId, authorizationId } = await tpp.created(token, { amountEUR: '0.02' });
      const { access_token: user } = await tpp.userTokens(authorizationId);
      const revoke = { method: 'DELETE', path: `/authorizations/${authorizationId}`, token };
      const [submitted, revoked] = await bank.settledAfter(() =>
        Promise.all([tpp.submit(user, paymentId), tpp.call(revoke)]),
      );
      assert.deepEqual([submitted.status, revoked.status].sort(), [200, 409]);
      const isPaid = submitted.status === 200;
      assert.equal(await bookingsOf(paymentId), isPaid ? 1 : 0);
      assert.equal((await tpp.readPayment(token, paymentId)).status, isPaid ? 'Completed' : 'Revoked');
    }
  });

  test('SEPA_INST to an account of this bank is credited at once', async () => {
    const payment = await tpp.created(token, { paymentOrder: 'SEPA_INST', amountEUR: '0.03' });
    const { access_token: user } = await tpp.userTokens(payment.authorizationId);
    const before = await balanceCents('FI4950009420028730');
    await bank.settledAfter(() => tpp.submit(user, payment.paymentId, 'instant'));
    const read = await tpp.call({ path: `/sepa-payments/${payment.paymentId}/submissions/instant`, token: user });
    assert.equal(jsonOf<Submission>(read).status, 'Credited');
    assert.equal(await balanceCents('FI4950009420028730'), before + 3);
  });

  test('a submission id that is none, and a body that says something, are 400', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const { access_token: user } = await tpp.userTokens(authorizationId);
    for (const id of ['x'.repeat(65), 'a b', 'ä', 'a/b', '*']) {
      const answer = await bank.store.unchangedBy(() => tpp.submit(user, paymentId, encodeURIComponent(id)));
      assertRefused(answer, 400, 'VALIDATION', 'InvalidValue submissionId');
    }
    const path = `/sepa-payments/${paymentId}/submissions/1`;
    for (const body of ['{"amountEUR":"1.00"}', '[]', 'null', '4']) {
      const answer = await bank.store.unchangedBy(() => tpp.call({ method: 'PUT', path, token: user, body }));
      assertRefused(answer, 400, 'VALIDATION', 'UnrecognizedProperty ');
    }
  });

  test('after all that the books balance', async () => {
    await bank.settledAfter(async () => undefined);
    assert.deepEqual(await bank.sandbox.bank.administration.trialBalance(), SOUND);
  });
});
