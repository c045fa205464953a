import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import {
  deleteRegisteredClient,
  type ExchangeRecord,
  type ManagementSettings,
  readRegisteredClient,
  rotateClientSecret,
  updateRegisteredClient,
} from '../../src/index.ts';
import { readRegistration } from '../../src/registration/registration.ts';
import { refused } from '../support/refused.ts';
import { MANAGEMENT_TOKEN, registrationAnswer } from '../support/registrations.ts';
import { CLIENT, json, TestBank } from '../support/test-bank.ts';

let bank: TestBank;
before(async () => {
  bank = await TestBank.open();
});
after(() => bank.close());
beforeEach(() => {
  bank.reset();
  bank.onApi = () => json(200, registrationAnswer(bank));
});

const PATH = `/tpp-registration/register/${CLIENT.clientId}`;

function registered(changes: Record<string, unknown> = {}, more: Partial<ManagementSettings> = {}): ManagementSettings {
  const registration = readRegistration(Buffer.from(JSON.stringify(registrationAnswer(bank, changes))));
  const { tls, clock = bank.clock } = bank.settings();
  return { registration, tls, clock, ...more };
}

/** What was asked, in short. */
const asked = () => bank.received.map(({ method, path }) => `${method} ${path}`);

test('a registration is read with its own token, over mutual TLS', async () => {
  const registration = await readRegisteredClient(registered());
  assert.deepEqual(asked(), [`GET ${PATH}`]);
  assert.equal(bank.received[0]?.headers.authorization, `Bearer ${MANAGEMENT_TOKEN}`);
  assert.equal(bank.received[0]?.clientName, 'client');
  assert.equal(registration.clientId, CLIENT.clientId);
});

test('what the bank leaves out when it is read is as it was known', async () => {
  const silent = { client_secret: undefined, api_key: undefined, registration_access_token: undefined };
  bank.onApi = () => json(200, registrationAnswer(bank, { ...silent, client_name: 'Renamed' }));
  const { clientSecret, apiKey, management, clientName } = await readRegisteredClient(registered());
  assert.deepEqual([clientSecret.reveal(), apiKey.reveal()], [CLIENT.clientSecret, CLIENT.apiKey]);
  assert.equal(management?.token.reveal(), MANAGEMENT_TOKEN);
  assert.equal(clientName, 'Renamed');
});

test('an answer about another client is not taken', async () => {
  bank.onApi = () => json(200, registrationAnswer(bank, { client_id: 'somebody-else' }));
  await refused(readRegisteredClient(registered()), 'ANSWER_MISMATCH');
});

test('a change sends the whole of it, read just before, and none of its secrets', async () => {
  bank.onApi = ({ method, body }) =>
    json(
      200,
      registrationAnswer(bank, method === 'PUT' ? JSON.parse(body.toString()) : { client_name: 'As the bank has it' }),
    );
  const redirectUris = ['https://tpp.example/new'];
  const registration = await updateRegisteredClient(registered(), { redirectUris });
  assert.deepEqual(asked(), [`GET ${PATH}`, `PUT ${PATH}`]);
  const sent = bank.received[1];
  assert.equal(sent?.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(sent?.body.toString() ?? ''), {
    client_id: CLIENT.clientId,
    client_name: 'As the bank has it',
    redirect_uris: redirectUris,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    jwks_endpoint: 'https://tpp.example/jwks.json',
  });
  assert.deepEqual(registration.redirectUris, redirectUris);
});

test('a redirect URI that cannot be one is refused before anything is sent', async () => {
  const error = await refused(
    updateRegisteredClient(registered(), { redirectUris: ['https://tpp.example/ok', 'http://tpp.example/'] }),
    'ARGUMENT_INVALID',
  );
  assert.match(error.message, /http:\/\/tpp\.example\/ is neither https nor http on localhost/);
  assert.deepEqual(asked(), []);
});

test('a rotated secret is the answer’s; its call is not sent again when the answer is lost', async () => {
  bank.onApi = () => json(200, { client_id: CLIENT.clientId, client_secret: 'new-secret-canary' });
  const { clientSecret, apiKey } = await rotateClientSecret(registered());
  assert.deepEqual(asked(), [`POST ${PATH}/secret`]);
  assert.equal(clientSecret.reveal(), 'new-secret-canary');
  assert.equal(apiKey.reveal(), CLIENT.apiKey);
  bank.received.length = 0;
  bank.onApi = () => ({ status: 200, isSilent: true });
  const error = await refused(rotateClientSecret(registered()), 'CONNECTION_LOST');
  assert.equal(error.outcomeUnknown, true);
  assert.equal(bank.received.length, 1);
});

test('until when the old secret works is told once, and not kept', async () => {
  const told = { client_secret: 'new-secret-canary', previous_client_secret_expires_at: 1_800_000_000 };
  bank.onApi = () => json(200, registrationAnswer(bank, told));
  const registration = await rotateClientSecret(registered());
  assert.deepEqual(registration.previousSecretExpiresAt, new Date(1_800_000_000_000));
  assert.doesNotMatch(registration.answer.reveal(), /previous/);
});

test('a registration is deleted; once deleted, the bank refuses', async () => {
  bank.onApi = () => ({ status: 204 });
  await deleteRegisteredClient(registered());
  assert.deepEqual(asked(), [`DELETE ${PATH}`]);
  bank.onApi = () => json(401, { error: 'invalid_token', error_description: 'no such registration' });
  const error = await refused(deleteRegisteredClient(registered()), 'REGISTRATION_REFUSED');
  assert.equal(error.oauthError, 'invalid_token');
});

test('a registration without a management address is not managed; nor is one over plain http', async () => {
  for (const changes of [
    { registration_client_uri: undefined },
    { registration_access_token: undefined },
    { registration_client_uri: 'http://localhost:1/x' },
  ]) {
    await refused(readRegisteredClient(registered(changes)), 'SETTINGS_INVALID');
  }
  assert.deepEqual(asked(), []);
});

test('no secret is shown, old or new', async () => {
  const records: ExchangeRecord[] = [];
  bank.onApi = () =>
    json(200, {
      client_id: CLIENT.clientId,
      client_secret: 'new-secret-canary',
      registration_access_token: 'new-token-canary',
    });
  const settings = registered({}, { onExchange: (record) => void records.push(record) });
  const registration = await rotateClientSecret(settings);
  assert.equal(registration.management?.token.reveal(), 'new-token-canary');
  const shown =
    inspect([registration, settings, records], { depth: 9, maxStringLength: null }) + JSON.stringify(records);
  assert.doesNotMatch(shown, /canary/);
  assert.equal(records.length, 1);
});
