import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type AuthorizationId, asSubmissionId, parseSandboxScenario } from '@lupa/protocol';
import type { Call } from '../../src/operations/authenticated-call.ts';
import { readAuthorization } from '../../src/operations/read-authorization.ts';
import { decideInSandbox } from '../../src/operations/sandbox-decision.ts';
import { submitPayment } from '../../src/operations/submit-payment.ts';
import { type BankParts, NO_AUTHORIZATION, openBankParts, VILLE_IBAN } from '../bank-parts.ts';
import { codeOf } from '../code-of.ts';

const ELSEWHERE = 'FI2112345600000785';
const ID = asSubmissionId('once');

let bank: BankParts;
let client: Call;
before(async () => {
  bank = await openBankParts();
});
after(() => bank.close());
beforeEach(async () => {
  client = await bank.callOf('tpp-a', 'client');
});

function decide(authorizationId: AuthorizationId, decision: 'authorized' | 'rejected' = 'authorized', call = client) {
  const firstTestCustomer = async () => bank.aino.customerId;
  return decideInSandbox({ ...bank, firstTestCustomer }, call, authorizationId, decision);
}

function submit(paymentId: Parameters<typeof submitPayment>[2], named: AuthorizationId, call = client) {
  return submitPayment(bank, call, paymentId, ID, parseSandboxScenario(`SandboxAuthorized=${named}`));
}

test('sandbox-authorize approves every payment of the bundle, as read afterwards', async () => {
  const { authorizationId } = await bank.created();
  await bank.created({ authorizationId });
  const decided = await decide(authorizationId);
  assert.equal(decided.authorization.status, 'Authorized');
  assert.deepEqual(decided.authorization.authorized, bank.clock.now());
  assert.deepEqual(
    decided.payments.map(({ status, debitIban }) => [status, debitIban]),
    [
      ['Authorized', bank.aino.iban],
      ['Authorized', bank.aino.iban],
    ],
  );
  assert.deepEqual(await readAuthorization(bank, client, authorizationId), decided);
});

test('the owner of the first account the payments name decides; without one the first test customer does', async () => {
  const villes = await decide((await bank.created({ payer: { iban: VILLE_IBAN } })).authorizationId);
  assert.equal(villes.authorization.customerId, bank.ville.customerId);
  assert.equal(villes.payments[0]?.debitIban, VILLE_IBAN);

  const { authorizationId } = await bank.created({ payer: { iban: 'FI3252999600300040' } });
  await bank.created({ authorizationId, payer: { iban: VILLE_IBAN } });
  const second = await decide(authorizationId);
  assert.equal(second.authorization.customerId, bank.ville.customerId, 'the first one is nobody’s');

  const nobodys = await decide((await bank.created({ payer: { iban: 'FI3252999600300040' } })).authorizationId);
  assert.equal(nobodys.authorization.customerId, bank.aino.customerId);
  assert.equal(nobodys.payments[0]?.debitIban, bank.aino.iban);
});

test('what was made for one customer is decided in that one’s place, whoever the payments name', async () => {
  const { authorizationId } = await bank.created({ payer: { iban: VILLE_IBAN } });
  await bank.payments.transaction(async (unit) => {
    await unit.lockAuthorization(authorizationId);
    const { customerId } = bank.aino;
    await unit.setAuthorization(authorizationId, { status: 'Unauthorized', customerId, modified: bank.clock.now() });
  });
  const decided = await decide(authorizationId);
  assert.equal(decided.authorization.customerId, bank.aino.customerId);
  assert.equal(decided.payments[0]?.debitIban, bank.aino.iban);
});

test('sandbox-reject refuses every payment, and none can be submitted', async () => {
  const { paymentId, authorizationId } = await bank.created();
  const decided = await decide(authorizationId, 'rejected');
  assert.equal(decided.authorization.status, 'Rejected');
  assert.equal(decided.payments[0]?.status, 'Rejected');
  assert.deepEqual(await readAuthorization(bank, client, authorizationId), decided);
  assert.equal(await codeOf(submit(paymentId, authorizationId)), 'ILLEGAL_STATE');
});

test('the same decision once more gives the same answer, the other one is too late', async () => {
  const { authorizationId } = await bank.created();
  const first = await decide(authorizationId);
  bank.clock.advance(1_000);
  assert.deepEqual(await decide(authorizationId), first);
  assert.equal(await codeOf(decide(authorizationId, 'rejected')), 'ILLEGAL_STATE');
});

