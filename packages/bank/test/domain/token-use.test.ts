import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asAuthorizationId, asClientId, asCustomerId } from '@lupa/protocol';
import {
  type AccessToken,
  type CallingClient,
  decideTokenUse,
  mayMake,
  type PaymentsCall,
  reaches,
  type TokenKind,
} from '../../src/domain/token-use.ts';

const now = new Date('2026-11-20T10:00:00.000Z');
const bundle = asAuthorizationId('01930000-0000-7000-8000-000000000001');
const otherBundle = asAuthorizationId('01930000-0000-7000-8000-000000000002');

const client: CallingClient = { clientId: asClientId('tpp-a'), roles: ['PIS'], certificateThumbprint: 'thumb-a' };

const token: AccessToken = {
  kind: 'client',
  clientId: asClientId('tpp-a'),
  certificateThumbprint: 'thumb-a',
  expiresAt: new Date(now.getTime() + 1),
  authorizationId: undefined,
  customerId: undefined,
};

const userToken: AccessToken = {
  ...token,
  kind: 'user',
  authorizationId: bundle,
  customerId: asCustomerId('aino'),
};

test("a client's own token over its own certificate may create a payment", () => {
  assert.equal(decideTokenUse(token, client, 'create a payment', now), undefined);
});

test('a token nobody issued is invalid', () => {
  assert.equal(decideTokenUse(undefined, client, 'create a payment', now), 'TOKEN_INVALID');
});

test('a token is good until the millisecond it expires, and no longer', () => {
  const lastGood = { ...token, expiresAt: new Date(now.getTime() + 1) };
  assert.equal(decideTokenUse(lastGood, client, 'create a payment', now), undefined);
  assert.equal(decideTokenUse({ ...token, expiresAt: now }, client, 'create a payment', now), 'TOKEN_INVALID');
});

test('a token over another certificate is invalid, even with its own API key', () => {
  const elsewhere = { ...client, certificateThumbprint: 'thumb-b' };
  assert.equal(decideTokenUse(token, elsewhere, 'create a payment', now), 'TOKEN_INVALID');
});

test("a token with another client's API key is refused as foreign", () => {
  const other = { ...client, clientId: asClientId('tpp-b') };
  assert.equal(decideTokenUse(token, other, 'create a payment', now), 'API_KEY_FOREIGN');
});

test('a client without the role PIS may not call', () => {
  assert.equal(decideTokenUse(token, { ...client, roles: ['AIS'] }, 'read a payment', now), 'ROLE_MISSING');
});

test("a client's token may not submit, and a customer's may not create", () => {
  assert.equal(decideTokenUse(token, client, 'submit a payment', now), 'TOKEN_WRONG_KIND');
  assert.equal(decideTokenUse(userToken, client, 'submit a payment', now), undefined);
  assert.equal(decideTokenUse(userToken, client, 'create a payment', now), 'TOKEN_WRONG_KIND');
});

test('each kind of token may make exactly the calls of contract §2', () => {
  const allowed: Record<PaymentsCall, TokenKind[]> = {
    'create a payment': ['client', 'customer'],
    'create a foreign payment': ['client'],
    'read a payment': ['client', 'user', 'customer', 'exemption'],
    'delete a payment': ['client'],
    'submit a payment': ['user', 'customer', 'exemption'],
    'submit what the sandbox authorised': ['client', 'user', 'customer', 'exemption'],
    'read a submission': ['client', 'user', 'customer', 'exemption'],
    'read an authorization': ['client', 'user', 'customer'],
    'revoke an authorization': ['client'],
    'decide in the sandbox': ['client'],
  };
  const kinds: TokenKind[] = ['client', 'user', 'customer', 'exemption'];
  for (const [call, expected] of Object.entries(allowed) as [PaymentsCall, TokenKind[]][]) {
    assert.deepEqual(
      kinds.filter((kind) => mayMake(kind, call)),
      expected,
      call,
    );
  }
});

test("a client's token reaches all that client's bundles, and nobody else's", () => {
  assert.equal(reaches(token, { clientId: asClientId('tpp-a'), authorizationId: otherBundle }), true);
  assert.equal(reaches(token, { clientId: asClientId('tpp-b'), authorizationId: bundle }), false);
});

test("a customer's token reaches its one bundle, and no other of the same client", () => {
  assert.equal(reaches(userToken, { clientId: asClientId('tpp-a'), authorizationId: bundle }), true);
  assert.equal(reaches(userToken, { clientId: asClientId('tpp-a'), authorizationId: otherBundle }), false);
});
