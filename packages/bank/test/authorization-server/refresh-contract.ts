import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { OpenBank } from './bank-under-test.ts';
import { newTokens, tokensOf } from './flow.ts';
import { refused } from './token-endpoint-contract.ts';

const DAY_SECONDS = 86_400;

/** Contract §2: refresh tokens, and a rotation that survives a lost answer. */
export function refreshContract(bank: OpenBank): void {
  const isActive = async (token: string) => (await bank().tppA.introspect(token)).json.active;

  /** What the payments API does when an access token is used. */
  async function use(accessToken: string): Promise<void> {
    const stored = await bank().findToken(accessToken);
    assert.ok(stored, 'the access token is unknown');
    if (stored.unconfirmedRefresh !== null) await bank().artifacts.confirm(stored.unconfirmedRefresh);
  }

  describe('a refresh', () => {
    test('gives new tokens of every kind, the ID token included', async () => {
      const { tppA, findToken } = bank();
      const first = await newTokens(bank(), tppA);
      const answer = await tppA.refresh(first.refresh_token);
      const second = tokensOf(answer);
      assert.deepEqual(
        [answer.json.token_type, answer.json.expires_in, answer.json.scope],
        ['bearer', 3600, 'openid payments'],
      );
      assert.notEqual(second.refresh_token, first.refresh_token);
      assert.equal(decodeJwt(second.id_token).sub, first.authorizationId);
      assert.equal((await findToken(second.access_token))?.kind, 'user');
    });

    test('narrowed to payments gives a customer’s token, and no ID token', async () => {
      const { tppA, customerId, findToken } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      const { json } = await tppA.refresh(refresh_token, { scope: 'payments' });
      assert.equal(json.scope, 'payments');
      assert.equal(json.id_token, undefined);
      const stored = await findToken(String(json.access_token));
      assert.deepEqual([stored?.kind, stored?.customerId], ['customer', customerId]);
      tokensOf(await tppA.refresh(String(json.refresh_token)));
    });

    test('for any other scope is invalid_scope, and changes nothing', async () => {
      const { tppA } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      for (const scope of ['openid', 'accounts', 'openid payments accounts', 'offline_access']) {
        refused(await tppA.refresh(refresh_token, { scope }), 400, 'invalid_scope');
      }
      assert.equal((await tppA.refresh(refresh_token, { scope: 'payments openid' })).status, 200);
    });

    test('with another client’s token is invalid_grant, and harms nobody', async () => {
      const { tppA, tppB } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      refused(await tppB.refresh(refresh_token), 400, 'invalid_grant');
      refused(
        await tppA.token({ grant_type: 'refresh_token', refresh_token }, { certificate: tppB.certificate }),
        401,
        'invalid_client',
      );
      tokensOf(await tppA.refresh(refresh_token));
    });

    test('with an access token, a code or nothing is refused', async () => {
      const { tppA } = bank();
      const { access_token } = await newTokens(bank(), tppA);
      refused(await tppA.refresh(access_token), 400, 'invalid_grant');
      refused(await tppA.token({ grant_type: 'refresh_token' }), 400, 'invalid_request');
    });

    test('a token lives 45 days, and each renewal gives 45 more', async () => {
      const { tppA, passSeconds } = bank();
      const [early, late] = [await newTokens(bank(), tppA), await newTokens(bank(), tppA)];
      passSeconds(45 * DAY_SECONDS - 60);
      const renewed = tokensOf(await tppA.refresh(early.refresh_token));
      passSeconds(120);
      refused(await tppA.refresh(late.refresh_token), 400, 'invalid_grant');
      passSeconds(44 * DAY_SECONDS);
      tokensOf(await tppA.refresh(renewed.refresh_token));
    });

    test('a token is good in the last second of its 45 days, and not after it', async () => {
      const { tppA, passSeconds } = bank();
      const [inTime, late] = [await newTokens(bank(), tppA), await newTokens(bank(), tppA)];
      passSeconds(45 * DAY_SECONDS - 5);
      tokensOf(await tppA.refresh(inTime.refresh_token));
      passSeconds(5);
      refused(await tppA.refresh(late.refresh_token), 400, 'invalid_grant');
    });

    test('a token narrowed once is not narrowed for good: its successor gives everything again', async () => {
      const { tppA, findToken } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      const narrowed = tokensOf(await tppA.refresh(refresh_token, { scope: 'payments' }));
      const { json } = await tppA.refresh(narrowed.refresh_token);
      assert.equal(json.scope, 'openid payments');
      assert.ok(json.id_token);
      assert.equal((await findToken(String(json.access_token)))?.kind, 'user');
    });

    test('ends with the authorization: rejected or revoked it gives nothing, narrowed or not; partly revoked it goes on', async () => {
      const { tppA, setStatus } = bank();
      for (const status of ['Revoked', 'Rejected'] as const) {
        const { refresh_token, authorizationId } = await newTokens(bank(), tppA);
        await setStatus(authorizationId, status);
        refused(await tppA.refresh(refresh_token), 400, 'invalid_grant');
        refused(await tppA.refresh(refresh_token, { scope: 'payments' }), 400, 'invalid_grant');
      }
      const { refresh_token, authorizationId } = await newTokens(bank(), tppA);
      await setStatus(authorizationId, 'PartiallyRevoked');
      tokensOf(await tppA.refresh(refresh_token));
    });

    test('of a revoked authorization is refused', async () => {
      const { tppA, setStatus } = bank();
      const { refresh_token, authorizationId } = await newTokens(bank(), tppA);
      await setStatus(authorizationId, 'Completed');
      const renewed = tokensOf(await tppA.refresh(refresh_token));
      await setStatus(authorizationId, 'Revoked');
      refused(await tppA.refresh(renewed.refresh_token), 400, 'invalid_grant');
    });
  });

  describe('a refresh whose answer got lost', () => {
    test('is simply repeated, as often as it takes', async () => {
      const { tppA } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      for (let lost = 0; lost < 3; lost += 1) tokensOf(await tppA.refresh(refresh_token));
      const arrived = tokensOf(await tppA.refresh(refresh_token));
      tokensOf(await tppA.refresh(arrived.refresh_token));
    });

    test('once the new access token is used, the old refresh token’s reuse revokes the family', async () => {
      const { tppA } = bank();
      const first = await newTokens(bank(), tppA);
      const second = tokensOf(await tppA.refresh(first.refresh_token));
      assert.equal(await isActive(first.refresh_token), true);
      await use(second.access_token);
      assert.equal(await isActive(first.refresh_token), false);
      assert.equal(await isActive(second.refresh_token), true);
      refused(await tppA.refresh(first.refresh_token), 400, 'invalid_grant');
      for (const token of [first.access_token, second.access_token, second.refresh_token])
        assert.equal(await isActive(token), false);
      refused(await tppA.refresh(second.refresh_token), 400, 'invalid_grant');
    });

    test('once the new refresh token is used, the old one’s reuse revokes the family', async () => {
      const { tppA } = bank();
      const first = await newTokens(bank(), tppA);
      const second = tokensOf(await tppA.refresh(first.refresh_token));
      const third = tokensOf(await tppA.refresh(second.refresh_token));
      refused(await tppA.refresh(first.refresh_token), 400, 'invalid_grant');
      refused(await tppA.refresh(third.refresh_token), 400, 'invalid_grant');
      assert.equal(await isActive(third.access_token), false);
    });

    test('tokens of the lost answers are withdrawn when one that arrived is used, and harm nobody', async () => {
      const { tppA } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      const lost = tokensOf(await tppA.refresh(refresh_token));
      const arrived = tokensOf(await tppA.refresh(refresh_token));
      await use(arrived.access_token);
      refused(await tppA.refresh(lost.refresh_token), 400, 'invalid_grant');
      await use(lost.access_token);
      tokensOf(await tppA.refresh(arrived.refresh_token));
    });

    test('the first use is told once: the access token forgets it', async () => {
      const { tppA, findToken } = bank();
      const { refresh_token, access_token } = await newTokens(bank(), tppA);
      assert.equal((await findToken(access_token))?.unconfirmedRefresh, null);
      const renewed = tokensOf(await tppA.refresh(refresh_token));
      assert.notEqual((await findToken(renewed.access_token))?.unconfirmedRefresh, null);
      await use(renewed.access_token);
      assert.equal((await findToken(renewed.access_token))?.unconfirmedRefresh, null);
      await use(renewed.access_token);
    });
  });

  describe('simultaneous duplicates of a refresh', () => {
    test('all get tokens, and whichever is used first goes on', async () => {
      const { tppA } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      const answers = await Promise.all(Array.from({ length: 10 }, () => tppA.refresh(refresh_token)));
      const all = answers.map(tokensOf);
      const winner = all[4];
      assert.ok(winner);
      await use(winner.access_token);
      const renewed = tokensOf(await tppA.refresh(winner.refresh_token));
      for (const loser of all.filter((each) => each !== winner)) {
        refused(await tppA.refresh(loser.refresh_token), 400, 'invalid_grant');
      }
      tokensOf(await tppA.refresh(renewed.refresh_token));
    });

    test('with their tokens used all at once, exactly one line goes on', async () => {
      const { tppA } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      const all = (await Promise.all(Array.from({ length: 6 }, () => tppA.refresh(refresh_token)))).map(tokensOf);
      await Promise.all(all.map(({ access_token }) => use(access_token)));
      const standing = [];
      for (const each of all) if (await isActive(each.refresh_token)) standing.push(each);
      assert.equal(standing.length, 1);
      tokensOf(await tppA.refresh(String(standing[0]?.refresh_token)));
    });

    test('one that comes while the new token is being used never kills it', async () => {
      const { tppA } = bank();
      for (let round = 0; round < 5; round += 1) {
        const { refresh_token } = await newTokens(bank(), tppA);
        const second = tokensOf(await tppA.refresh(refresh_token));
        const [third] = await Promise.all([tppA.refresh(second.refresh_token), tppA.refresh(second.refresh_token)]);
        tokensOf(await tppA.refresh(tokensOf(third).refresh_token));
      }
    });
  });
}
