import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { AuthorizationId } from '@lupa/protocol';
import { UNAUTHORIZED_SECONDS } from '../../src/domain/authorization-expiry.ts';
import { deletePayment } from '../../src/operations/delete-payment.ts';
import { expireAuthorizations } from '../../src/operations/expire-authorizations.ts';
import { readAuthorization } from '../../src/operations/read-authorization.ts';
import { type BankParts, openBankParts } from '../bank-parts.ts';

const DAY_MS = 86_400_000;

let bank: BankParts;
before(async () => {
  bank = await openBankParts();
});
after(() => bank.close());
// What one test leaves waiting does not expire in another.
beforeEach(async () => {
  bank.clock.advance(2 * DAY_MS);
  await expire();
});

const expire = () => expireAuthorizations(bank, UNAUTHORIZED_SECONDS);

async function statusesOf(authorizationId: AuthorizationId): Promise<string[]> {
  const found = await readAuthorization(bank, await bank.callOf('tpp-a', 'client'), authorizationId);
  return [found.authorization.status, ...found.payments.map(({ status }) => status)];
}

test('an authorization waits 24 hours for its customer, and is Revoked with its payments a millisecond later', async () => {
  const { authorizationId } = await bank.created();
  await bank.created({ authorizationId });
  bank.clock.advance(DAY_MS);
  assert.equal(await expire(), 0);
  assert.deepEqual(await statusesOf(authorizationId), ['Unauthorized', 'Unauthorized', 'Unauthorized']);
  bank.clock.advance(1);
  assert.equal(await expire(), 1);
  assert.deepEqual(await statusesOf(authorizationId), ['Revoked', 'Revoked', 'Revoked']);
  assert.equal(await expire(), 0);
});

test('what was deleted before stays as it was', async () => {
  const { authorizationId, paymentId } = await bank.created();
  await bank.created({ authorizationId });
  const deleted = await deletePayment(bank, await bank.callOf('tpp-a', 'client'), paymentId);
  bank.clock.advance(DAY_MS + 1);
  assert.equal(await expire(), 1);
  const found = await readAuthorization(bank, await bank.callOf('tpp-a', 'client'), authorizationId);
  assert.deepEqual(found.payments[0]?.modified, deleted.modified);
  assert.deepEqual(await statusesOf(authorizationId), ['Revoked', 'Revoked', 'Revoked']);
});

test('what was approved does not expire, however old', async () => {
  const { authorizationId } = await bank.approved();
  bank.clock.advance(30 * DAY_MS);
  assert.equal(await expire(), 0);
  assert.deepEqual(await statusesOf(authorizationId), ['Authorized', 'Authorized']);
});

test('a bundle that the customer is at does not expire until the customer has gone away', async () => {
  const { authorizationId } = await bank.created();
  const set = (status: 'Authorizing' | 'Unauthorized') =>
    bank.payments.transaction(async (unit) => {
      const bundle = await unit.lockAuthorization(authorizationId);
      const modified = bank.clock.now();
      for (const { paymentId } of bundle?.payments ?? []) await unit.setPayment(paymentId, { status, modified });
      await unit.setAuthorization(authorizationId, { status, modified });
    });
  await set('Authorizing');
  bank.clock.advance(2 * DAY_MS);
  assert.equal(await expire(), 0);
  assert.deepEqual(await statusesOf(authorizationId), ['Authorizing', 'Authorizing']);
  await set('Unauthorized');
  assert.equal(await expire(), 1);
  assert.deepEqual(await statusesOf(authorizationId), ['Revoked', 'Revoked']);
});

test('ten processes that expire at once do it once, with one line in the audit trail', async () => {
  const { authorizationId } = await bank.created();
  bank.clock.advance(2 * DAY_MS);
  const expired = await Promise.all(Array.from({ length: 10 }, expire));
  assert.equal(
    expired.reduce((sum, each) => sum + each, 0),
    1,
  );
  const text = `SELECT event FROM audit_events WHERE authorization_id = $1 AND event = 'authorization expired'`;
  const events = await bank.database.query<object>({ name: 'test-expired-events', text }, [authorizationId]);
  assert.equal(events.length, 1);
});
