import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCents, EXEMPTION_REFUSALS, type Iban } from '@lupa/protocol';
import { PostgresExemptionStore } from '../../src/adapters/postgres/exemption-store.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresScaStore } from '../../src/adapters/postgres/sca-store.ts';
import { StatementError } from '../../src/adapters/postgres/statement-error.ts';
import { PostgresTokenArtifacts } from '../../src/adapters/postgres/token-artifacts.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import { grantExemption } from '../../src/operations/grant-exemption.ts';
import {
  LATER,
  NOW,
  newAccount,
  newClient,
  newCustomer,
  newIban,
  newPayment,
  newRequest,
  newToken,
  THUMBPRINT,
  uuid,
} from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

const DAY_MS = 86_400_000;
const REFRESH_ENDS = new Date(NOW.getTime() + 45 * DAY_MS);

/** Port ExemptionStore, and the operation that decides on it. */
export function exemptionContract(database: OpenDatabase): void {
  const payments = () => new PostgresPaymentStore(database());
  const artifacts = () => new PostgresTokenArtifacts(database(), { now: () => NOW });

  /** A customer with an account, who authorized a client: a family of tokens with a refresh token in it. */
  async function world() {
    const customerId = await newCustomer(database());
    const { accountId, iban } = await newAccount(database(), customerId, 1_000_00);
    const clientId = await newClient(database());
    const [grantId, refreshToken] = [uuid(), uuid()];
    for (const [model, id, parent] of [
      ['Grant', grantId, undefined],
      ['RefreshToken', refreshToken, grantId],
    ] as const) {
      const save = { model, id, payload: {}, grantId: parent, expiresAt: REFRESH_ENDS };
      assert.equal(await artifacts().commit({ uses: [], rotation: undefined, saves: [save] }), 'done');
    }
    const token = await newToken(database(), { clientId, kind: 'customer', customerId, grantId });

    /** A payment created with the token of the customer. */
    async function created(amountCents: number, payee = newIban()) {
      const request = newRequest({
        amountCents: asCents(amountCents),
        payer: { iban: iban as Iban },
        payee: { iban: payee as Iban, name: 'Test_Person' },
      });
      const payment = newPayment(clientId, token, { request });
      const outcome = await payments().createPayment(payment);
      assert.equal(outcome.kind, 'created');
      return { paymentId: payment.paymentId, authorizationId: payment.newAuthorizationId };
    }

    type Created = Awaited<ReturnType<typeof created>>;

    /** Asks for an exemption; `tokenId` is the access token that is answered with. */
    const ask = (
      { authorizationId }: Created,
      { nonce = uuid(), at = NOW, tokenId = uuid(), sourceStands = true } = {},
    ) =>
      grantExemption(
        {
          exemptions: new PostgresExemptionStore(database()),
          clock: { now: () => at },
          identifiers: randomIdentifiers({ now: () => at }),
        },
        {
          clientId,
          assertion: {
            claims: {
              audiences: [],
              clientId,
              state: 'state',
              nonce,
              maxAgeSeconds: 0,
              issuedAtSeconds: undefined,
              expiresAtSeconds: undefined,
              authorizationId,
            },
            sourceGrantId: grantId,
            customerId,
          },
          sourceStands,
          tokens: [
            {
              model: 'AccessToken',
              id: tokenId,
              payload: {},
              grantId,
              expiresAt: LATER,
              token: {
                kind: 'exemption',
                clientId,
                certificateThumbprint: THUMBPRINT,
                scope: 'payments',
                authorizationId,
                customerId,
                unconfirmedRefreshToken: undefined,
              },
            },
          ],
          requestId: 'request',
        },
      );

    const restart = () =>
      new PostgresScaStore(database()).transaction((unit) => unit.restartExemptions(customerId, NOW));

    async function counted() {
      const unit = new PostgresExemptionStore(database());
      return unit.transaction((inside) => inside.lockExemptions(customerId, NOW));
    }

    const giveBack = ({ paymentId }: Created) =>
      payments().transaction((unit) => unit.giveBackExemption(paymentId, LATER));

    return {
      customerId,
      accountId,
      iban,
      clientId,
      grantId,
      refreshToken,
      token,
      created,
      ask,
      restart,
      counted,
      giveBack,
    };
  }

  const refused = (why: string) => ({ kind: 'refused', why });

  describe('exemptions', () => {
    test('a grant authorizes the payment from the payer’s account, counts it, and saves the token', async () => {
      const { customerId, accountId, created, ask, token, counted } = await world();
      const payment = await created(2999);
      const tokenId = uuid();
      assert.deepEqual(await ask(payment, { tokenId }), { kind: 'granted' });
      const found = await payments().findAuthorization(token, payment.authorizationId);
      assert.deepEqual(
        [found.authorization?.status, found.authorization?.customerId, found.authorization?.authorized],
        ['Authorized', customerId, NOW],
      );
      assert.deepEqual([found.payments[0]?.status, found.payments[0]?.debitAccountId], ['Authorized', accountId]);
      assert.deepEqual(await counted(), { count: 1, sumCents: 2999 });
      assert.ok(await artifacts().find('AccessToken', tokenId));
    });

    test('a refusal changes nothing but the nonce, and saves no token', async () => {
      const { created, ask, token, counted } = await world();
      const payment = await created(3000);
      const [nonce, tokenId] = [uuid(), uuid()];
      assert.deepEqual(await ask(payment, { nonce, tokenId }), refused(EXEMPTION_REFUSALS.amount));
      assert.deepEqual(await ask(payment, { nonce }), refused('nonce was used before'));
      const found = await payments().findAuthorization(token, payment.authorizationId);
      assert.deepEqual([found.authorization?.status, found.payments[0]?.status], ['Unauthorized', 'Unauthorized']);
      assert.deepEqual(await counted(), { count: 0, sumCents: 0 });
      assert.equal(await artifacts().find('AccessToken', tokenId), undefined);
    });

    test('of twenty at once five are granted', async () => {
      const { created, ask, counted } = await world();
      const all = await Promise.all(Array.from({ length: 20 }, () => created(100)));
      const outcomes = await Promise.all(all.map((payment) => ask(payment)));
      assert.equal(outcomes.filter(({ kind }) => kind === 'granted').length, 5);
      assert.deepEqual(await counted(), { count: 5, sumCents: 500 });
    });

    test('of twenty at once, give-backs and authentications among them, what stands is what was granted since', async () => {
      const { created, ask, counted, giveBack, restart } = await world();
      const all = await Promise.all(Array.from({ length: 20 }, () => created(1000)));
      await Promise.all(
        all.map(async (payment, nth) => {
          const { kind } = await ask(payment);
          if (kind === 'granted' && nth % 2 === 0) await giveBack(payment);
          if (nth === 10) await restart();
        }),
      );
      const { count, sumCents } = await counted();
      assert.ok(count <= 5, `${count} stand`);
      assert.equal(sumCents, count * 1000);
    });

    test('a refresh token is good for exemptions until the millisecond it expires', async () => {
      const { created, ask } = await world();
      const [before, after] = [await created(100), await created(100)];
      assert.deepEqual(await ask(before, { at: new Date(REFRESH_ENDS.getTime() - 1) }), { kind: 'granted' });
      assert.deepEqual(await ask(after, { at: REFRESH_ENDS }), refused(EXEMPTION_REFUSALS['sca-not-valid']));
    });

    test('an access token that lives longer than the refresh token does not keep the exemption alive', async () => {
      const { created, ask } = await world();
      const late = new Date(REFRESH_ENDS.getTime() - 1);
      const payment = await created(100);
      assert.deepEqual(await ask(await created(100), { at: late }), { kind: 'granted' });
      assert.deepEqual(await ask(payment, { at: REFRESH_ENDS }), refused(EXEMPTION_REFUSALS['sca-not-valid']));
    });

    test('a revoked family, and an authorization that no longer stands, exempt nothing', async () => {
      const { created, ask, grantId } = await world();
      const [one, two] = [await created(100), await created(100)];
      assert.deepEqual(await ask(one, { sourceStands: false }), refused(EXEMPTION_REFUSALS['sca-not-valid']));
      await artifacts().revokeGrant(grantId);
      assert.deepEqual(await ask(two), refused(EXEMPTION_REFUSALS['sca-not-valid']));
    });

    test('own-account transfers of any size are granted beside a used-up count, and leave it as it is', async () => {
      const { customerId, created, ask, counted } = await world();
      const savings = await newAccount(database(), customerId, 0);
      for (let nth = 1; nth <= 5; nth += 1) assert.deepEqual(await ask(await created(100)), { kind: 'granted' });
      assert.deepEqual(await ask(await created(100)), refused(EXEMPTION_REFUSALS.count));
      assert.deepEqual(await ask(await created(99_999_999_999, savings.iban)), { kind: 'granted' });
      assert.deepEqual(await counted(), { count: 5, sumCents: 500 });
    });

    test('an exemption is given back once, and never from a later period', async () => {
      const { created, ask, counted, giveBack, restart } = await world();
      const [one, two, never] = [await created(100), await created(200), await created(300)];
      for (const payment of [one, two]) await ask(payment);
      assert.deepEqual([await giveBack(one), await giveBack(one), await giveBack(never)], [true, false, false]);
      assert.deepEqual(await counted(), { count: 1, sumCents: 200 });
      await restart();
      assert.equal(await giveBack(two), true);
      assert.deepEqual(await counted(), { count: 0, sumCents: 0 });
    });

    test('a transfer between own accounts that is given back leaves the count as it is', async () => {
      const { customerId, created, ask, counted, giveBack } = await world();
      const savings = await newAccount(database(), customerId, 0);
      const transfer = await created(5000, savings.iban);
      await ask(await created(100));
      await ask(transfer);
      assert.equal(await giveBack(transfer), true);
      assert.deepEqual(await counted(), { count: 1, sumCents: 100 });
    });

    test('what the rules forget, the schema refuses: a sixth payment, 100.00 EUR, a count below nothing', async () => {
      const { customerId, created } = await world();
      const record = (amountCents: number) =>
        created(amountCents).then(({ paymentId }) =>
          new PostgresExemptionStore(database()).transaction(async (unit) => {
            await unit.lockExemptions(customerId, NOW);
            await unit.recordExemption({ paymentId, customerId, amountCents, counted: true, at: NOW });
          }),
        );
      const assertForbidden = (work: Promise<void>) =>
        assert.rejects(work, (error: unknown) => error instanceof StatementError && error.sqlState === '23514');
      await assertForbidden(record(3000));
      for (let nth = 1; nth <= 3; nth += 1) await record(2999);
      await assertForbidden(record(1003));
      for (let nth = 4; nth <= 5; nth += 1) await record(1);
      await assertForbidden(record(1));
    });
  });
}
