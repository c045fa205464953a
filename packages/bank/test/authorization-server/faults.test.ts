import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { postgresForTests } from '../adapters/test-databases.ts';
import { type BankUnderTest, openBankUnderTest } from './bank-under-test.ts';
import { faultyDatabase } from './faulty-database.ts';
import { actOn, newCode, newTokens, tokensOf } from './flow.ts';
import { type ApiAnswer, readRedirect } from './test-tpp.ts';
import { refused } from './token-endpoint-contract.ts';

describe('the authorization server while its store is away or slow', () => {
  const { database } = postgresForTests();
  let bank: BankUnderTest;
  let store: ReturnType<typeof faultyDatabase>;
  before(async () => {
    store = faultyDatabase(database());
    bank = await openBankUnderTest(store.database);
  });
  after(() => bank.close());

  function failed({ status, json, headers }: ApiAnswer): void {
    assert.deepEqual([status, json.error, headers['retry-after']], [503, 'server_error', '5'], JSON.stringify(json));
    assert.match(String(json.error_description), /request id/);
    assert.equal(json.access_token, undefined);
    assert.ok(bank.faults.length > 0);
  }

  test('a redemption that cannot be committed gives nothing, and the code stays good', async () => {
    const { code } = await newCode(bank, bank.tppA);
    store.failAt(['transaction']);
    failed(await bank.tppA.redeem(code));
    store.recover();
    tokensOf(await bank.tppA.redeem(code));
  });

  test('nor one whose code cannot be read', async () => {
    const { code } = await newCode(bank, bank.tppA);
    store.failAt(['find-artifact']);
    failed(await bank.tppA.redeem(code));
    store.recover();
    tokensOf(await bank.tppA.redeem(code));
  });

  test('a refresh that cannot be committed leaves the old token good', async () => {
    const { refresh_token } = await newTokens(bank, bank.tppA);
    store.failAt(['transaction']);
    failed(await bank.tppA.refresh(refresh_token));
    store.recover();
    tokensOf(await bank.tppA.refresh(refresh_token));
  });

  test('two redemptions that both found the code unused: one wins, and what it got is revoked', async () => {
    const { tppA } = bank;
    const { code } = await newCode(bank, tppA);
    const slow = store.holdNext('transaction');
    const overtaken = tppA.redeem(code);
    await slow.reached;
    const winner = tokensOf(await tppA.redeem(code));
    assert.equal((await tppA.introspect(winner.access_token)).json.active, true);
    slow.release();
    refused(await overtaken, 400, 'invalid_grant');
    assert.equal((await tppA.introspect(winner.access_token)).json.active, false);
    refused(await tppA.refresh(winner.refresh_token), 400, 'invalid_grant');
  });

  test('a redemption overtaken by a revocation gives nothing', async () => {
    const { tppA, artifacts } = bank;
    const { code } = await newCode(bank, tppA);
    const stored = await artifacts.find('AuthorizationCode', code);
    const slow = store.holdNext('transaction');
    const overtaken = tppA.redeem(code);
    await slow.reached;
    await artifacts.revokeGrant(String(stored?.grantId));
    slow.release();
    refused(await overtaken, 400, 'invalid_grant');
  });

  for (const at of ['find-artifact', 'transaction']) {
    test(`a duplicate of a refresh overtaken at ${at} is refused, and the quicker one’s family lives`, async () => {
      const { tppA, artifacts, findToken } = bank;
      const { refresh_token } = await newTokens(bank, tppA);
      const slow = store.holdNext(at);
      const duplicate = tppA.refresh(refresh_token);
      await slow.reached;
      const quicker = tokensOf(await tppA.refresh(refresh_token));
      await setTimeout(5);
      await artifacts.confirm(String((await findToken(quicker.access_token))?.unconfirmedRefresh));
      slow.release();
      refused(await duplicate, 400, 'invalid_grant');
      const next = tokensOf(await tppA.refresh(quicker.refresh_token));
      refused(await tppA.refresh(refresh_token), 400, 'invalid_grant');
      refused(await tppA.refresh(next.refresh_token), 400, 'invalid_grant');
    });
  }

  test('client credentials, introspection and revocation say so as well', async () => {
    const { tppA } = bank;
    const { access_token: token } = await newTokens(bank, tppA);
    const client = { client_id: tppA.clientId, client_secret: tppA.secret };
    store.failAt(['save-access-token', 'find-access-token-artifact']);
    failed(await tppA.token({ grant_type: 'client_credentials' }));
    failed(await tppA.introspect(token));
    failed(await tppA.post('/oauth/revoke', { ...client, token }));
    store.recover();
    assert.equal((await tppA.introspect(token)).json.active, true);
  });

  test('an authorization request whose client is proven is told to the TPP as server_error', async () => {
    const { tppA, issuer } = bank;
    const claims = tppA.claims(await bank.newAuthorization(tppA));
    for (const at of ['find-authorization-state', 'use-nonce', 'save-artifact']) {
      store.failAt([at]);
      const { fields, place } = readRedirect((await tppA.authorize({ ...claims, nonce: `nonce-${at}` })).location);
      assert.deepEqual(
        [place, fields.error, fields.state, fields.iss],
        ['fragment', 'server_error', claims.state, issuer],
        at,
      );
    }
    store.recover();
    assert.match(String((await tppA.authorize(claims)).location), /^\/sca\//);
  });

  test('one whose client cannot be looked up gets a page', async () => {
    const { tppA } = bank;
    const claims = tppA.claims(await bank.newAuthorization(tppA));
    store.failAt(['client-by-id']);
    const answer = await tppA.authorize(claims);
    store.recover();
    assert.deepEqual([answer.status, answer.location], [500, undefined]);
    assert.match(answer.body, /request id/);
  });

  test('a way back that cannot be committed is server_error without a code, and can be gone again', async () => {
    const { tppA } = bank;
    const claims = tppA.claims(await bank.newAuthorization(tppA));
    const browser = tppA.browser();
    const page = String((await tppA.authorize(claims, browser)).location);
    const next = await actOn(bank, claims, page, 'approve', browser);
    store.failAt(['transaction']);
    const { fields } = readRedirect((await browser.get(next)).location);
    assert.deepEqual([fields.error, fields.code, fields.state], ['server_error', undefined, claims.state]);
    store.recover();
    assert.ok(readRedirect((await browser.get(next)).location).fields.code);
  });
});
