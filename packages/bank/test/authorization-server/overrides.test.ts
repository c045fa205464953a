import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import Provider from 'oidc-provider';
import { clientMetadata } from '../../src/authorization-server/client-metadata.ts';
import { registerClientCredentials } from '../../src/authorization-server/grants/client-credentials.ts';
import { registerJwtBearer } from '../../src/authorization-server/grants/jwt-bearer.ts';
import { LONGEST_LIFETIMES } from '../../src/authorization-server/options.ts';
import { applyOverrides } from '../../src/authorization-server/overrides.ts';
import { providerConfiguration } from '../../src/authorization-server/provider-configuration.ts';
import type { Client } from '../../src/ports/clients.ts';

const ISSUER = 'http://localhost:8080';
const SECRET = 'the secret of the client';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const METADATA = clientMetadata({
  clientId: 'tpp',
  clientName: 'Shop',
  secretDigest: createHash('sha256').update(SECRET).digest(),
  certificateThumbprint: 't'.repeat(43),
  redirectUris: ['https://localhost:8181', 'http://localhost/callback'],
} as unknown as Client);

/** The library as it is configured, bent or not. */
function newProvider({ bent }: { bent: boolean }) {
  const none = async () => undefined;
  const adapter = (model: string) => ({
    find: async () => (model === 'Client' ? METADATA : undefined),
    ...{ upsert: none, consume: none, destroy: none, revokeByGrantId: none, findByUid: none, findByUserCode: none },
  });
  const signer = { key: privateKey, kid: 'id-1', alg: 'RS256' as const, typ: 'JWT' };
  const provider = new Provider(
    ISSUER,
    providerConfiguration({
      keys: { idTokens: [{ kid: 'id-1', alg: 'RS256', privateKey }], cookieKeys: ['key'] } as never,
      lifetimes: LONGEST_LIFETIMES,
      adapter,
      stands: async () => true,
      renderError: () => {},
    }),
  );
  const options = {
    context: () => undefined,
    signer: () => signer,
    idTokenSeconds: 600,
    nowSeconds: () => 0,
    onClientProven: () => {},
    onCertificateRefused: () => {},
  };
  registerClientCredentials(provider);
  registerJwtBearer(provider, {} as never);
  if (bent) applyOverrides(provider, options);
  return provider;
}

const source = (path: string) => readFile(new URL(path, import.meta.resolve('oidc-provider')), 'utf8');

/**
 * Each override is needed: the library, left alone, does something else. What they do instead is tested from outside, in the contracts.
 * When one of these fails with a new version of oidc-provider, take the override out or adapt it.
 */
describe('oidc-provider, left alone', () => {
  const plain = newProvider({ bent: false });
  const bent = newProvider({ bent: true });

  test('is the version the overrides were written for', async () => {
    const { version } = JSON.parse(await source('../package.json')) as { version: string };
    assert.match(version, /^9\.13\./);
  });

  test('takes redirect URIs with http or localhost from no client that gets ID tokens in the redirect', async () => {
    await assert.rejects(plain.Client.find('tpp'), { error: 'invalid_redirect_uri' });
    assert.equal((await bent.Client.find('tpp'))?.clientId, 'tpp');
  });

  test('compares the secret itself, and no certificate', async () => {
    const compare = (provider: Provider) =>
      (provider.Client.prototype as unknown as { compareClientSecret(this: object, secret: string): boolean })
        .compareClientSecret;
    const stored = { clientSecret: METADATA.client_secret };
    assert.equal(compare(plain).call(stored, String(METADATA.client_secret)), true);
    assert.equal(compare(plain).call(stored, SECRET), false);
    assert.equal(compare(bent).call(stored, SECRET), false, 'outside a request nobody is authenticated');
  });

  test('hashes what it binds a token to', () => {
    for (const model of ['AccessToken', 'ClientCredentials'] as const) {
      const [hashed, kept] = [plain, bent].map((provider) => {
        const token = new provider[model]({} as never) as unknown as {
          setThumbprint(p: string, t: string): void;
        } & object;
        token.setThumbprint('x5t', 'thumbprint');
        return (token as Record<string, unknown>)['x5t#S256'];
      });
      assert.notEqual(hashed, 'thumbprint');
      assert.equal(kept, 'thumbprint');
    }
  });

  test('signs ID tokens without typ, rt_hash and, outside FAPI, s_hash', async () => {
    const client = {
      clientId: 'tpp',
      idTokenSignedResponseAlg: 'RS256',
      includeSid: () => false,
    };
    Object.setPrototypeOf(client, plain.Client.prototype);
    const token = Object.assign(new plain.IdToken({ sub: 'x' }, { client } as never), { scope: 'openid' });
    assert.equal(decodeProtectedHeader(await token.issue({ use: 'idtoken' })).typ, undefined);
    assert.doesNotMatch(await source('./models/id_token.js'), /rt_hash/);
    assert.match(await source('./helpers/process_response_types.js'), /state && ctx\.oidc\.isFapi/);
    assert.doesNotMatch(await source('./helpers/grant_common.js'), /at_hash/);
  });

  test('keeps a browser’s session', async () => {
    const get = async (provider: Provider) => {
      const context = { oidc: { entity: () => {}, cookies: { get: () => undefined } } };
      const sessions = provider.Session as unknown as { get(context: object): Promise<{ destroyed?: boolean }> };
      return (await sessions.get(context)).destroyed;
    };
    assert.equal(await get(plain), undefined);
    assert.equal(await get(bent), true);
  });

  test('keeps of a grant neither the authorization nor the customer', () => {
    const keep = (provider: Provider) => ({
      ...new provider.Grant({ clientId: 'c', authorizationId: 'a', customerId: 'u' } as never),
    });
    assert.equal('authorizationId' in keep(plain) || 'customerId' in keep(plain), false);
    assert.equal('authorizationId' in keep(bent) && 'customerId' in keep(bent), true);
  });

  test('leaves iss out of an answer with an ID token', async () => {
    assert.match(await source('./actions/authorization/respond.js'), /if \(!out\.id_token && .+\) \{\s+out\.iss/);
    const answer: Record<string, unknown> = {};
    bent.emit('authorization.success', {}, answer);
    assert.equal(answer.iss, ISSUER);
  });
});
