import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CustomerAtTheBank } from '../support/customer-at-the-bank.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../support/test-tpp.ts';

const ILLEGAL = [409, 'BUSINESS', 'IllegalState '] as const;

describe('bundles that may not be changed any more', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let token: string;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    token = await tpp.clientToken();
  });
  after(() => bank.close());

  /** Asserts that nobody may join, delete or revoke, and that trying changes nothing. */
  async function assertLocked(paymentId: string, authorizationId: string): Promise<void> {
    const remove = (path: string) => bank.store.unchangedBy(() => tpp.call({ method: 'DELETE', path, token }));
    assertRefused(await bank.store.unchangedBy(() => tpp.create(token, { ...SAMPLE, authorizationId })), ...ILLEGAL);
    assertRefused(await remove(`/sepa-payments/${paymentId}`), ...ILLEGAL);
    assertRefused(await remove(`/authorizations/${authorizationId}`), ...ILLEGAL);
  }

  test('while the customer is at it, the bundle is Authorizing and locked; after a cancel it is open again', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const customer = await CustomerAtTheBank.open(tpp.authorizationUrl(authorizationId));
    await tpp.created(token, { authorizationId });
    await customer.logIn('aino');
    assert.equal((await tpp.readAuthorization(token, authorizationId)).status, 'Authorizing');
    await assertLocked(paymentId, authorizationId);
    await customer.press('continue', { factor: 'keycode' });
    await assertLocked(paymentId, authorizationId);
    const callback = new URL(await customer.press('cancel'));
    assert.equal(callback.searchParams.get('error'), 'access_denied');
    assert.equal((await tpp.readAuthorization(token, authorizationId)).status, 'Unauthorized');
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Unauthorized');
    await tpp.created(token, { authorizationId });
    assert.equal((await tpp.call({ method: 'DELETE', path: `/sepa-payments/${paymentId}`, token })).status, 200);
  });

  test('an approved bundle takes no more payments', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    await tpp.approvedCode(authorizationId);
    assertRefused(await bank.store.unchangedBy(() => tpp.create(token, { ...SAMPLE, authorizationId })), ...ILLEGAL);
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Authorized');
  });

  test('a rejected bundle stays rejected, and its payments cannot be submitted', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const callback = await tpp.sendCustomer(authorizationId, { decision: 'reject' });
    assert.equal(callback.searchParams.get('error'), 'access_denied');
    assert.equal((await tpp.readPayment(token, paymentId)).status, 'Rejected');
    await assertLocked(paymentId, authorizationId);
  });

  test('of a bundle only the payments that were ticked are approved', async () => {
    const kept = await tpp.created(token);
    const { authorizationId } = kept;
    const dropped = await tpp.created(token, { authorizationId, amountEUR: '99.00' });
    const tokens = await tpp.userTokens(authorizationId, { payments: [kept.paymentId] });
    const status = async (id: string) => (await tpp.readPayment(token, id)).status;
    assert.deepEqual([await status(kept.paymentId), await status(dropped.paymentId)], ['Authorized', 'Rejected']);
    const refused = await bank.store.unchangedBy(() => tpp.submit(tokens.access_token, dropped.paymentId));
    assertRefused(refused, ...ILLEGAL);
    assert.equal((await tpp.submit(tokens.access_token, kept.paymentId)).status, 200);
  });

  test('a revoked payment cannot be submitted, and a submitted one not revoked', async () => {
    const { paymentId, authorizationId } = await tpp.created(token);
    const other = await tpp.created(token, { authorizationId });
    const tokens = await tpp.userTokens(authorizationId);
    assert.equal((await tpp.call({ method: 'DELETE', path: `/sepa-payments/${paymentId}`, token })).status, 200);
    assertRefused(await bank.store.unchangedBy(() => tpp.submit(tokens.access_token, paymentId)), ...ILLEGAL);
    await bank.settledAfter(() => tpp.submit(tokens.access_token, other.paymentId));
    const late = { method: 'DELETE', path: `/sepa-payments/${other.paymentId}`, token };
    assertRefused(await bank.store.unchangedBy(() => tpp.call(late)), ...ILLEGAL);
  });

  test('of twenty who join while the customer logs in, each either was shown or was refused', async () => {
    const { authorizationId } = await tpp.created(token);
    const customer = await CustomerAtTheBank.open(tpp.authorizationUrl(authorizationId));
    const joining = Array.from({ length: 20 }, () => tpp.create(token, { ...SAMPLE, authorizationId }));
    await customer.logIn('aino');
    const answers = await Promise.all(joining);
    for (const answer of answers.filter(({ status }) => status !== 201)) assertRefused(answer, ...ILLEGAL);
    const joined = answers.filter(({ status }) => status === 201).length;
    const sql = 'SELECT status FROM payments WHERE authorization_id = $1';
    const rows = await bank.store.query<{ status: string }>(sql, [authorizationId]);
    assert.deepEqual(
      rows.map(({ status }) => status),
      Array(joined + 1).fill('Authorizing'),
    );
    await customer.press('cancel');
  });
});
