import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findErrorAddress } from '../../src/domain/error-address.ts';

const CLIENT = { redirectUris: ['https://shop.example/return', 'http://localhost/callback'] };
const [HERE, THERE] = CLIENT.redirectUris as [string, string];

describe('where a refused authorization request is answered', () => {
  test('at the request object’s redirect URI, when the client registered exactly that', () => {
    const address = findErrorAddress(CLIENT, {}, { redirect_uri: HERE, response_type: 'code', state: 's' });
    assert.deepEqual(address, { redirectUri: HERE, responseMode: 'query', state: 's' });
  });

  test('nowhere, when it differs by a character, whatever stands outside', () => {
    for (const redirect_uri of [
      `${HERE}/`,
      `${HERE}?x`,
      'https://SHOP.example/return',
      'https://evil.example/return',
      '',
    ]) {
      assert.equal(findErrorAddress(CLIENT, { redirect_uri: HERE }, { redirect_uri }), undefined, redirect_uri);
    }
  });

  test('at the outer redirect URI, when the request object has none', () => {
    assert.equal(findErrorAddress(CLIENT, { redirect_uri: THERE }, {})?.redirectUri, THERE);
    assert.equal(findErrorAddress(CLIENT, { redirect_uri: 'https://evil.example' }, {}), undefined);
    assert.equal(findErrorAddress(CLIENT, { redirect_uri: THERE }, { redirect_uri: [HERE] })?.redirectUri, THERE);
  });

  test('nowhere, when the client is unknown', () => {
    assert.equal(findErrorAddress(undefined, { redirect_uri: HERE }, { redirect_uri: HERE }), undefined);
  });

  test('in the fragment wherever an ID token was asked for', () => {
    const modeOf = (response_type: string) =>
      findErrorAddress(CLIENT, {}, { redirect_uri: HERE, response_type })?.responseMode;
    assert.deepEqual(['code', 'code id_token', 'id_token', 'token', ''].map(modeOf), [
      'query',
      'fragment',
      'fragment',
      'query',
      'query',
    ]);
  });

  test('without a state too long to be one', () => {
    const stateOf = (state: string) => findErrorAddress(CLIENT, {}, { redirect_uri: HERE, state })?.state;
    assert.equal(stateOf('s'.repeat(512))?.length, 512);
    assert.equal(stateOf('s'.repeat(513)), undefined);
  });
});
