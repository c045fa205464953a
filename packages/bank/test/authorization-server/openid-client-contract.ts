import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importJWK } from 'jose';
import * as client from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import type { BankUnderTest, OpenBank } from './bank-under-test.ts';
import { actOn, authorizationOf } from './flow.ts';
import type { Claims, TestTpp } from './test-tpp.ts';

/** A certified relying party that nobody here wrote, with its own request objects, against the bank. */
export function openidClientContract(bank: OpenBank): void {
  describe('openid-client', () => {
    for (const checksStateHash of [false, true]) {
      test(`completes code id_token from discovery to a refresh${checksStateHash ? ', s_hash required' : ''}`, async () => {
        const { tppA, newAuthorization } = bank();
        const claims = tppA.claims(await newAuthorization(tppA));
        const { config, close } = await discover(bank(), tppA);
        client.useCodeIdTokenResponseType(config);
        if (checksStateHash) client.enableDetachedSignatureResponseChecks(config);
        const callback = await visit(bank(), claims, await buildAddress(config, tppA, claims));
        const expected = { expectedNonce: String(claims.nonce), expectedState: String(claims.state) };
        const tokens = await client.authorizationCodeGrant(config, callback, expected);
        assert.equal(tokens.claims()?.sub, authorizationOf(claims));
        const refreshed = await client.refreshTokenGrant(config, String(tokens.refresh_token));
        assert.ok(refreshed.access_token !== tokens.access_token);
        const { active } = await client.tokenIntrospection(config, refreshed.access_token);
        assert.equal(active, true);
        await client.tokenRevocation(config, refreshed.access_token);
        assert.equal((await client.tokenIntrospection(config, refreshed.access_token)).active, false);
        await close();
      });
    }

    test('gets a client-credentials token', async () => {
      const { config, close } = await discover(bank(), bank().tppA);
      const tokens = await client.clientCredentialsGrant(config, { scope: 'payments' });
      assert.equal(tokens.scope, 'payments');
      await close();
    });
  });
}

async function discover(bank: BankUnderTest, tpp: TestTpp) {
  const dispatcher = new Agent({ connect: { ca: bank.ca, cert: tpp.certificate.cert, key: tpp.certificate.key } });
  const fetchOverTls = (url: string, init: object) => undiciFetch(url, { ...init, dispatcher }) as never;
  const metadata = {
    use_mtls_endpoint_aliases: true,
    [client.clockSkew]: bank.nowSeconds() - Math.floor(Date.now() / 1000),
  };
  const config = await client.discovery(
    new URL(bank.issuer),
    tpp.clientId,
    metadata,
    client.ClientSecretPost(tpp.secret),
    { execute: [client.allowInsecureRequests], [client.customFetch]: fetchOverTls },
  );
  return { config, close: () => dispatcher.close() };
}

async function buildAddress(config: client.Configuration, tpp: TestTpp, claims: Claims): Promise<URL> {
  const key = (await importJWK(tpp.es256.privateKey.export({ format: 'jwk' }), 'ES256')) as client.CryptoKey;
  const { redirect_uri, scope, state, nonce, max_age } = claims;
  const wanted = { redirect_uri, scope, state, nonce, max_age, claims: JSON.stringify(claims.claims) };
  const parameters = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, String(value)]));
  return client.buildAuthorizationUrlWithJAR(config, parameters, { key, kid: 'es' });
}

async function visit(bank: BankUnderTest, claims: Claims, address: URL): Promise<URL> {
  const browser = bank.tppA.browser();
  const sent = await browser.get(`${address.pathname}${address.search}`);
  const next = await actOn(bank, claims, String(sent.location), 'approve', browser);
  return new URL(String((await browser.get(next)).location));
}