test('ten decisions of both kinds at once: one kind wins, and everything is of that kind', async () => {
  const { authorizationId } = await bank.created();
  const kinds = Array.from({ length: 10 }, (_, place) => (place % 2 === 0 ? 'authorized' : 'rejected'));
  const codes = await Promise.all(kinds.map((kind) => codeOf(decide(authorizationId, kind))));
  const { authorization, payments } = await readAuthorization(bank, client, authorizationId);
  const winner = authorization.status === 'Authorized' ? 'authorized' : 'rejected';
  assert.deepEqual(
    codes,
    kinds.map((kind) => (kind === winner ? 'done' : 'ILLEGAL_STATE')),
  );
  assert.equal(payments[0]?.status, authorization.status);
});

test('a bundle that the customer is at, or that was decided otherwise, is not decided here', async () => {
  const { authorizationId } = await bank.created();
  const set = (status: 'Authorizing' | 'Unauthorized') =>
    bank.payments.transaction(async (unit) => {
      await unit.lockAuthorization(authorizationId);
      await unit.setAuthorization(authorizationId, { status, modified: bank.clock.now() });
    });
  await set('Authorizing');
  assert.equal(await codeOf(decide(authorizationId)), 'ILLEGAL_STATE');
  await set('Unauthorized');
  await bank.approve(authorizationId);
  assert.equal(await codeOf(decide(authorizationId)), 'ILLEGAL_STATE');
  assert.equal(await codeOf(decide(authorizationId, 'rejected')), 'ILLEGAL_STATE');
});

test('only the TPP’s own client token decides, and only about its own', async () => {
  const { authorizationId } = await bank.created();
  const user = await bank.callOf('tpp-a', 'user', authorizationId);
  const other = await bank.callOf('tpp-b', 'client');
  assert.equal(await codeOf(decide(authorizationId, 'authorized', user)), 'TOKEN_WRONG_KIND');
  assert.equal(await codeOf(decide(authorizationId, 'authorized', other)), 'NOT_FOUND');
  assert.equal(await codeOf(decide(NO_AUTHORIZATION)), 'NOT_FOUND');
  assert.equal((await readAuthorization(bank, client, authorizationId)).authorization.status, 'Unauthorized');
});

test('SandboxAuthorized submits, with the client’s own token, what sandbox-authorize approved', async () => {
  const { paymentId, authorizationId } = await bank.created({ payee: { iban: ELSEWHERE, name: 'Test' } });
  assert.equal(await codeOf(submit(paymentId, authorizationId)), 'ILLEGAL_STATE', 'nobody has approved it');
  await decide(authorizationId);
  assert.equal(await codeOf(submitPayment(bank, client, paymentId, ID)), 'TOKEN_WRONG_KIND', 'without the scenario');
  assert.equal((await submit(paymentId, authorizationId)).status, 'Accepted');
  assert.equal((await readAuthorization(bank, client, authorizationId)).authorization.status, 'Completed');
});

test('SandboxAuthorized submits nothing that a customer approved, nothing of another bundle, nothing of another TPP', async () => {
  const approved = await bank.approved();
  assert.equal(await codeOf(submit(approved.paymentId, approved.authorizationId)), 'ILLEGAL_STATE');
  const decided = await bank.created();
  await decide(decided.authorizationId);
  assert.equal(await codeOf(submit(approved.paymentId, decided.authorizationId)), 'ILLEGAL_STATE');
  const another = await bank.created();
  await decide(another.authorizationId);
  assert.equal(await codeOf(submit(decided.paymentId, another.authorizationId)), 'ILLEGAL_STATE');
  const other = await bank.callOf('tpp-b', 'client');
  assert.equal(await codeOf(submit(decided.paymentId, decided.authorizationId, other)), 'NOT_FOUND');
  const { payments } = await readAuthorization(bank, client, decided.authorizationId);
  assert.equal(payments[0]?.submissionsMade, 0);
});

test('each decision leaves one line in the audit trail', async () => {
  const { authorizationId } = await bank.created();
  await decide(authorizationId);
  await decide(authorizationId);
  const text = `SELECT event, customer_id, request_id FROM audit_events WHERE authorization_id = $1 AND event LIKE 'sandbox %'`;
  const events = await bank.database.query<object>({ name: 'test-sandbox-events', text }, [authorizationId]);
  const { customerId } = bank.aino;
  assert.deepEqual(events, [{ event: 'sandbox authorized', customer_id: customerId, request_id: client.requestId }]);
});
