import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { asClientId } from '@lupa/protocol';
import { PostgresRegistrations } from '../../src/adapters/postgres/registrations.ts';
import { PostgresTokenArtifacts } from '../../src/adapters/postgres/token-artifacts.ts';
import type { AuditEvent } from '../../src/ports/records.ts';
import type { NewRegistration } from '../../src/ports/registrations.ts';
import { LATER, NOW, sha256, THUMBPRINT, uuid } from './fixtures.ts';
import type { OpenDatabase } from './test-databases.ts';

const jwksOf = (kid: string) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] };
};

/** Port Registrations. */
export function registrationsContract(database: OpenDatabase): void {
  describe('registrations', () => {
    let changes = 0;
    const registrations = () =>
      new PostgresRegistrations(database(), () => {
        changes += 1;
      });

    const audit = (event: string, clientId: AuditEvent['clientId'], at = NOW): AuditEvent => ({
      eventId: uuid(),
      at,
      event,
      authorizationId: undefined,
      clientId,
      customerId: undefined,
      requestId: uuid(),
      details: {},
    });

    function newRegistration(organisationId = `FI-FINFSA-${uuid()}`, jti: string = uuid()): NewRegistration {
      const clientId = asClientId(uuid());
      return {
        client: {
          clientId,
          clientName: 'Kauppa €',
          organisationId,
          secretDigest: sha256(`secret of ${clientId}`),
          apiKeyDigest: sha256(clientId),
          certificateThumbprint: THUMBPRINT,
          roles: ['PIS'],
          redirectUris: ['https://localhost:8181'],
          grantTypes: ['client_credentials'],
          jwks: jwksOf('key-1'),
          created: NOW,
          registration: {
            softwareId: 'software',
            tokenDigest: sha256(`token of ${clientId}`),
            jwksEndpoint: 'https://tpp.example/jwks',
            jwksRevokedEndpoint: 'https://tpp.example/revoked',
          },
        },
        jti,
        forgetJtiAfter: LATER,
        maxApplications: 3,
        audit: audit('client registered', clientId),
      };
    }

    const rowsOf = async (organisationId: string) => {
      const count = (table: string) => ({
        name: `count-${table}-of-organisation`,
        text: `SELECT count(*) AS rows FROM ${table} WHERE organisation_id = $1`,
      });
      const [clients] = await database().query<{ rows: number }>(count('clients'), [organisationId]);
      const [jtis] = await database().query<{ rows: number }>(count('registration_jtis'), [organisationId]);
      return [clients?.rows, jtis?.rows];
    };
    const eventsOf = async (clientId: string) => {
      const statement = {
        name: 'events-of-client',
        text: 'SELECT event FROM audit_events WHERE client_id = $1 ORDER BY event_id',
      };
      const rows = await database().query<{ event: string }>(statement, [clientId]);
      return rows.map(({ event }) => event);
    };

    async function registered(): Promise<NewRegistration> {
      const registration = newRegistration();
      assert.equal(await registrations().register(registration), 'registered');
      return registration;
    }

    test('what was registered is found again, whole', async () => {
      const { client } = await registered();
      const found = await registrations().current(client.clientId);
      assert.ok(found);
      const { keys, registration, ...stored } = found;
      const { created, registration: own, ...saved } = client;
      assert.deepEqual(stored, saved);
      assert.deepEqual(registration, { ...own, issued: created, keysFetched: created, keysAsked: created });
      assert.ok(keys.get('key-1'));
      assert.deepEqual(await eventsOf(client.clientId), ['client registered']);
    });

    test('a jti is good once for its organisation, and a refusal leaves nothing', async () => {
      const first = await registered();
      const { organisationId } = first.client;
      const again = newRegistration(organisationId, first.jti);
      assert.equal(await registrations().register(again), 'jti-used');
      assert.deepEqual(await rowsOf(organisationId), [1, 1]);
      assert.deepEqual(await eventsOf(again.client.clientId), []);
      assert.equal(await registrations().register(newRegistration(undefined, first.jti)), 'registered');
    });

    test('of many registrations with one jti at once, one is made', async () => {
      const organisationId = `FI-FINFSA-${uuid()}`;
      const jti = uuid();
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => registrations().register(newRegistration(organisationId, jti))),
      );
      assert.deepEqual(outcomes.toSorted(), [...Array(7).fill('jti-used'), 'registered']);
      assert.deepEqual(await rowsOf(organisationId), [1, 1]);
    });

    test('an organisation has as many applications as it may, however many register at once; one deleted makes room', async () => {
      const organisationId = `FI-FINFSA-${uuid()}`;
      const all = Array.from({ length: 8 }, () => newRegistration(organisationId));
      const outcomes = await Promise.all(all.map((each) => registrations().register(each)));
      assert.deepEqual(outcomes.toSorted(), [...Array(3).fill('registered'), ...Array(5).fill('too-many')]);
      assert.deepEqual(await rowsOf(organisationId), [3, 3]);
      const clientId = all[outcomes.indexOf('registered')]?.client.clientId ?? asClientId('none');
      assert.ok(await registrations().end(clientId, audit('client deleted', clientId)));
      assert.equal(await registrations().register(newRegistration(organisationId)), 'registered');
      assert.equal(await registrations().register(newRegistration(organisationId)), 'too-many');
    });

    test('a change is there at once, and leaves the rest as it was', async () => {
      const { client } = await registered();
      const before = await registrations().current(client.clientId);
      const change = {
        clientName: 'New',
        redirectUris: ['https://new.example'],
        grantTypes: ['refresh_token'],
        certificateThumbprint: 'y'.repeat(43),
      };
      const told = changes;
      assert.ok(await registrations().change(client.clientId, change, audit('client changed', client.clientId)));
      assert.equal(changes, told + 1);
      const { keys: _before, ...whole } = before ?? assert.fail('registered');
      const { keys: _after, ...found } = (await registrations().current(client.clientId)) ?? assert.fail('still there');
      assert.deepEqual(found, { ...whole, ...change });
    });

    test('a key set that moved takes its place, its time and its keys along', async () => {
      const { client } = await registered();
      const keySet = {
        jwksEndpoint: 'https://tpp.example/moved',
        jwksRevokedEndpoint: undefined,
        jwks: jwksOf('key-2'),
        fetched: LATER,
      };
      const { clientName, redirectUris, certificateThumbprint } = client;
      const change = { clientName, redirectUris, grantTypes: [], certificateThumbprint, keySet };
      assert.ok(await registrations().change(client.clientId, change, audit('client changed', client.clientId)));
      const found = await registrations().current(client.clientId);
      assert.equal(found?.registration?.jwksEndpoint, 'https://tpp.example/moved');
      assert.equal(found?.registration?.jwksRevokedEndpoint, undefined);
      assert.deepEqual([found?.registration?.keysFetched, found?.registration?.keysAsked], [LATER, LATER]);
      assert.deepEqual([...(found?.keys.keys() ?? [])], ['key-2']);
      // What was fetched from the old place meanwhile comes too late.
      const late = { jwksEndpoint: 'https://tpp.example/jwks', jwksRevokedEndpoint: undefined, jwks: jwksOf('key-3') };
      await registrations().keepKeys(client.clientId, { ...late, fetched: LATER }, undefined);
      assert.deepEqual([...((await registrations().current(client.clientId))?.keys.keys() ?? [])], ['key-2']);
    });

    test('the secret before goes on until it is told that the new one was used', async () => {
      const { client } = await registered();
      const rotate = (name: string, at = NOW, previousUntil = LATER) =>
        registrations().rotateSecret(
          client.clientId,
          { digest: sha256(name), at, previousUntil },
          audit('client secret rotated', client.clientId),
        );
      const secrets = async () => {
        const found = await registrations().current(client.clientId);
        const of = (digest: Uint8Array | undefined) => digest && Buffer.from(digest).toString('hex');
        return [of(found?.secretDigest), of(found?.previousSecret?.digest), found?.previousSecret?.until];
      };
      const hex = (name: string) => sha256(name).toString('hex');
      const first = Buffer.from(client.secretDigest).toString('hex');
      assert.deepEqual(await secrets(), [first, undefined, undefined]);
      assert.ok(await rotate('second'));
      assert.deepEqual(await secrets(), [hex('second'), first, LATER]);
      // The second was never used, perhaps never heard of: the first goes on.
      assert.ok(await rotate('third'));
      assert.deepEqual(await secrets(), [hex('third'), first, LATER]);
      await registrations().confirmSecret(client.clientId, sha256('second'));
      assert.deepEqual(await secrets(), [hex('third'), first, LATER]);
      await registrations().confirmSecret(client.clientId, sha256('third'));
      assert.deepEqual(await secrets(), [hex('third'), undefined, undefined]);
      assert.ok(await rotate('fourth'));
      assert.deepEqual(await secrets(), [hex('fourth'), hex('third'), LATER]);
      // The third's time is over, so that the fourth was the one in use, or none was.
      assert.ok(await rotate('fifth', LATER, new Date(LATER.getTime() + 1)));
      assert.deepEqual(await secrets(), [hex('fifth'), hex('fourth'), new Date(LATER.getTime() + 1)]);
    });

    test('a client that was deleted is found by nothing, and its access tokens with it; nothing changes it any more', async () => {
      const { client } = await registered();
      const other = await registered();
      const artifacts = new PostgresTokenArtifacts(database(), { now: () => NOW });
      const tokenOf = (clientId: string) => ({
        model: 'ClientCredentials',
        id: `token of ${clientId}`,
        payload: {},
        grantId: undefined,
        expiresAt: LATER,
        token: {
          kind: 'client' as const,
          clientId: asClientId(clientId),
          certificateThumbprint: THUMBPRINT,
          scope: 'payments',
          authorizationId: undefined,
          customerId: undefined,
          unconfirmedRefreshToken: undefined,
        },
      });
      const both = [client.clientId, other.client.clientId];
      await artifacts.commit({ uses: [], rotation: undefined, saves: both.map(tokenOf) });
      assert.ok(await artifacts.find('ClientCredentials', `token of ${client.clientId}`));
      assert.equal(await registrations().end(client.clientId, audit('client deleted', client.clientId)), true);
      assert.equal(await registrations().current(client.clientId), undefined);
      assert.equal(await artifacts.find('ClientCredentials', `token of ${client.clientId}`), undefined);
      assert.ok(await artifacts.find('ClientCredentials', `token of ${other.client.clientId}`));
      assert.ok(await registrations().current(other.client.clientId));
      const { clientName, redirectUris, certificateThumbprint } = client;
      const change = { clientName, redirectUris, grantTypes: [], certificateThumbprint };
      const secret = { digest: sha256('late'), at: NOW, previousUntil: LATER };
      const late = () => audit('too late', client.clientId);
      assert.equal(await registrations().change(client.clientId, change, late()), false);
      assert.equal(await registrations().rotateSecret(client.clientId, secret, late()), false);
      assert.equal(await registrations().end(client.clientId, late()), false);
      assert.equal(await registrations().askForKeys(client.clientId, LATER, LATER), false);
      assert.deepEqual(await eventsOf(client.clientId), ['client registered', 'client deleted']);
    });

    test('of many who want to fetch a client’s keys one may, and nobody again before its time', async () => {
      const { client } = await registered();
      const asked = await Promise.all(
        Array.from({ length: 8 }, () => registrations().askForKeys(client.clientId, LATER, LATER)),
      );
      assert.equal(asked.filter(Boolean).length, 1);
      const soon = new Date(LATER.getTime() + 59_999);
      const before = (at: Date) => new Date(at.getTime() - 60_000);
      assert.equal(await registrations().askForKeys(client.clientId, soon, before(soon)), false);
      const later = new Date(LATER.getTime() + 60_001);
      assert.equal(await registrations().askForKeys(client.clientId, later, before(later)), true);
    });

    test('the ids of registration JWTs are forgotten when they have expired', async () => {
      const { client } = await registered();
      await registrations().purgeJtis(LATER, 1_000);
      assert.deepEqual(await rowsOf(client.organisationId), [1, 1]);
      assert.ok((await registrations().purgeJtis(new Date(LATER.getTime() + 1), 1_000)) > 0);
      assert.deepEqual(await rowsOf(client.organisationId), [1, 0]);
    });
  });
}
