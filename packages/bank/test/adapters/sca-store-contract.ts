import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AuthorizationId, asAuthorizationId, asPaymentId } from '@lupa/protocol';
import { PostgresPaymentStore } from '../../src/adapters/postgres/payment-store.ts';
import { PostgresScaStore } from '../../src/adapters/postgres/sca-store.ts';
import { showPayment } from '../../src/domain/shown-payments.ts';
import type { ScaChallenge, ScaSession, ScaUnit } from '../../src/ports/sca-store.ts';
import { LATER, NOW, newClient, newCustomer, newPayment, newRequest, newToken, sha256, uuid } from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Port ScaStore. */
export function scaStoreContract(database: OpenDatabase): void {
  const store = () => new PostgresScaStore(database());
  const inside = <T>(work: (unit: ScaUnit) => Promise<T>) => store().transaction(work);

  async function newSession(change: Partial<ScaSession> = {}): Promise<ScaSession> {
    const clientId = await newClient(database());
    const payment = newPayment(clientId, await newToken(database(), { clientId }));
    await new PostgresPaymentStore(database()).createPayment(payment);
    return {
      sessionId: uuid(),
      clientId,
      authorizationId: payment.newAuthorizationId,
      browserDigest: sha256('browser'),
      step: 'login',
      language: 'sv',
      customerId: undefined,
      failures: 0,
      challenge: undefined,
      outcome: undefined,
      created: NOW,
      lastSeen: NOW,
      ...change,
    };
  }

  function newChallenge(authorizationId: AuthorizationId, change: Partial<ScaChallenge> = {}): ScaChallenge {
    const payment = showPayment({ paymentId: asPaymentId(uuid()), paymentType: 'SepaPayment', request: newRequest() });
    const shown = {
      authorizationId,
      tppName: 'Shop',
      account: { accountId: uuid(), iban: 'FI92' },
      payments: [payment],
    };
    return {
      challengeId: uuid(),
      factor: 'mobilekey',
      key: undefined,
      shown,
      shownDigest: sha256('shown'),
      phone: 'waiting',
      ...change,
    };
  }

  /** A session waiting for a factor. */
  async function challenged(change: Partial<ScaChallenge> = {}, lastSeen = NOW) {
    const customerId = await newCustomer(database());
    const session = await newSession({ step: 'factor', customerId, lastSeen });
    const challenge = newChallenge(session.authorizationId, change);
    const opened = { ...session, challenge };
    await inside((unit) => unit.openSession(opened));
    return { customerId, session: opened, challenge };
  }

  describe('sessions', () => {
    test('a session is read back as it was opened, and its id is given once', async () => {
      const session = await newSession();
      assert.equal(await inside((unit) => unit.openSession(session)), true);
      assert.deepEqual(await store().findSession(session.sessionId), session);
      assert.equal(await inside((unit) => unit.openSession({ ...session, language: 'fi' })), false);
      assert.deepEqual(await store().findSession(session.sessionId), session);
    });

    test('of many who open one session at once exactly one does', async () => {
      const session = await newSession();
      const opened = await Promise.all(Array.from({ length: 16 }, () => inside((unit) => unit.openSession(session))));
      assert.equal(opened.filter(Boolean).length, 1);
    });

    test('every field of a session is saved, its challenge too, and a challenge taken away is gone', async () => {
      const { session, challenge } = await challenged({ factor: 'keycode', key: { series: 2, number: 7 } });
      assert.deepEqual(await store().findSession(session.sessionId), session);
      const other = newChallenge(session.authorizationId, { phone: 'declined' });
      const changed: ScaSession = {
        ...session,
        browserDigest: sha256('new'),
        language: 'en',
        failures: 3,
        challenge: other,
        lastSeen: LATER,
      };
      await inside((unit) => unit.saveSession(changed));
      assert.deepEqual(await inside((unit) => unit.lockSession(session.sessionId)), changed);
      assert.equal(await inside((unit) => unit.lockSessionOfChallenge(challenge.challengeId)), undefined);
      assert.deepEqual(await inside((unit) => unit.lockSessionOfChallenge(other.challengeId)), changed);
      const ended: ScaSession = { ...changed, step: 'ended', outcome: 'approved', challenge: undefined };
      await inside((unit) => unit.saveSession(ended));
      assert.deepEqual(await store().findSession(session.sessionId), ended);
    });

    test('what was shown keeps the order it was shown in', async () => {
      const { session, challenge } = await challenged();
      const found = await store().findSession(session.sessionId);
      assert.equal(JSON.stringify(found?.challenge?.shown), JSON.stringify(challenge.shown));
    });

    test('whoever locks a session waits for its holder', async () => {
      const session = await newSession();
      await inside((unit) => unit.openSession(session));
      const fail = () =>
        inside(async (unit) => {
          const locked = await unit.lockSession(session.sessionId);
          if (locked === undefined) throw new Error('the session is there');
          await unit.saveSession({ ...locked, failures: locked.failures + 1 });
        });
      await Promise.all(Array.from({ length: 20 }, fail));
      assert.equal((await store().findSession(session.sessionId))?.failures, 20);
    });

    test('idle sessions are those not ended and last seen before, the longest idle first', async () => {
      const long = await challenged({}, new Date('2020-01-01T10:00:00Z'));
      const short = await challenged({}, new Date('2020-01-01T10:01:00Z'));
      const ended = await newSession({
        step: 'ended',
        outcome: 'cancelled',
        lastSeen: new Date('2020-01-01T09:00:00Z'),
      });
      await inside((unit) => unit.openSession(ended));
      const idle = await store().idleSessions(new Date('2020-01-01T10:01:00.001Z'), 10);
      assert.deepEqual(
        idle.map((session) => session.sessionId),
        [long.session.sessionId, short.session.sessionId],
      );
      assert.equal((await store().idleSessions(new Date('2020-01-01T10:01:00Z'), 10)).length, 1);
      assert.equal((await store().idleSessions(LATER, 1)).length, 1);
    });

    test('purging removes ended sessions that are old enough, and no others', async () => {
      const before = new Date('2019-01-01T00:00:00Z');
      const old = await newSession({ step: 'ended', outcome: 'approved', lastSeen: new Date(before.getTime() - 1) });
      const young = await newSession({ step: 'ended', outcome: 'approved', lastSeen: before });
      const open = await newSession({ lastSeen: new Date(0) });
      for (const session of [old, young, open]) await inside((unit) => unit.openSession(session));
      await store().purge(before, 10);
      assert.equal(await store().findSession(old.sessionId), undefined);
      assert.deepEqual(await store().findSession(young.sessionId), young);
      assert.deepEqual(await store().findSession(open.sessionId), open);
    });
  });

  describe('the phone', () => {
    test('it is asked what waits for its customer, and nothing else', async () => {
      const { customerId, session, challenge } = await challenged();
      await challenged();
      const requests = [
        {
          challengeId: challenge.challengeId,
          shown: challenge.shown,
          shownDigest: challenge.shownDigest,
          created: NOW,
        },
      ];
      assert.deepEqual(await store().phoneRequests(customerId), requests);
      await inside((unit) => unit.saveSession({ ...session, lastSeen: LATER }));
      assert.deepEqual(await store().phoneRequests(customerId), requests);
      await inside((unit) => unit.saveSession({ ...session, challenge: { ...challenge, phone: 'approved' } }));
      assert.deepEqual(await store().phoneRequests(customerId), []);
    });

    test('key codes and sessions that have gone on do not ask it', async () => {
      const keyCode = await challenged({ factor: 'keycode', key: { series: 1, number: 1 } });
      assert.deepEqual(await store().phoneRequests(keyCode.customerId), []);
      const { customerId, session } = await challenged();
      await inside((unit) => unit.saveSession({ ...session, step: 'ended', outcome: 'timed-out' }));
      assert.deepEqual(await store().phoneRequests(customerId), []);
    });

    test('the newest request comes first', async () => {
      const { customerId, challenge } = await challenged();
      const later = await newSession({ step: 'factor', customerId, lastSeen: LATER });
      const newest = newChallenge(later.authorizationId);
      await inside((unit) => unit.openSession({ ...later, challenge: newest }));
      const requests = await store().phoneRequests(customerId);
      assert.deepEqual(
        requests.map((request) => request.challengeId),
        [newest.challengeId, challenge.challengeId],
      );
    });
  });

  test('authentication and payments change in one transaction, or not at all', async () => {
    const { session } = await challenged();
    const failure = new Error('the last check failed');
    await assert.rejects(
      inside(async (unit) => {
        await unit.setAuthorization(session.authorizationId, { status: 'Authorizing', modified: LATER });
        await unit.saveSession({ ...session, failures: 4 });
        throw failure;
      }),
      failure,
    );
    assert.equal((await store().findSession(session.sessionId))?.failures, 0);
    const bundle = await inside((unit) => unit.lockAuthorization(asAuthorizationId(session.authorizationId)));
    assert.equal(bundle?.authorization.status, 'Unauthorized');
  });
}
