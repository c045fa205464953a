import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { SepaPayment, Submission } from '@lupa/protocol';
import { playCustomer, type Sandbox } from '@lupa/sandbox';
import * as oidc from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import { jsonOf } from './support/https-call.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import type { TestTpp } from './support/test-tpp.ts';
import type { TppIdentity } from './support/tpp-identity.ts';

/** A certified relying party that nobody here wrote: what it accepts, any OpenID client accepts. */
describe('openid-client completes the flow', () => {
  let started: TestSandbox;
  let sandbox: Sandbox;
  let identity: TppIdentity;
  let tpp: TestTpp;
  let dispatcher: Agent;
  let signingKey: oidc.PrivateKey;

  before(async () => {
    started = await startTestSandbox();
    ({ sandbox, tpp } = started);
    identity = tpp.identity;
    dispatcher = new Agent({ connect: { ...identity.tls } });
    const { signer } = identity;
    const der = signer.key.export({ type: 'pkcs8', format: 'der' });
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    signingKey = { key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']), kid: signer.kid };
  });

  after(async () => {
    await dispatcher.close();
    await started.close();
  });

  /** Discovery, the mutual-TLS alias of the token endpoint, and the secret in the body. */
  async function configure(...execute: ((config: oidc.Configuration) => void)[]): Promise<oidc.Configuration> {
    const { clientId, clientSecret } = identity;
    const overTls: oidc.CustomFetch = (url, options) =>
      undiciFetch(url, { ...options, dispatcher } as Parameters<typeof undiciFetch>[1]) as unknown as Promise<Response>;
    return oidc.discovery(
      new URL(sandbox.authorize),
      clientId,
      { use_mtls_endpoint_aliases: true },
      oidc.ClientSecretPost(clientSecret),
      { execute: [oidc.allowInsecureRequests, ...execute], [oidc.customFetch]: overTls },
    );
  }

  async function requestParameters(responseType: string) {
    const payment = await tpp.created(await tpp.clientToken());
    const authorizationId = { value: payment.authorizationId, essential: true };
    const acr = { essential: true, values: ['urn:openbanking:psd2:sca'] };
    const parameters = {
      response_type: responseType,
      redirect_uri: identity.redirectUri,
      scope: 'openid payments',
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      max_age: '86400',
      claims: JSON.stringify({ userinfo: { authorizationId }, id_token: { authorizationId, acr } }),
    };
    return { payment, parameters };
  }

  async function complete(
    config: oidc.Configuration,
    responseType: 'code' | 'code id_token',
    factor: 'keycode' | 'mobilekey',
  ) {
    const { payment, parameters } = await requestParameters(responseType);
    const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, signingKey);
    const callback = await playCustomer({
      authorizationUrl: url.href,
      username: 'aino',
      password: 'aino-salasana',
      factor,
    });
    const checks = { expectedState: parameters.state, expectedNonce: parameters.nonce };
    return { payment, callback, checks };
  }

  async function assertPays(payment: SepaPayment, accessToken: string): Promise<void> {
    const answer = await tpp.submit(accessToken, payment.paymentId);
    assert.equal(answer.status, 200, answer.bytes.toString());
    assert.equal(jsonOf<Submission>(answer).status, 'Accepted');
  }

  for (const factor of ['keycode', 'mobilekey'] as const) {
    test(`code id_token with s_hash and c_hash checked, the customer using the ${factor}`, async () => {
      const config = await configure(oidc.useCodeIdTokenResponseType, oidc.enableDetachedSignatureResponseChecks);
      const { payment, callback, checks } = await complete(config, 'code id_token', factor);
      assert.ok(callback.startsWith(`${identity.redirectUri}#`), callback);
      const tokens = await oidc.authorizationCodeGrant(config, new URL(callback), checks);
      assert.equal(tokens.claims()?.sub, payment.authorizationId);
      assert.equal(tokens.claims()?.acr, 'urn:openbanking:psd2:sca');
      await assertPays(payment, tokens.access_token);
    });

    test(`plain code, the customer using the ${factor}`, async () => {
      const config = await configure();
      const { payment, callback, checks } = await complete(config, 'code', factor);
      const tokens = await oidc.authorizationCodeGrant(config, new URL(callback), checks);
      assert.equal(tokens.scope, 'openid payments');
      assert.equal(tokens.expires_in, 3600);
      await assertPays(payment, tokens.access_token);
    });
  }

  test('it refuses a callback whose state was changed: the s_hash check is really made', async () => {
    const config = await configure(oidc.useCodeIdTokenResponseType, oidc.enableDetachedSignatureResponseChecks);
    const { callback, checks } = await complete(config, 'code id_token', 'keycode');
    const forged = callback.replace(`state=${checks.expectedState}`, 'state=forged');
    assert.notEqual(forged, callback);
    await assert.rejects(
      oidc.authorizationCodeGrant(config, new URL(forged), { ...checks, expectedState: 'forged' }),
      causedBy(/"s_hash"/),
    );
  });

  test('it refuses a callback whose code was swapped: the c_hash check is really made', async () => {
    const config = await configure(oidc.useCodeIdTokenResponseType, oidc.enableDetachedSignatureResponseChecks);
    const { callback, checks } = await complete(config, 'code id_token', 'keycode');
    const swapped = callback.replace(/([#&])code=[^&]+/, '$1code=another');
    await assert.rejects(oidc.authorizationCodeGrant(config, new URL(swapped), checks), causedBy(/"c_hash"/));
  });

  test('a customer who rejects comes back with access_denied', async () => {
    const config = await configure();
    const { parameters } = await requestParameters('code');
    const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, signingKey);
    const callback = await playCustomer({
      authorizationUrl: url.href,
      username: 'aino',
      password: 'aino-salasana',
      decision: 'reject',
    });
    const checks = { expectedState: parameters.state, expectedNonce: parameters.nonce };
    await assert.rejects(oidc.authorizationCodeGrant(config, new URL(callback), checks), (error: unknown) => {
      assert.ok(error instanceof oidc.AuthorizationResponseError);
      assert.equal(error.error, 'access_denied');
      return true;
    });
  });

  test('tokens are refreshed, introspected and revoked', async () => {
    const config = await configure();
    const { payment, callback, checks } = await complete(config, 'code', 'keycode');
    const first = await oidc.authorizationCodeGrant(config, new URL(callback), checks);
    const tokens = await oidc.refreshTokenGrant(config, first.refresh_token ?? '');
    assert.equal(tokens.claims()?.sub, payment.authorizationId);
    const known = await oidc.tokenIntrospection(config, tokens.access_token);
    assert.equal(known.active, true);
    assert.equal(known.client_id, identity.clientId);
    await oidc.tokenRevocation(config, tokens.refresh_token ?? '');
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
    const refused = await tpp.submit(tokens.access_token, payment.paymentId);
    assert.equal(refused.status, 401);
  });

  test('the client gets a token for itself', async () => {
    const tokens = await oidc.clientCredentialsGrant(await configure(), { scope: 'payments' });
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.expires_in, 86_399);
  });
});

function causedBy(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Error && error.cause instanceof Error && message.test(error.cause.message);
}
