import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asClientId } from '@lupa/protocol';
import { cachedClients } from '../../src/adapters/cached-clients.ts';
import type { Client } from '../../src/ports/clients.ts';
import { StandingClock } from '../bank-parts.ts';
import { NOW, sha256, THUMBPRINT } from './fixtures.ts';

const named = (clientName: string): Client => ({
  clientId: asClientId('tpp'),
  clientName,
  organisationId: 'FI-FINFSA-1',
  secretDigest: sha256('secret'),
  apiKeyDigest: sha256('key'),
  certificateThumbprint: THUMBPRINT,
  roles: ['PIS'],
  redirectUris: [],
  keys: new Map(),
  jwks: { keys: [] },
});

describe('clients are remembered', () => {
  function remembering() {
    const clock = new StandingClock(NOW.toISOString());
    let stored: Client | undefined = named('first');
    let asked = 0;
    let waiting = Promise.resolve();
    const find = async () => {
      asked += 1;
      const found = stored;
      await waiting;
      return found;
    };
    const clients = cachedClients({ byId: find, byApiKeyDigest: find, save: async () => {} }, clock);
    return {
      clock,
      clients,
      asked: () => asked,
      store: (client: Client | undefined) => {
        stored = client;
      },
      /** Looks take until the promise resolves. */
      slowly: (until: Promise<void>) => {
        waiting = until;
      },
      name: async () => (await clients.byId('tpp'))?.clientName,
    };
  }

  test('for five seconds, so that a change elsewhere arrives after them', async () => {
    const { clock, store, name, asked } = remembering();
    assert.equal(await name(), 'first');
    store(named('second'));
    clock.advance(4_999);
    assert.deepEqual([await name(), asked()], ['first', 1]);
    clock.advance(1);
    assert.deepEqual([await name(), asked()], ['second', 2]);
    store(undefined);
    clock.advance(5_000);
    assert.equal(await name(), undefined);
  });

  test('until told to forget them, which holds at once', async () => {
    const { clients, store, name } = remembering();
    assert.equal(await name(), 'first');
    store(undefined);
    clients.forget();
    assert.equal(await name(), undefined);
  });

  test('but not as they were, when a look began before they were to be forgotten', async () => {
    const { clients, store, slowly, name } = remembering();
    const { promise, resolve } = Promise.withResolvers<void>();
    slowly(promise);
    const before = name();
    store(undefined);
    clients.forget();
    resolve();
    assert.equal(await before, 'first');
    assert.equal(await name(), undefined);
  });
});
