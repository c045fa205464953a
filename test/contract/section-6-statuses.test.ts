import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { nextHelsinkiMidnight, type SepaPayment, type Submission } from '@lupa/protocol';
import { CustomerAtTheBank } from '../flow/support/customer-at-the-bank.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { type ContractBank, ELSA, ELSAS_IBAN, openContractBank } from './support/contract-bank.ts';

const ILLEGAL = [409, 'BUSINESS', 'IllegalState '] as const;

let bank: ContractBank;
let tpp: TestTpp;
let token: string;
before(async () => {
  bank = await openContractBank();
  ({ tpp, token } = bank);
});
after(() => bank.close());

/** The statuses of an authorization and of its payments. */
async function statuses(authorizationId: string): Promise<readonly string[]> {
  const { payments } = await bank.read<{ payments: readonly SepaPayment[] }>(
    `/authorizations/${authorizationId}/payments`,
  );
  return [(await tpp.readAuthorization(token, authorizationId)).status, ...payments.map(({ status }) => status)];
}

const revoke = (path: string) => tpp.call({ method: 'DELETE', path, token });

describe('contract §6, statuses of authorizations and payments', () => {
  test('"Unauthorized: waiting for the customer"', async () => {
    const { authorizationId } = await tpp.created(token);
    assert.deepEqual(await statuses(authorizationId), ['Unauthorized', 'Unauthorized']);
    await CustomerAtTheBank.open(tpp.authorizationUrl(authorizationId));
    assert.deepEqual(await statuses(authorizationId), ['Unauthorized', 'Unauthorized']);
  });

  test('"Authorizing: the customer is at it: the bundle is locked, no payment joins or leaves"', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const customer = await CustomerAtTheBank.open(tpp.authorizationUrl(authorizationId));
    await customer.logIn('aino');
    assert.deepEqual(await statuses(authorizationId), ['Authorizing', 'Authorizing']);
    assertRefused(await tpp.create(token, { ...SAMPLE, authorizationId }), ...ILLEGAL);
    assertRefused(await revoke(`/sepa-payments/${paymentId}`), ...ILLEGAL);
    assertRefused(await revoke(`/authorizations/${authorizationId}`), ...ILLEGAL);
    await customer.press('cancel');
  });

  test('"Authorized: approved"', async () => {
    const { authorizationId } = await bank.approved([{}, {}]);
    assert.deepEqual(await statuses(authorizationId), ['Authorized', 'Authorized', 'Authorized']);
  });

  test('"Rejected: refused by the customer", all of it or what was left out', async () => {
    const { authorizationId } = await tpp.created(token);
    await tpp.sendCustomer(authorizationId, { decision: 'reject' });
    assert.deepEqual(await statuses(authorizationId), ['Rejected', 'Rejected']);
    const kept = await tpp.created(token);
    await tpp.created(token, { authorizationId: kept.authorizationId });
    await tpp.sendCustomer(kept.authorizationId, { payments: [kept.paymentId] });
    assert.deepEqual(await statuses(kept.authorizationId), ['Authorized', 'Authorized', 'Rejected']);
  });

  test('"Completed: consumed: every submission it allows has been made"', async () => {
    const { payments, authorizationId, user } = await bank.approved([
      { amountEUR: '0.10', count: 2 },
      { amountEUR: '0.10' },
    ]);
    const [twice, once] = payments.map(({ paymentId }) => paymentId);
    await bank.json(tpp.submit(user, twice ?? ''));
    assert.deepEqual(await statuses(authorizationId), ['Authorized', 'Authorized', 'Authorized']);
    await bank.json(tpp.submit(user, twice ?? ''));
    assert.deepEqual(await statuses(authorizationId), ['Authorized', 'Completed', 'Authorized']);
    await bank.json(tpp.submit(user, once ?? ''));
    assert.deepEqual(await statuses(authorizationId), ['Completed', 'Completed', 'Completed']);
  });

  test('"PartiallyRevoked: what was not yet submitted … of a recurring payment was revoked"', async () => {
    const { payment, authorizationId, user } = await bank.approved([{ amountEUR: '0.10', count: 3 }]);
    await bank.json(tpp.submit(user, payment.paymentId));
    assert.equal((await revoke(`/authorizations/${authorizationId}`)).status, 200);
    assert.deepEqual(await statuses(authorizationId), ['PartiallyRevoked', 'PartiallyRevoked']);
    assertRefused(await tpp.submit(user, payment.paymentId), ...ILLEGAL);
  });

  test('"PartiallyRevoked: what was not yet submitted of a bundle … was revoked"', async () => {
    const { payments, authorizationId, user } = await bank.approved([{ amountEUR: '0.10' }, {}]);
    const [submitted, revoked] = payments.map(({ paymentId }) => paymentId);
    await bank.json(tpp.submit(user, submitted ?? ''));
    assert.equal((await revoke(`/authorizations/${authorizationId}`)).status, 200);
    assert.deepEqual(await statuses(authorizationId), ['PartiallyRevoked', 'Completed', 'Revoked']);
    assertRefused(await tpp.submit(user, revoked ?? ''), ...ILLEGAL);
  });

  test('"Revoked: revoked before anything was submitted", approved or not', async () => {
    const waiting = (await tpp.created(token)).authorizationId;
    const { authorizationId } = await bank.approved([{}, {}]);
    for (const id of [waiting, authorizationId]) {
      assert.equal((await revoke(`/authorizations/${id}`)).status, 200);
      assert.deepEqual(new Set(await statuses(id)), new Set(['Revoked']));
    }
  });

  test('"An authorization left in Authorizing when the customer goes away returns to Unauthorized when its session ends"', async () => {
    const { authorizationId } = await tpp.created(token);
    const customer = await CustomerAtTheBank.open(tpp.authorizationUrl(authorizationId));
    await customer.logIn('aino');
    assert.deepEqual(await statuses(authorizationId), ['Authorizing', 'Authorizing']);
    // Five minutes later somebody comes back to the page, which ends the session on the spot.
    bank.clock.aheadMs = 5 * 60_000;
    await customer.press('continue', { factor: 'keycode' }).catch(() => undefined);
    assert.deepEqual(await statuses(authorizationId), ['Unauthorized', 'Unauthorized']);
    bank.clock.aheadMs = 0;
    await tpp.approvedCode(authorizationId);
    assert.deepEqual(await statuses(authorizationId), ['Authorized', 'Authorized']);
  });
});

