import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { asClientId, asCustomerId } from '@lupa/protocol';
import { PostgresClients } from '../../src/adapters/postgres/clients.ts';
import { PostgresCustomers } from '../../src/adapters/postgres/customers.ts';
import type { NewClient } from '../../src/ports/clients.ts';
import { NOW, sha256, THUMBPRINT, uuid } from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

/** Ports Clients and Customers. */
export function partiesContract(database: OpenDatabase): void {
  describe('clients', () => {
    const clients = () => new PostgresClients(database());

    function newClient(): NewClient {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const clientId = asClientId(uuid());
      return {
        clientId,
        clientName: 'Kauppa €',
        organisationId: 'FI-FINFSA-1234567-8',
        secretDigest: sha256('secret'),
        apiKeyDigest: sha256(clientId),
        certificateThumbprint: THUMBPRINT,
        roles: ['PIS', 'AIS'],
        redirectUris: ['https://localhost:8181', 'http://localhost/callback'],
        jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1' }] },
        created: NOW,
      };
    }

    test('a client is found by its id and by its API key, with its keys ready for use', async () => {
      const client = newClient();
      await clients().save(client);
      const found = await clients().byId(client.clientId);
      assert.ok(found);
      const { keys, ...stored } = found;
      const { created, ...saved } = client;
      assert.deepEqual({ ...stored, created }, { ...saved, created });
      assert.equal(keys.get('key-1')?.key.asymmetricKeyType, 'ec');
      assert.equal((await clients().byApiKeyDigest(client.apiKeyDigest))?.clientId, client.clientId);
    });

    test('an unknown id and an unknown API key find nobody', async () => {
      assert.equal(await clients().byId('nobody'), undefined);
      assert.equal(await clients().byApiKeyDigest(sha256(uuid())), undefined);
    });

    test('a client saved again is replaced, and its old API key finds nobody', async () => {
      const client = newClient();
      await clients().save(client);
      await clients().save({ ...client, clientName: 'New', apiKeyDigest: sha256(uuid()), redirectUris: [] });
      const found = await clients().byId(client.clientId);
      assert.deepEqual([found?.clientName, found?.redirectUris], ['New', []]);
      assert.equal(await clients().byApiKeyDigest(client.apiKeyDigest), undefined);
    });

    test('two clients cannot have one API key', async () => {
      const client = newClient();
      await clients().save(client);
      await assert.rejects(clients().save({ ...newClient(), apiKeyDigest: client.apiKeyDigest }), {
        sqlState: '23505',
      });
    });
  });

  describe('customers', () => {
    const customers = () => new PostgresCustomers(database());
    const newCustomer = () => ({
      customerId: asCustomerId(uuid()),
      username: uuid(),
      name: 'Elsa Lindström',
      passwordHash: 'scrypt$1$8$1$c2FsdA$aGFzaA',
    });

    test('a customer is found by username and by id', async () => {
      const customer = newCustomer();
      await customers().add(customer);
      assert.deepEqual(await customers().byUsername(customer.username), customer);
      assert.deepEqual(await customers().byId(customer.customerId), customer);
      assert.ok((await customers().all()).some(({ customerId }) => customerId === customer.customerId));
    });

    test('an unknown username, also in other letters, and an unknown id find nobody', async () => {
      const customer = { ...newCustomer(), username: `aino-${uuid()}` };
      await customers().add(customer);
      assert.equal(await customers().byUsername(customer.username.toUpperCase()), undefined);
      assert.equal(await customers().byId(asCustomerId(uuid())), undefined);
    });

    test('a username that exists is left as it is', async () => {
      const customer = newCustomer();
      await customers().add(customer);
      await customers().add({ ...newCustomer(), username: customer.username });
      assert.deepEqual(await customers().byUsername(customer.username), customer);
    });

    test('a password that is not hashed is refused', async () => {
      await assert.rejects(customers().add({ ...newCustomer(), passwordHash: 'aino-salasana' }), { sqlState: '23514' });
    });
  });
}
