import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenBank } from './bank-under-test.ts';
import { newTokens } from './flow.ts';
import { refused } from './token-endpoint-contract.ts';

const TOKENS_REVOKED = {
  name: 'test-tokens-revoked',
  text: `SELECT client_id AS client, customer_id AS customer, request_id AS request FROM audit_events
    WHERE authorization_id = $1 AND event = 'tokens revoked'`,
};

/** Introspection and revocation: a TPP can only ask about, and end, its own tokens. */
export function ownTokensContract(bank: OpenBank): void {
  const credentials = (name: 'tppA' | 'tppB') => ({
    client_id: bank()[name].clientId,
    client_secret: bank()[name].secret,
  });

  describe('introspection', () => {
    test('says of an own token whose it is and which certificate it is bound to', async () => {
      const { tppA, issuer } = bank();
      const { access_token, authorizationId } = await newTokens(bank(), tppA);
      const { json, headers } = await tppA.introspect(access_token);
      const { exp, iat, ...rest } = json;
      assert.deepEqual(rest, {
        active: true,
        sub: authorizationId,
        client_id: tppA.clientId,
        iss: issuer,
        scope: 'openid payments',
        cnf: { 'x5t#S256': tppA.certificate.thumbprint },
        token_type: 'bearer',
      });
      assert.ok(Number(exp) - Number(iat) <= 3600);
      assert.equal(headers['cache-control'], 'no-store');
    });

    test('knows an own client-credentials token and an own refresh token', async () => {
      const { tppA } = bank();
      const { refresh_token } = await newTokens(bank(), tppA);
      const own = String((await tppA.token({ grant_type: 'client_credentials' })).json.access_token);
      assert.equal((await tppA.introspect(own)).json.active, true);
      assert.equal((await tppA.introspect(refresh_token)).json.active, true);
    });

    test('of another TPP’s token, an unknown one and an expired one is {"active":false} and no more', async () => {
      const { tppA, tppB, passSeconds } = bank();
      const { access_token, refresh_token } = await newTokens(bank(), tppA);
      for (const token of [access_token, refresh_token, 'unknown']) {
        assert.equal((await tppB.introspect(token)).text, '{"active":false}');
      }
      passSeconds(3601);
      assert.equal((await tppA.introspect(access_token)).text, '{"active":false}');
    });

    test('wants the same client authentication as the token endpoint', async () => {
      const { tppA, tppB } = bank();
      const { access_token: token } = await newTokens(bank(), tppA);
      const ask = (fields: object, certificate = tppA.certificate) =>
        tppA.post('/oauth/introspect', { ...credentials('tppA'), token, ...fields }, { certificate });
      refused(await ask({ client_secret: 'wrong' }), 401, 'invalid_client');
      refused(await ask({}, tppB.certificate), 401, 'invalid_client');
      refused(await ask({ token: undefined }), 400, 'invalid_request');
    });
  });

  describe('revocation', () => {
    test('of an own access token ends it at once, and the family with it', async () => {
      const { tppA, findToken } = bank();
      const { access_token, refresh_token } = await newTokens(bank(), tppA);
      const answer = await tppA.post('/oauth/revoke', { ...credentials('tppA'), token: access_token });
      assert.deepEqual([answer.status, answer.text], [200, '']);
      assert.equal(await findToken(access_token), undefined);
      refused(await tppA.refresh(refresh_token), 400, 'invalid_grant');
    });

    test('of an own refresh token ends its access tokens too', async () => {
      const { tppA, findToken } = bank();
      const { access_token, refresh_token } = await newTokens(bank(), tppA);
      await tppA.post('/oauth/revoke', {
        ...credentials('tppA'),
        token: refresh_token,
        token_type_hint: 'refresh_token',
      });
      assert.equal(await findToken(access_token), undefined);
      refused(await tppA.refresh(refresh_token), 400, 'invalid_grant');
    });

    test('is in the audit trail once, with whose tokens they were and the request, however often it is asked for', async () => {
      const { tppA, database, customerId } = bank();
      const { access_token, refresh_token, authorizationId } = await newTokens(bank(), tppA);
      const answers = await Promise.all(
        [access_token, refresh_token, access_token].map((token) =>
          tppA.post('/oauth/revoke', { ...credentials('tppA'), token }),
        ),
      );
      const events = await database.query<Record<'client' | 'customer' | 'request', string>>(TOKENS_REVOKED, [
        authorizationId,
      ]);
      assert.deepEqual(
        events.map(({ client, customer }) => [client, customer]),
        [[tppA.clientId, customerId]],
      );
      const requestIds = answers.map(({ headers }) => headers['x-request-id']);
      assert.ok(requestIds.includes(events[0]?.request));
    });

    test('of a client-credentials token ends that token alone', async () => {
      const { tppA, findToken } = bank();
      const [one, other] = await Promise.all([1, 2].map(() => tppA.token({ grant_type: 'client_credentials' })));
      await tppA.post('/oauth/revoke', { ...credentials('tppA'), token: String(one?.json.access_token) });
      assert.equal(await findToken(String(one?.json.access_token)), undefined);
      assert.ok(await findToken(String(other?.json.access_token)));
    });

    test('of another TPP’s token, or an unknown one, is 200 and does nothing', async () => {
      const { tppA, tppB, findToken } = bank();
      const { access_token, refresh_token } = await newTokens(bank(), tppA);
      for (const token of [access_token, refresh_token, 'unknown']) {
        const answer = await tppB.post('/oauth/revoke', { ...credentials('tppB'), token });
        assert.deepEqual([answer.status, answer.text], [200, '']);
      }
      assert.ok(await findToken(access_token));
      assert.equal((await tppA.introspect(refresh_token)).json.active, true);
    });

    test('wants the same client authentication as the token endpoint', async () => {
      const { tppA, tppB, findToken } = bank();
      const { access_token: token } = await newTokens(bank(), tppA);
      const { certificate } = tppB;
      refused(
        await tppA.post('/oauth/revoke', { ...credentials('tppA'), token }, { certificate }),
        401,
        'invalid_client',
      );
      assert.ok(await findToken(token));
    });
  });
}