describe('contract §6, statuses of submissions', () => {
  const scenario = (name: string) => ({ 'x-sandbox-scenario': name });

  async function put(paymentId: string, user: string, play?: string) {
    const path = `/sepa-payments/${paymentId}/submissions/s`;
    return tpp.call({ method: 'PUT', path, token: user, headers: play === undefined ? {} : scenario(play) });
  }

  async function statusOf(paymentId: string): Promise<string> {
    return (await bank.read<Submission>(`/sepa-payments/${paymentId}/submissions/s`)).status;
  }

  async function bookingsOf(paymentId: string): Promise<number> {
    return (await bank.store.query('SELECT 1 FROM bookings WHERE payment_id = $1', [paymentId])).length;
  }

  const one = async (change: object = {}, script = {}) => {
    const { payment, user } = await bank.approved([{ amountEUR: '0.10', ...change }], script);
    return { paymentId: payment.paymentId, user };
  };

  test('"Accepted: taken for processing; may still be rejected"; again: "same result, never a second payment"', async () => {
    const { paymentId, user } = await one();
    const first = await bank.json<Submission>(put(paymentId, user, 'PaymentSubmitFailed'));
    assert.equal(first.status, 'Accepted');
    assert.equal((await bank.json<Submission>(put(paymentId, user))).created, first.created);
    assert.equal(await bank.settled(paymentId, 's'), 'Rejected');
    assert.equal(await bookingsOf(paymentId), 0);
  });

  test('"Pending: not debited, a technical problem"; again: "tried again"', async () => {
    const { paymentId, user } = await one();
    assert.equal((await bank.json<Submission>(put(paymentId, user, 'PaymentSystemUnavailable'))).status, 'Pending');
    assert.equal(await bookingsOf(paymentId), 0);
    assert.equal((await bank.json<Submission>(put(paymentId, user, 'PaymentSystemUnavailable'))).status, 'Pending');
    assert.equal((await bank.json<Submission>(put(paymentId, user))).status, 'Accepted');
    assert.equal(await bank.settled(paymentId, 's'), 'Submitted');
    assert.equal(await bookingsOf(paymentId), 1);
  });

  test('Pending "until midnight Europe/Helsinki; after that the submission is Rejected"', async () => {
    const { paymentId, user } = await one();
    await put(paymentId, user, 'PaymentSystemUnavailable');
    const now = new Date();
    const midnight = nextHelsinkiMidnight(now).getTime() - now.getTime();
    const statusAt = async (aheadMs: number) => {
      bank.clock.aheadMs = aheadMs;
      const path = `/sepa-payments/${paymentId}/submissions/s`;
      return (await bank.read<Submission>(path, await tpp.clientToken())).status;
    };
    assert.deepEqual([await statusAt(midnight - 5_000), await statusAt(midnight)], ['Pending', 'Rejected']);
    bank.clock.aheadMs = 0;
  });

  test('"Error: not debited, e.g. insufficient funds"; again: "tried again"', async () => {
    const { paymentId, user } = await one({ amountEUR: '15.01', payer: { iban: ELSAS_IBAN } }, ELSA);
    assertRefused(await put(paymentId, user), 422, 'BUSINESS', 'InsufficientFunds ');
    assert.equal(await statusOf(paymentId), 'Error');
    const deposit = await one({ amountEUR: '0.01', payee: { iban: ELSAS_IBAN, name: 'Elsa' } });
    await put(deposit.paymentId, deposit.user);
    await bank.settled(deposit.paymentId, 's');
    assert.equal((await bank.json<Submission>(put(paymentId, user))).status, 'Accepted');
    assert.equal(await bank.settled(paymentId, 's'), 'Submitted');
    assert.equal(await bookingsOf(paymentId), 1);
  });

  test('"Submitted: debited"; again: "same result"', async () => {
    const { paymentId, user } = await one();
    await put(paymentId, user);
    assert.equal(await bank.settled(paymentId, 's'), 'Submitted');
    const before = await bank.read<Submission>(`/sepa-payments/${paymentId}/submissions/s`);
    assert.deepEqual(await bank.json<Submission>(put(paymentId, user)), before);
    assert.equal(await bookingsOf(paymentId), 1);
  });

  test('"Credited: debited and credited (SEPA_INST)"; again: "same result"', async () => {
    const { paymentId, user } = await one({ paymentOrder: 'SEPA_INST' });
    await put(paymentId, user);
    assert.equal(await bank.settled(paymentId, 's'), 'Credited');
    assert.equal((await bank.json<Submission>(put(paymentId, user))).status, 'Credited');
    assert.equal(await bookingsOf(paymentId), 1);
  });

  test('"Rejected: final, not debited"; again: "same result"', async () => {
    const { paymentId, user } = await one();
    for (const play of ['PaymentFail', undefined]) {
      assertRefused(await put(paymentId, user, play), 422, 'BUSINESS', 'PaymentFail ');
      assert.equal(await statusOf(paymentId), 'Rejected');
    }
    assert.equal(await bookingsOf(paymentId), 0);
  });
});
