import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EXEMPTION_REFUSALS, type Submission } from '@lupa/protocol';
import { AINO, AINO_SAVINGS, assertInvalidGrant, ExemptTpp, payment, VILLE } from './support/exempt-tpp.ts';
import { type ExemptionBank, openExemptionBank } from './support/exemption-bank.ts';
import { jsonOf } from './support/https-call.ts';
import { assertRefused, type TestTpp } from './support/test-tpp.ts';

describe('the limits of the exemption flow (contract §9)', () => {
  let bank: ExemptionBank;
  let shop: TestTpp;
  let other: TestTpp;
  before(async () => {
    bank = await openExemptionBank();
    ({ shop, other } = bank);
  });
  after(() => bank?.close());

  describe('limits', () => {
    test('29.99 EUR is granted, 30.00 is not', async () => {
      const exempt = await ExemptTpp.after(shop);
      await exempt.refused(payment('30.00'), EXEMPTION_REFUSALS.amount);
      await exempt.granted(payment('29.99'));
    });

    test('the fourth and the fifth payment are granted, the sixth is not', async () => {
      const exempt = await ExemptTpp.after(shop);
      for (let nth = 1; nth <= 5; nth += 1) await exempt.granted(payment('0.01'));
      await exempt.refused(payment('0.01'), EXEMPTION_REFUSALS.count);
      assert.deepEqual(await bank.counted(), { count: 5, cents: 5 });
    });

    test('a sum of 99.99 EUR is granted, 100.00 is not', async () => {
      const exempt = await ExemptTpp.after(shop);
      for (const amount of ['29.99', '29.99', '29.99']) await exempt.granted(payment(amount));
      await exempt.refused(payment('10.03'), EXEMPTION_REFUSALS.sum);
      await exempt.granted(payment('10.02'));
      assert.deepEqual(await bank.counted(), { count: 4, cents: 9999 });
    });

    test('transfers between own accounts may be of any size, and do not count', async () => {
      const exempt = await ExemptTpp.after(shop);
      const own = { payer: AINO_SAVINGS, payee: AINO };
      for (const amount of ['0.01', '30.00', '11000.00']) await exempt.granted(payment(amount, own));
      for (let nth = 1; nth <= 5; nth += 1) await exempt.granted(payment('1.00'));
      const { token, payment: large } = await exempt.granted(payment('5000.00', own));
      assert.equal((await shop.submit(token, large.paymentId)).status, 200);
      assert.deepEqual(await bank.counted(), { count: 5, cents: 500 });
    });

    test('both TPPs of a customer share the one count, and an authentication for either starts it anew', async () => {
      const atShop = await ExemptTpp.after(shop);
      const atOther = await ExemptTpp.after(other);
      for (const exempt of [atShop, atOther, atShop, atOther, atShop]) await exempt.granted(payment('2.00'));
      await atOther.refused(payment('2.00'), EXEMPTION_REFUSALS.count);
      await atShop.refused(payment('2.00'), EXEMPTION_REFUSALS.count);
      await ExemptTpp.after(other);
      assert.deepEqual(await bank.counted(), { count: 0, cents: 0 });
      await atShop.granted(payment('2.00'));
    });

    test('an authentication that ends in a rejection starts nothing anew', async () => {
      const exempt = await ExemptTpp.after(shop);
      await exempt.granted(payment('2.00'));
      const { authorizationId } = await shop.created(await shop.clientToken());
      await shop.sendCustomer(authorizationId, { decision: 'reject' });
      assert.deepEqual(await bank.counted(), { count: 1, cents: 200 });
    });

    test('another customer has a count of their own', async () => {
      const aino = await ExemptTpp.after(shop);
      const ville = await ExemptTpp.after(shop, 'ville', VILLE);
      await aino.granted(payment('2.00'));
      await ville.granted(payment('3.00', { payer: VILLE }));
      assert.deepEqual(
        [await bank.counted(), await bank.counted(VILLE)],
        [
          { count: 1, cents: 200 },
          { count: 1, cents: 300 },
        ],
      );
    });

    test('twenty at once, from two TPPs, never exceed five', async () => {
      const both = [await ExemptTpp.after(shop), await ExemptTpp.after(other)];
      const all = Array.from({ length: 20 }, (_, nth) => both[nth % 2] as ExemptTpp);
      const created = await Promise.all(all.map((exempt) => exempt.created(payment('1.00'))));
      const answers = await Promise.all(
        all.map((exempt, nth) => exempt.ask(exempt.assertion(created[nth]?.authorizationId ?? ''))),
      );
      assert.equal(answers.filter(({ status }) => status === 200).length, 5);
      for (const answer of answers) if (answer.status !== 200) assertInvalidGrant(answer, EXEMPTION_REFUSALS.count);
      assert.deepEqual(await bank.counted(), { count: 5, cents: 500 });
    });

    test('twenty at once never exceed 99.99 EUR', async () => {
      const exempt = await ExemptTpp.after(shop);
      const amounts = Array.from({ length: 20 }, () => '29.00');
      const tried = await Promise.all(amounts.map((amount) => exempt.tried(payment(amount))));
      const granted = tried.filter(({ answer }) => answer.status === 200);
      assert.equal(granted.length, 3);
      assert.deepEqual(await bank.counted(), { count: 3, cents: 8700 });
    });
  });

  describe('given back', () => {
    test('deleting, or revoking, a granted payment makes room for another', async () => {
      const exempt = await ExemptTpp.after(shop);
      const granted = [];
      for (let nth = 1; nth <= 5; nth += 1) granted.push(await exempt.granted(payment('3.00')));
      await exempt.refused(payment('3.00'), EXEMPTION_REFUSALS.count);
      const client = await shop.clientToken();
      const [deleted, revoked] = granted.map((each) => each.payment);
      assert.equal(
        (await shop.call({ method: 'DELETE', path: `/sepa-payments/${deleted?.paymentId}`, token: client })).status,
        200,
      );
      assert.deepEqual(await bank.counted(), { count: 4, cents: 1200 });
      assert.equal(
        (await shop.call({ method: 'DELETE', path: `/authorizations/${revoked?.authorizationId}`, token: client }))
          .status,
        200,
      );
      assert.deepEqual(await bank.counted(), { count: 3, cents: 900 });
      await exempt.granted(payment('3.00'));
      await exempt.granted(payment('3.00'));
      await exempt.refused(payment('3.00'), EXEMPTION_REFUSALS.count);
    });

    test('what was granted before the latest authentication gives nothing back after it', async () => {
      const before = await ExemptTpp.after(shop);
      const { payment: old } = await before.granted(payment('3.00'));
      const exempt = await ExemptTpp.after(shop);
      await exempt.granted(payment('4.00'));
      const path = `/sepa-payments/${old.paymentId}`;
      assert.equal((await shop.call({ method: 'DELETE', path, token: await shop.clientToken() })).status, 200);
      assert.deepEqual(await bank.counted(), { count: 1, cents: 400 });
    });

    test('a payment that was accepted and then rejected gives its exemption back', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: granted, token } = await exempt.granted(payment('3.00'));
      const headers = { 'x-sandbox-scenario': 'PaymentSubmitFailed', 'content-length': '0' };
      const path = `/sepa-payments/${granted.paymentId}/submissions/1`;
      assert.equal((await bank.settledAfter(() => shop.call({ method: 'PUT', path, token, headers }))).status, 200);
      assert.equal(jsonOf<Submission>(await shop.call({ path, token })).status, 'Rejected');
      assert.deepEqual(await bank.counted(), { count: 0, cents: 0 });
    });

    test('a payment that was refused for good gives it back too, and can be submitted no more', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: refused, token } = await exempt.granted(payment('3.00'));
      const headers = { 'x-sandbox-scenario': 'PaymentFail', 'content-length': '0' };
      const path = `/sepa-payments/${refused.paymentId}/submissions/1`;
      assert.equal((await shop.call({ method: 'PUT', path, token, headers })).status, 422);
      assert.deepEqual(await bank.counted(), { count: 0, cents: 0 });
      assertRefused(await shop.submit(token, refused.paymentId, '2'), 409, 'BUSINESS', 'IllegalState ');
      assert.equal((await shop.readPayment(token, refused.paymentId)).status, 'Revoked');
    });

    test('a payment without enough money keeps its exemption: it may be tried again', async () => {
      const exempt = await ExemptTpp.after(shop);
      const { payment: granted, token } = await exempt.granted(payment('3.00'));
      const headers = { 'x-sandbox-scenario': 'InsufficientFunds', 'content-length': '0' };
      const path = `/sepa-payments/${granted.paymentId}/submissions/1`;
      assert.equal((await shop.call({ method: 'PUT', path, token, headers })).status, 422);
      assert.deepEqual(await bank.counted(), { count: 1, cents: 300 });
      assert.equal((await shop.submit(token, granted.paymentId, '1')).status, 200);
    });
  });

  test('what the bank refused to exempt is authorized in the default flow, and does not count', async () => {
    const exempt = await ExemptTpp.after(shop);
    const refused = await exempt.refused(payment('30.00'), EXEMPTION_REFUSALS.amount);
    const tokens = await shop.userTokens(refused.authorizationId);
    assert.equal((await shop.submit(tokens.access_token, refused.paymentId)).status, 200);
    assert.deepEqual(await bank.counted(), { count: 0, cents: 0 });
  });
});
