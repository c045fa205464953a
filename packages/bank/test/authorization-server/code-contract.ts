import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { AuthorizationStatus } from '@lupa/protocol';
import type { OpenBank } from './bank-under-test.ts';
import { authorizeAs, newCode, tokensOf } from './flow.ts';
import { readRedirect } from './test-tpp.ts';
import { refused } from './token-endpoint-contract.ts';

/** Contract §2: codes, each good for one redemption. */
export function codeContract(bank: OpenBank): void {
  const isActive = async (token: string) => (await bank().tppA.introspect(token)).json.active;

  describe('a code', () => {
    test('gives an access token, a refresh token and an ID token', async () => {
      const { tppA } = bank();
      const { code } = await newCode(bank(), tppA);
      const { json } = await tppA.redeem(code, { scope: 'anything at all' });
      const { access_token, refresh_token, id_token, ...rest } = json;
      assert.deepEqual(rest, { scope: 'openid payments', token_type: 'bearer', expires_in: 3600 });
      for (const token of [access_token, refresh_token]) assert.match(String(token), /^[\w-]{43}$/);
      assert.equal(String(id_token).split('.').length, 3);
    });

    test('gives a user token for its authorization, the customer and the certificate', async () => {
      const { tppA, customerId, findToken } = bank();
      const { code, authorizationId } = await newCode(bank(), tppA);
      const { payload: _payload, ...stored } = (await findToken(tokensOf(await tppA.redeem(code)).access_token)) ?? {};
      assert.deepEqual(stored, {
        kind: 'user',
        clientId: tppA.clientId,
        thumbprint: tppA.certificate.thumbprint,
        scope: 'openid payments',
        authorizationId,
        customerId,
        unconfirmedRefresh: null,
      });
    });

    test('of another client is invalid_grant, and stays good for its own', async () => {
      const { tppA, tppB } = bank();
      const { code } = await newCode(bank(), tppA);
      const answer = await tppB.redeem(code);
      refused(answer, 400, 'invalid_grant');
      assert.equal(answer.json.error_description, (await tppB.redeem('never-issued')).json.error_description);
      tokensOf(await tppA.redeem(code));
    });

    test('with another redirect_uri, or none, is refused, and stays good', async () => {
      const { tppA } = bank();
      const { code } = await newCode(bank(), tppA);
      refused(await tppA.redeem(code, { redirect_uri: `${tppA.redirectUri}/` }), 400, 'invalid_grant');
      refused(await tppA.redeem(code, { redirect_uri: tppA.redirectUris[1] }), 400, 'invalid_grant');
      refused(await tppA.redeem(code, { redirect_uri: undefined }), 400, 'invalid_request');
      tokensOf(await tppA.redeem(code));
    });

    test('over another TPP’s certificate is refused before it is looked at', async () => {
      const { tppA, tppB } = bank();
      const { code } = await newCode(bank(), tppA);
      const fields = { grant_type: 'authorization_code', code, redirect_uri: tppA.redirectUri };
      refused(await tppA.token(fields, { certificate: tppB.certificate }), 401, 'invalid_client');
      tokensOf(await tppA.redeem(code));
    });

    test('lives 60 seconds', async () => {
      const { tppA, passSeconds } = bank();
      const [early, late] = [await newCode(bank(), tppA), await newCode(bank(), tppA)];
      passSeconds(58);
      tokensOf(await tppA.redeem(early.code));
      passSeconds(3);
      refused(await tppA.redeem(late.code), 400, 'invalid_grant');
    });

    test('used twice is refused, and what it gave is revoked', async () => {
      const { tppA } = bank();
      const { code } = await newCode(bank(), tppA);
      const { access_token, refresh_token } = tokensOf(await tppA.redeem(code));
      assert.equal(await isActive(access_token), true);
      refused(await tppA.redeem(code), 400, 'invalid_grant');
      assert.equal(await isActive(access_token), false);
      assert.equal(await isActive(refresh_token), false);
      refused(await tppA.refresh(refresh_token), 400, 'invalid_grant');
    });

    test('used again long after it would have expired still revokes', async () => {
      const { tppA, passSeconds, artifacts, now } = bank();
      const { code } = await newCode(bank(), tppA);
      const { refresh_token } = tokensOf(await tppA.redeem(code));
      passSeconds(3600);
      await artifacts.purge(now(), 1000);
      refused(await tppA.redeem(code), 400, 'invalid_grant');
      refused(await tppA.refresh(refresh_token), 400, 'invalid_grant');
    });

    test('used by another client after its own did revokes nothing', async () => {
      const { tppA, tppB } = bank();
      const { code } = await newCode(bank(), tppA);
      const { access_token } = tokensOf(await tppA.redeem(code));
      refused(await tppB.redeem(code), 400, 'invalid_grant');
      assert.equal(await isActive(access_token), true);
    });

    test('redeemed twenty times at once gives one set of tokens, and that is revoked', async () => {
      const { tppA, findToken } = bank();
      const { code } = await newCode(bank(), tppA);
      const answers = await Promise.all(Array.from({ length: 20 }, () => tppA.redeem(code)));
      const [winner, ...others] = answers.filter(({ status }) => status === 200);
      assert.equal(others.length, 0);
      for (const answer of answers) if (answer !== winner) refused(answer, 400, 'invalid_grant');
      assert.ok(winner);
      const { access_token, refresh_token } = tokensOf(winner);
      assert.equal(await isActive(access_token), false);
      assert.equal(await findToken(access_token), undefined);
      refused(await tppA.refresh(refresh_token), 400, 'invalid_grant');
    });

    for (const status of [
      'Revoked',
      'Rejected',
      'Unauthorized',
      'Authorizing',
    ] as const satisfies AuthorizationStatus[]) {
      test(`is worth nothing while its authorization is ${status}`, async () => {
        const { tppA, setStatus } = bank();
        const { code, authorizationId } = await newCode(bank(), tppA);
        await setStatus(authorizationId, status);
        refused(await tppA.redeem(code), 400, 'invalid_grant');
      });
    }

    test('with PKCE wants the verifier', async () => {
      const { tppA, newAuthorization } = bank();
      const verifier = 'v'.repeat(43);
      const code_challenge = createHash('sha256').update(verifier).digest('base64url');
      const claims = { ...tppA.claims(await newAuthorization(tppA)), code_challenge, code_challenge_method: 'S256' };
      const code = String(readRedirect((await authorizeAs(bank(), tppA, claims)).location).fields.code);
      refused(await tppA.redeem(code), 400, 'invalid_grant');
      refused(await tppA.redeem(code, { code_verifier: 'w'.repeat(43) }), 400, 'invalid_grant');
      tokensOf(await tppA.redeem(code, { code_verifier: verifier }));
    });
  });
}
