import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { OpenBank } from './bank-under-test.ts';
import { actOn, newCode, tokensOf } from './flow.ts';

/** Left half of SHA-256, worked out here once more (OpenID Connect Core section 3.3.2.11). */
const half = (value: string) =>
  createHash('sha256').update(value, 'ascii').digest().subarray(0, 16).toString('base64url');

/** Discovery, keys and ID tokens, checked by jose, which nobody here wrote. */
export function publishedContract(bank: OpenBank): void {
  const DOCUMENTS = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

  describe('discovery', () => {
    test('says the same at both addresses, and nothing that is not so', async () => {
      const { issuer, apiBaseUrl, tppA } = bank();
      const [one, other] = await Promise.all(DOCUMENTS.map((path) => tppA.browser().get(path)));
      assert.equal(one?.body, other?.body);
      const document = JSON.parse(String(one?.body));
      assert.equal(document.issuer, issuer);
      assert.equal(document.authorization_endpoint, `${issuer}/oauth/authorize`);
      assert.equal(document.jwks_uri, `${issuer}/oauth/jwks/PSD2_OIDC`);
      assert.deepEqual(document.mtls_endpoint_aliases, {
        token_endpoint: `${apiBaseUrl}/oauth/token`,
        revocation_endpoint: `${apiBaseUrl}/oauth/revoke`,
        introspection_endpoint: `${apiBaseUrl}/oauth/introspect`,
      });
      assert.deepEqual(document.grant_types_supported, [
        ...['client_credentials', 'authorization_code', 'refresh_token'],
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ]);
      assert.deepEqual(document.request_object_signing_alg_values_supported, ['RS256', 'ES256', 'PS256']);
      assert.equal(document.authorization_response_iss_parameter_supported, true);
      for (const absent of [
        'registration_endpoint',
        'userinfo_endpoint',
        'pushed_authorization_request_endpoint',
        'end_session_endpoint',
      ]) {
        assert.equal(document[absent], undefined);
      }
    });

    test('never believes the Host header, nor a proxy nobody configured', async () => {
      const { tppA } = bank();
      const evil = {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example',
      };
      for (const path of DOCUMENTS) assert.doesNotMatch((await tppA.browser().get(path, evil)).body, /evil/);
      const browser = tppA.browser();
      const claims = tppA.claims(await bank().newAuthorization(tppA));
      const sent = await browser.get(tppA.authorizePath(tppA.fields(claims)), evil);
      assert.doesNotMatch(JSON.stringify([sent.headers, sent.location]), /evil|secure/i);
      const next = await actOn(bank(), claims, String(sent.location), 'approve', browser);
      assert.match(next, /^\/oauth\/authorize\//);
      assert.doesNotMatch(String((await browser.get(next, evil)).location), /evil/);
    });
  });

  describe('the ID-token keys', () => {
    test('are public halves only', async () => {
      const { keys } = JSON.parse((await bank().tppA.browser().get('/oauth/jwks/PSD2_OIDC')).body);
      assert.deepEqual(
        keys.map((key: object) => Object.keys(key).sort()),
        [['alg', 'e', 'kid', 'kty', 'n', 'use']],
      );
    });
  });

  describe('an ID token', () => {
    const verify = (token: string, clientId = bank().tppA.clientId) =>
      jwtVerify(token, createRemoteJWKSet(new URL(`${bank().issuer}/oauth/jwks/PSD2_OIDC`)), {
        issuer: bank().issuer,
        audience: clientId,
        algorithms: ['RS256'],
        typ: 'JWT',
        currentDate: bank().now(),
      });

    test('in the redirect has exactly the claims of the contract, s_hash and c_hash', async () => {
      const { code, fields, claims, authorizationId } = await newCode(bank(), bank().tppA);
      const { payload, protectedHeader } = await verify(String(fields.id_token));
      assert.deepEqual(protectedHeader, { kid: 'id-1', alg: 'RS256', typ: 'JWT' });
      const { iat, exp, ...rest } = payload;
      assert.equal(Number(exp) - Number(iat), 600);
      assert.deepEqual(rest, {
        iss: bank().issuer,
        aud: bank().tppA.clientId,
        sub: authorizationId,
        authorizationId,
        acr: 'urn:openbanking:psd2:sca',
        nonce: claims.nonce,
        s_hash: half(String(claims.state)),
        c_hash: half(code),
      });
    });

    test('from the token endpoint has at_hash and rt_hash instead, at a redemption and at a refresh', async () => {
      const { tppA } = bank();
      const { code, claims, authorizationId } = await newCode(bank(), tppA);
      const first = tokensOf(await tppA.redeem(code));
      const second = tokensOf(await tppA.refresh(first.refresh_token));
      for (const tokens of [first, second]) {
        const { payload } = await verify(tokens.id_token);
        const { iat: _iat, exp: _exp, iss: _iss, aud: _aud, ...rest } = payload;
        assert.deepEqual(rest, {
          sub: authorizationId,
          authorizationId,
          acr: 'urn:openbanking:psd2:sca',
          nonce: claims.nonce,
          at_hash: half(tokens.access_token),
          rt_hash: half(tokens.refresh_token),
        });
        assert.equal(decodeProtectedHeader(tokens.id_token).typ, 'JWT');
      }
    });
  });
}
