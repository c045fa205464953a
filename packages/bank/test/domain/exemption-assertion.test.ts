import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asAuthorizationId, asClientId, type ExemptionClaims } from '@lupa/protocol';
import { decideExemptionAssertion, type ExemptionAssertionFacts } from '../../src/domain/exemption-assertion.ts';

const authorizationId = asAuthorizationId('26c71e03-e5e9-43b9-b913-36f30baf26d2');
const clientId = asClientId('tpp');
const CLAIMS: ExemptionClaims = {
  audiences: ['https://bank.example'],
  clientId,
  state: '1234',
  nonce: 'ttpp1573632173204',
  maxAgeSeconds: 86_400,
  issuedAtSeconds: undefined,
  expiresAtSeconds: undefined,
  authorizationId,
};
const FACTS: ExemptionAssertionFacts = {
  clientId,
  audiences: ['https://bank.example'],
  authorization: { authorizationId, clientId, sourceGrantId: 'grant' },
  nowSeconds: 1000,
};

test('an assertion of this client, for a payment created with a token of the customer, may be decided on', () => {
  assert.equal(decideExemptionAssertion(CLAIMS, FACTS), undefined);
  const audiences = ['https://elsewhere.example', 'https://bank.example'];
  assert.equal(decideExemptionAssertion({ ...CLAIMS, audiences }, FACTS), undefined);
});

test('another client, and another audience, are refused', () => {
  assert.match(decideExemptionAssertion(CLAIMS, { ...FACTS, clientId: asClientId('other') }) ?? '', /^client_id /);
  assert.match(decideExemptionAssertion({ ...CLAIMS, audiences: ['https://bank.example/'] }, FACTS) ?? '', /^aud /);
});

test('times are checked where they are', () => {
  const withTimes = (issuedAtSeconds: number | undefined, expiresAtSeconds: number | undefined) =>
    decideExemptionAssertion({ ...CLAIMS, issuedAtSeconds, expiresAtSeconds }, FACTS);
  assert.equal(withTimes(undefined, 1001), undefined);
  assert.match(withTimes(undefined, 1000) ?? '', /expired$/);
  assert.equal(withTimes(1060, undefined), undefined);
  assert.match(withTimes(1061, undefined) ?? '', /future$/);
});

test('a stranger’s authorization and none at all are refused in the same words', () => {
  const none = decideExemptionAssertion(CLAIMS, { ...FACTS, authorization: undefined });
  const strangers = { authorizationId, clientId: asClientId('other'), sourceGrantId: 'grant' };
  assert.equal(decideExemptionAssertion(CLAIMS, { ...FACTS, authorization: strangers }), none);
  assert.match(none ?? '', /^authorizationId is not an authorization of this client$/);
});

test('an authorization of the default flow exempts nothing', () => {
  const authorization = { authorizationId, clientId, sourceGrantId: undefined };
  assert.match(decideExemptionAssertion(CLAIMS, { ...FACTS, authorization }) ?? '', /^authorizationId was not created/);
});
