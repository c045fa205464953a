import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LONGEST_LIFETIMES, lifetimesOf } from '../../src/authorization-server/options.ts';
import { postgresForTests } from '../adapters/test-databases.ts';
import { type BankUnderTest, openBankUnderTest } from './bank-under-test.ts';
import { newCode, newTokens, tokensOf } from './flow.ts';
import { refused } from './token-endpoint-contract.ts';

const DAY_SECONDS = 86_400;

test('a lifetime may be set shorter than the contract’s, and never longer, nor to nothing', () => {
  for (const name of Object.keys(LONGEST_LIFETIMES) as (keyof typeof LONGEST_LIFETIMES)[]) {
    const longest = LONGEST_LIFETIMES[name];
    assert.equal(lifetimesOf({ [name]: longest })[name], longest);
    assert.equal(lifetimesOf({ [name]: 1 })[name], 1);
    for (const wrong of [longest + 1, 0, -1, 1.5, Number.NaN]) {
      assert.throws(() => lifetimesOf({ [name]: wrong }), RangeError);
    }
  }
});

describe('lifetimes shorter than the contract’s', () => {
  const { database } = postgresForTests();
  let bank: BankUnderTest;
  before(async () => {
    const lifetimes = { refreshTokenDays: 10, userTokenSeconds: 300, clientTokenSeconds: 600, codeSeconds: 5 };
    bank = await openBankUnderTest(database(), { lifetimes });
  });
  after(() => bank.close());

  test('are told, and hold: access tokens', async () => {
    const { tppA, passSeconds } = bank;
    const { code } = await newCode(bank, tppA);
    const { json } = await tppA.redeem(code);
    assert.equal(json.expires_in, 300);
    const own = await tppA.token({ grant_type: 'client_credentials' });
    assert.equal(own.json.expires_in, '600');
    const isActive = async (token: unknown) => (await tppA.introspect(String(token))).json.active;
    passSeconds(290);
    assert.equal(await isActive(json.access_token), true);
    passSeconds(10);
    assert.deepEqual([await isActive(json.access_token), await isActive(own.json.access_token)], [false, true]);
    passSeconds(300);
    assert.equal(await isActive(own.json.access_token), false);
  });

  test('are told, and hold: codes', async () => {
    const { tppA, passSeconds } = bank;
    const { code } = await newCode(bank, tppA);
    passSeconds(6);
    refused(await tppA.redeem(code), 400, 'invalid_grant');
  });

  test('hold for refresh tokens, each renewal giving as much again', async () => {
    const { tppA, passSeconds } = bank;
    const [renewed, left] = [await newTokens(bank, tppA), await newTokens(bank, tppA)];
    passSeconds(9 * DAY_SECONDS);
    const second = tokensOf(await tppA.refresh(renewed.refresh_token, { scope: 'payments' }));
    passSeconds(DAY_SECONDS);
    refused(await tppA.refresh(left.refresh_token), 400, 'invalid_grant');
    passSeconds(8 * DAY_SECONDS);
    tokensOf(await tppA.refresh(second.refresh_token));
  });
});
