import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { postgresForTests } from '../adapters/test-databases.ts';
import { type BankUnderTest, openBankUnderTest } from './bank-under-test.ts';

describe('an issuer with https', () => {
  const { database } = postgresForTests();
  let bank: BankUnderTest;
  before(async () => {
    bank = await openBankUnderTest(database(), {
      issuer: 'https://bank.example',
      registrationEndpoint: 'https://api.bank.example/tpp-registration/register',
    });
  });
  after(() => bank.close());

  test('gives out Secure cookies only', async () => {
    const { tppA, apiBaseUrl } = bank;
    const browser = tppA.browser();
    const claims = { ...tppA.claims(await bank.newAuthorization(tppA)), aud: apiBaseUrl };
    assert.equal((await tppA.authorize(claims, browser)).status, 303);
    assert.equal(browser.received.length, 4);
    for (const cookie of browser.received) assert.match(cookie, /; secure/i);
  });

  test('lists the registration endpoint it was told of', async () => {
    const { body } = await bank.tppA.browser().get('/.well-known/openid-configuration');
    assert.equal(JSON.parse(body).registration_endpoint, 'https://api.bank.example/tpp-registration/register');
  });
});
