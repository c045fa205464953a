import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playCustomer } from '../../src/index.ts';
import { testSandbox } from '../support/test-sandbox.ts';
import { waitingAuthorization } from '../support/waiting-authorization.ts';

const sandbox = testSandbox();
const AINO = { username: 'aino', password: 'aino-salasana' };

test('a played customer approves with the key card and with the phone, and comes back to the TPP', async () => {
  for (const factor of ['keycode', 'mobilekey'] as const) {
    const { tpp, payment, authorizationUrl, pending, redirectUri } = await waitingAuthorization(sandbox());
    const callbackUrl = await playCustomer({ authorizationUrl, ...AINO, factor });
    assert.ok(callbackUrl.startsWith(`${redirectUri}#code=`), callbackUrl.slice(0, 60));
    await tpp.handleCallback(callbackUrl, pending);
    assert.equal((await tpp.readAuthorization(payment.authorizationId)).status, 'Authorized');
    tpp.close();
  }
});

test('a played customer who rejects or cancels comes back denied', async () => {
  for (const [decision, status] of [
    ['reject', 'Rejected'],
    ['cancel', 'Unauthorized'],
  ] as const) {
    const { tpp, payment, authorizationUrl, pending } = await waitingAuthorization(sandbox());
    const callbackUrl = await playCustomer({ authorizationUrl, ...AINO, decision });
    await assert.rejects(tpp.handleCallback(callbackUrl, pending), { code: 'AUTHORIZATION_DENIED' });
    assert.equal((await tpp.readAuthorization(payment.authorizationId)).status, status);
    tpp.close();
  }
});

test('a played customer whom the bank stops says where, and what the page said', async () => {
  const { tpp, authorizationUrl } = await waitingAuthorization(sandbox());
  await assert.rejects(playCustomer({ authorizationUrl, ...AINO, password: 'wrong' }), {
    name: 'CustomerStopped',
    message: /^The bank stopped the customer at the login page \(HTTP \d+\): \S/,
  });
  await assert.rejects(playCustomer({ authorizationUrl: `${sandbox().authorize}/`, ...AINO }), {
    name: 'CustomerStopped',
  });
  tpp.close();
});
