import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asAuthorizationId, asClientId, asSubmissionId } from '@lupa/protocol';
import { PostgresAuditTrail } from '../../src/adapters/postgres/index.ts';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { verifyAuditTrail } from '../../src/operations/verify-audit-trail.ts';
import type { SubmissionAtOnce } from '../../src/ports/payment-store.ts';
import {
  authorizedPayment,
  count,
  EARLIER,
  ledgerOf,
  NOW,
  newAccount,
  newCustomer,
  newEvent,
  newPayment,
  newRequest,
  newToken,
  submit,
  type TokenFacts,
  uuid,
} from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

const ONE = asSubmissionId('one');
/** Before the tokens expire. */
const SOON = new Date(NOW.getTime() + 1);
const BALANCE = 1000;
const AMOUNT = 400;

/** Port PaymentStore: the commonest submission, accepted by one statement. */
export function submitAtOnceContract(database: OpenDatabase): void {
  const store = () => new PostgresPaymentStore(database());

  async function approved({ balance = BALANCE, request = newRequest(), token = {} as Partial<TokenFacts> } = {}) {
    const customerId = await newCustomer(database());
    const account = await newAccount(database(), customerId, balance);
    const made = await authorizedPayment(database(), account, customerId, request);
    const { clientId, authorizationId, paymentId } = made;
    const tokenDigest = await newToken(database(), { clientId, kind: 'user', authorizationId, customerId, ...token });
    const details = { paymentId, submissionId: ONE, status: 'Accepted' };
    const submission: SubmissionAtOnce = {
      tokenDigest,
      clientId,
      certificateThumbprint: 'x'.repeat(43),
      now: NOW,
      paymentId,
      submissionId: ONE,
      audit: newEvent({ event: 'payment submitted', clientId, requestId: 'request "1"', details }),
    };
    return { ...made, customerId, account, submission };
  }
  type Approved = Awaited<ReturnType<typeof approved>>;

  async function stateOf({ submission, paymentId, authorizationId, customerId }: Approved) {
    const [found, bundle, [account], queued, events] = await Promise.all([
      store().findPayment(submission.tokenDigest, paymentId),
      store().findAuthorization(submission.tokenDigest, authorizationId),
      ledgerOf(database()).accountsOf(customerId),
      count(database(), 'booking_queue', 'payment_id', paymentId),
      count(database(), 'audit_events', 'authorization_id', authorizationId),
    ]);
    return {
      payment: [found.payment?.status, found.payment?.submissionsMade],
      authorization: bundle.authorization?.status,
      submissions: found.submissions.map(({ submissionId, status }) => `${submissionId} ${status}`),
      reserved: account?.reservedCents,
      queued,
      events,
    };
  }

  async function assertRefused(approvedPayment: Approved, change: Partial<SubmissionAtOnce> = {}): Promise<void> {
    const before = await stateOf(approvedPayment);
    assert.equal(await store().submitAtOnce({ ...approvedPayment.submission, ...change }), false);
    assert.deepEqual(await stateOf(approvedPayment), before);
  }

  describe('submitting at once', () => {
    test('leaves the submission accepted, its amount reserved, its booking queued, payment and authorization consumed', async () => {
      const payment = await approved();
      assert.equal(await store().submitAtOnce({ ...payment.submission, now: SOON }), true);
      assert.deepEqual(await stateOf(payment), {
        payment: ['Completed', 1],
        authorization: 'Completed',
        submissions: ['one Accepted'],
        reserved: AMOUNT,
        queued: 1,
        events: 2,
      });
      const found = await store().findPayment(payment.submission.tokenDigest, payment.paymentId);
      assert.deepEqual(found.submissions, [
        {
          ...{ paymentId: payment.paymentId, submissionId: ONE, status: 'Accepted', created: SOON, modified: SOON },
          ...{ archiveId: undefined, pendingUntil: undefined, failure: undefined },
        },
      ]);
      assert.deepEqual(found.payment?.modified, SOON);
      const alone = await store().findPayment(payment.submission.tokenDigest, payment.paymentId, false);
      assert.deepEqual(alone, { ...found, submissions: [] });
    });

    test('records it with the amount, in a chain that holds', async () => {
      const payment = await approved();
      await store().submitAtOnce(payment.submission);
      const trail = new PostgresAuditTrail(database());
      const broken = (await verifyAuditTrail(trail)).faults.filter((fault) =>
        JSON.stringify(fault).includes(payment.authorizationId),
      );
      assert.deepEqual(broken, []);
      const [event] = await database().query<{ details: object; customer_id: string }>(
        {
          name: 'test-submitted-event',
          text: "SELECT details, customer_id FROM audit_events WHERE authorization_id = $1 AND event = 'payment submitted'",
        },
        [payment.authorizationId],
      );
      const { paymentId, customerId } = payment;
      const details = { paymentId, submissionId: ONE, status: 'Accepted', amountCents: AMOUNT };
      assert.deepEqual(event, { details, customer_id: customerId });
    });

    for (const kind of ['user', 'customer', 'exemption'] as const) {
      test(`takes a token of kind ${kind}`, async () => {
        assert.equal(await store().submitAtOnce((await approved({ token: { kind } })).submission), true);
      });
    }
    test('leaves the client’s own token to the rules', async () => {
      const payment = await approved();
      await assertRefused(payment, { tokenDigest: await newToken(database(), { clientId: payment.clientId }) });
    });
    test('takes a token until the moment it expires', async () => {
      await assertRefused(await approved({ token: { expiresAt: NOW } }));
      const later = await approved({ token: { expiresAt: SOON } });
      assert.equal(await store().submitAtOnce(later.submission), true);
    });
    test('takes no token of another client, certificate or authorization, and none that nobody knows', async () => {
      const payment = await approved();
      await assertRefused(payment, { clientId: asClientId(uuid()) });
      await assertRefused(payment, { certificateThumbprint: 'y'.repeat(43) });
      await assertRefused(payment, { tokenDigest: (await approved()).submission.tokenDigest });
      await assertRefused(payment, { tokenDigest: new Uint8Array(32) });
      await assertRefused(await approved({ token: { authorizationId: asAuthorizationId(uuid()) } }));
    });
    test('leaves a token that must first end the one it came from', async () => {
      await assertRefused(await approved({ token: { unconfirmedRefresh: 'earlier' } }));
    });

    test('takes an amount down to the account’s limit and not a cent below', async () => {
      await assertRefused(await approved({ balance: AMOUNT - 1 }));
      assert.equal(await store().submitAtOnce((await approved({ balance: AMOUNT })).submission), true);
    });
    test('counts what is reserved already', async () => {
      const payment = await approved({ balance: AMOUNT });
      const other = await authorizedPayment(database(), payment.account, payment.customerId);
      await submit(database(), payment.account.accountId, other.paymentId);
      await assertRefused(payment);
    });

    test('leaves a payment that recurs, or is not alone in its bundle', async () => {
      await assertRefused(await approved({ request: newRequest({ count: 2 }) }));
      const payment = await approved();
      await store().transaction((unit) =>
        unit.setAuthorization(payment.authorizationId, { status: 'Unauthorized', modified: NOW }),
      );
      const joins = payment.authorizationId;
      const token = await newToken(database(), { clientId: payment.clientId });
      const joining = newPayment(payment.clientId, token, { joins });
      assert.equal((await store().createPayment(joining)).kind, 'created');
      await store().transaction((unit) => unit.setAuthorization(joins, { status: 'Authorized', modified: NOW }));
      await assertRefused(payment);
    });
    for (const status of ['Unauthorized', 'Authorizing', 'Revoked', 'Rejected', 'Completed'] as const) {
      test(`leaves a payment or an authorization that is ${status}`, async () => {
        const payment = await approved();
        const { paymentId, authorizationId } = payment;
        await store().transaction((unit) => unit.setPayment(paymentId, { status, modified: NOW }));
        await assertRefused(payment);
        await store().transaction((unit) => unit.setPayment(paymentId, { status: 'Authorized', modified: NOW }));
        await store().transaction((unit) => unit.setAuthorization(authorizationId, { status, modified: NOW }));
        await assertRefused(payment);
      });
    }
    for (const status of ['Error', 'Rejected'] as const) {
      test(`leaves an id that was put before and is ${status}, with nothing reserved`, async () => {
        const payment = await approved();
        const { paymentId } = payment;
        const earlier = { paymentId, submissionId: ONE, status, created: EARLIER, modified: EARLIER };
        await store().transaction((unit) => unit.saveSubmission(earlier));
        await assertRefused(payment);
        assert.equal(await store().submitAtOnce({ ...payment.submission, submissionId: asSubmissionId('two') }), true);
      });
    }

    test('of sixteen at once, with one id or with many, exactly one is accepted', async () => {
      for (const idOf of [() => ONE, (n: number) => asSubmissionId(`id-${n}`)]) {
        const payment = await approved();
        const put = (n: number) => {
          const eventId = uuid();
          const audit = { ...payment.submission.audit, eventId };
          return store().submitAtOnce({ ...payment.submission, audit, submissionId: idOf(n) });
        };
        const accepted = await Promise.all(Array.from({ length: 16 }, (_, n) => put(n)));
        assert.equal(accepted.filter(Boolean).length, 1);
        const state = await stateOf(payment);
        assert.deepEqual([state.submissions.length, state.reserved, state.queued, state.events], [1, AMOUNT, 1, 2]);
      }
    });

    test('whoever holds the authorization decides first: what was revoked meanwhile is left', async () => {
      const payment = await approved();
      const { authorizationId, paymentId } = payment;
      let submitting: Promise<boolean> | undefined;
      await store().transaction(async (unit) => {
        await unit.lockAuthorization(authorizationId);
        submitting = store().submitAtOnce(payment.submission);
        await unit.setPayment(paymentId, { status: 'Revoked', modified: NOW });
        await unit.setAuthorization(authorizationId, { status: 'Revoked', modified: NOW });
      });
      assert.equal(await submitting, false);
      assert.equal((await stateOf(payment)).reserved, 0);
    });
  });
}
