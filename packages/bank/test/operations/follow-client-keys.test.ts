import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { asClientId, fitsAlgorithm } from '@lupa/protocol';
import { guardedFetch } from '../../src/adapters/guarded-fetch.ts';
import { PostgresRegistrations } from '../../src/adapters/postgres/registrations.ts';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import {
  followedClientKeys,
  KEYS_ASKED_EVERY_SECONDS,
  KEYS_REFRESHED_AFTER_SECONDS,
  KEYS_SERVE_SECONDS,
} from '../../src/operations/follow-client-keys.ts';
import type { ClientKeys } from '../../src/ports/client-keys.ts';
import type { Client } from '../../src/ports/clients.ts';
import { postgresForTests } from '../adapters/test-databases.ts';
import { StandingClock } from '../bank-parts.ts';

const { database } = postgresForTests();
const sha256 = (text: string) => createHash('sha256').update(text).digest();
const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});

/** What certificates say is another matter, with tests of its own: here every key is good. */
const stored: ClientKeys = {
  find: (client, kid, alg) => {
    const key = client.keys.get(kid)?.key;
    return key !== undefined && fitsAlgorithm(key, alg) ? { key } : { problem: undefined };
  },
};

describe('a client’s keys are followed', () => {
  let published: object[] | number = [];
  let revoked: object[] | number = 404;
  let fetched = 0;
  let origin = '';
  const server = createServer((request, response) => {
    if (request.url === '/jwks') fetched += 1;
    const answer = request.url === '/jwks' ? published : revoked;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(JSON.stringify({ keys: answer }));
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  let clock = new StandingClock();
  let failures = 0;
  let clientId = asClientId('none');
  /** One process of the bank. */
  const process = () => {
    const registrations = new PostgresRegistrations(database(), () => {});
    const keys = followedClientKeys({
      stored,
      registrations,
      documents: guardedFetch({ exceptions: [{ origin, pathPrefix: '/' }] }),
      clock,
      identifiers: randomIdentifiers(clock),
      failed: () => {
        failures += 1;
      },
    });
    const current = async (): Promise<Client> =>
      (await registrations.current(clientId)) ?? assert.fail('the client is there');
    return {
      registrations,
      current,
      /** Whether the key is found, by the client as this process knows it; or what is wrong with all of them. */
      finds: async (kid: string, client?: Client) => {
        const found = await keys.find(client ?? (await current()), kid, 'ES256');
        return 'key' in found || (found.problem ?? false);
      },
    };
  };

  beforeEach(async () => {
    clock = new StandingClock();
    [fetched, failures, revoked] = [0, 0, 404];
    published = [jwk('first')];
    clientId = asClientId(randomIdentifiers(clock).uuid());
    const { registrations } = process();
    const outcome = await registrations.register({
      client: {
        clientId,
        clientName: 'Kauppa',
        organisationId: `FI-FINFSA-${clientId}`,
        secretDigest: sha256('secret'),
        apiKeyDigest: sha256(clientId),
        certificateThumbprint: 'x'.repeat(43),
        roles: ['PIS'],
        redirectUris: [],
        jwks: { keys: published },
        created: clock.now(),
        registration: {
          softwareId: 'software',
          tokenDigest: sha256('token'),
          jwksEndpoint: `${origin}/jwks`,
          jwksRevokedEndpoint: `${origin}/revoked`,
        },
      },
      jti: clientId,
      forgetJtiAfter: clock.now(),
      maxApplications: 1,
      audit: {
        eventId: randomIdentifiers(clock).uuid(),
        at: clock.now(),
        event: 'client registered',
        authorizationId: undefined,
        clientId,
        customerId: undefined,
        requestId: undefined,
        details: {},
      },
    });
    assert.equal(outcome, 'registered');
  });

  const seconds = (count: number) => clock.advance(count * 1000);
  const events = async () => {
    const text = 'SELECT event, details FROM audit_events WHERE client_id = $1 ORDER BY event_id';
    const rows = await database().query<{ event: string; details: { added?: string[]; removed?: string[] } }>(
      { name: 'events', text },
      [clientId],
    );
    return rows.slice(1).map(({ event, details }) => `${event} +${details.added} -${details.removed}`);
  };

  test('a known kid is found without asking; a new one is fetched, found, and written down', async () => {
    const { finds } = process();
    seconds(KEYS_ASKED_EVERY_SECONDS + 1);
    published = [jwk('first'), jwk('second')];
    assert.equal(await finds('first'), true);
    assert.equal(fetched, 0);
    assert.equal(await finds('second'), true);
    assert.equal(fetched, 1);
    assert.deepEqual(await events(), ['client keys changed +second -']);
  });

  test('a kid that nobody has is asked for once a minute, however often it is named', async () => {
    const { finds } = process();
    seconds(KEYS_ASKED_EVERY_SECONDS);
    assert.equal(await finds('second'), false);
    assert.equal(fetched, 0, 'the set was fetched at registration, a minute ago at most');
    seconds(1);
    for (let count = 0; count < 5; count += 1) assert.equal(await finds('second'), false);
    assert.equal(fetched, 1);
    published = [jwk('second')];
    seconds(KEYS_ASKED_EVERY_SECONDS);
    assert.equal(await finds('second'), false);
    seconds(1);
    assert.equal(await finds('second'), true);
    assert.equal(fetched, 2);
  });

  test('of many calls at once in several processes one fetches, and all of them find the key', async () => {
    seconds(KEYS_ASKED_EVERY_SECONDS + 1);
    published = [jwk('first'), jwk('second')];
    const processes = [process(), process(), process()];
    const known = await processes[0]?.current();
    const found = await Promise.all(
      processes.flatMap(({ finds }) => [finds('second', known), finds('second', known), finds('second', known)]),
    );
    assert.deepEqual(found, Array(9).fill(true));
    assert.equal(fetched, 1);
  });

  test('in use, a set older than ten minutes is fetched in the background, so that a key taken out ends', async () => {
    const { finds, current } = process();
    published = [jwk('second')];
    seconds(KEYS_REFRESHED_AFTER_SECONDS);
    assert.equal(await finds('first'), true);
    assert.equal(fetched, 0);
    seconds(1);
    assert.equal(await finds('first'), true, 'this call goes on with what there is');
    while ((await current()).keys.has('first')) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await finds('first'), false);
    assert.deepEqual(await events(), ['client keys changed +second -first']);
  });

  test('a key at the endpoint of revoked keys is none, though it is published still', async () => {
    const { finds } = process();
    seconds(KEYS_ASKED_EVERY_SECONDS + 1);
    published = [jwk('first'), jwk('second'), jwk('third')];
    revoked = [{ kid: 'second' }];
    assert.equal(await finds('third'), true);
    assert.equal(await finds('second'), false);
  });

  test('while the set cannot be had the last one serves, for a day and no longer', async () => {
    const { finds } = process();
    for (const answer of [500, 302, [{ kty: 'oct', kid: 'secret', k: 'c2VjcmV0' }]]) {
      published = answer;
      seconds(KEYS_REFRESHED_AFTER_SECONDS);
      const before = failures;
      // A renewal in the background may still be under way, and a call at the same time joins it.
      while (failures === before) assert.equal(await finds('unknown'), false);
      assert.equal(await finds('first'), true);
    }
    assert.equal(failures, 3);
    revoked = 500;
    published = [jwk('second')];
    seconds(KEYS_REFRESHED_AFTER_SECONDS);
    assert.equal(await finds('second'), false, 'what was revoked is not known, so that nothing new is taken');
    assert.equal(await finds('first'), true);
    seconds(KEYS_SERVE_SECONDS - 4 * KEYS_REFRESHED_AFTER_SECONDS);
    assert.equal(await finds('first'), true);
    seconds(1);
    assert.match(String(await finds('first')), /could not be had for a day/);
    revoked = 404;
    seconds(KEYS_ASKED_EVERY_SECONDS + 1);
    assert.equal(await finds('second'), true);
    assert.equal(await finds('first'), false);
  });

  test('a set that has moved meanwhile is fetched from its new place', async () => {
    const { finds, current, registrations } = process();
    const known = await current();
    const { clientName, redirectUris, certificateThumbprint } = known;
    const moved = {
      jwksEndpoint: `${origin}/nowhere`,
      jwksRevokedEndpoint: undefined,
      jwks: { keys: [jwk('moved')] },
      fetched: clock.now(),
    };
    const audit = { event: 'client changed', at: clock.now(), eventId: randomIdentifiers(clock).uuid(), details: {} };
    const nobody = { authorizationId: undefined, customerId: undefined, requestId: undefined };
    const change = { clientName, redirectUris, certificateThumbprint, grantTypes: [], keySet: moved };
    assert.ok(await registrations.change(clientId, change, { ...audit, ...nobody, clientId }));
    seconds(KEYS_ASKED_EVERY_SECONDS + 1);
    assert.equal(await finds('unknown', known), false);
    assert.equal(fetched, 0, 'the old place was not asked');
    assert.equal(await finds('moved', known), true);
  });

  test('a client that was deleted has no keys', async () => {
    const { finds, current, registrations } = process();
    const known = await current();
    const audit = { event: 'client deleted', at: clock.now(), eventId: randomIdentifiers(clock).uuid(), details: {} };
    const nobody = { authorizationId: undefined, customerId: undefined, requestId: undefined };
    assert.ok(await registrations.end(clientId, { ...audit, ...nobody, clientId }));
    seconds(KEYS_ASKED_EVERY_SECONDS + 1);
    assert.equal(await finds('unknown', known), false);
    assert.equal(fetched, 0);
  });
});
