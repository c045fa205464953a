import { setTimeout as sleep } from 'node:timers/promises';
import { type JwsAlgorithm, RegistrationRefused } from '@lupa/protocol';
import { kidsOf } from '../domain/key-set.ts';
import type { ClientKeys, FoundClientKey } from '../ports/client-keys.ts';
import type { Client, ClientRegistration } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { OutsideDocuments } from '../ports/outside-documents.ts';
import type { Registrations } from '../ports/registrations.ts';
import { fetchKeySet } from './fetch-key-set.ts';

/** However many unknown keys are named, a client's key set is fetched no more often, over all processes (contract §10). */
export const KEYS_ASKED_EVERY_SECONDS = 60;
/** In use, a key set older than this is fetched anew, so that a key its owner took out ends (D). */
export const KEYS_REFRESHED_AFTER_SECONDS = 600;
/** While the key set cannot be had, the last one serves so long (D). */
export const KEYS_SERVE_SECONDS = 86_400;

/** Two documents, each within its own limit. Who fetches longer is not fetching any more. */
const FETCHING_MS = 12_000;
const LOOKED_AGAIN_MS = 200;

export interface FollowedClientKeys {
  /** Finds keys in the set that is stored, and judges their certificates. */
  readonly stored: ClientKeys;
  readonly registrations: Pick<Registrations, 'current' | 'askForKeys' | 'keepKeys'>;
  readonly documents: OutsideDocuments;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  /** Told of each key set that could not be had. */
  readonly failed: (clientId: string, error: unknown) => void;
}

type Registered = Client & { readonly registration: ClientRegistration };

/**
 * The keys of clients, which may change them without telling us (contract §10): a `kid` that is unknown, or a set that has grown
 * old, is a reason to fetch the set again from where it was registered. Of all calls and processes that find so one fetches; the
 * others wait for it, or go on with what there is.
 */
export function followedClientKeys(bank: FollowedClientKeys): ClientKeys {
  const { stored, clock } = bank;
  const underWay = new Map<string, Promise<Client | undefined>>();
  /** When this process itself last asked: what came of that is known here, and nothing to wait for. */
  const askedMs = new Map<string, number>();

  function renew(client: Registered): Promise<Client | undefined> {
    const { clientId } = client;
    const known = underWay.get(clientId);
    if (known !== undefined) return known;
    const renewal = renewKeys(bank, client, askedMs).finally(() => underWay.delete(clientId));
    underWay.set(clientId, renewal);
    return renewal;
  }

  async function findAfterRenewal(client: Registered, kid: string, alg: JwsAlgorithm): Promise<FoundClientKey> {
    const renewed = await renew(client);
    if (renewed?.registration === undefined) return { problem: undefined };
    if (ageMs(renewed.registration, clock) <= KEYS_SERVE_SECONDS * 1000) return stored.find(renewed, kid, alg);
    return {
      problem: `the key set at ${renewed.registration.jwksEndpoint} could not be had for a day. Serve it there again, and try again in a minute.`,
    };
  }

  return {
    find: (client, kid, alg) => {
      if (!isRegistered(client)) return stored.find(client, kid, alg);
      const age = ageMs(client.registration, clock);
      if (age > KEYS_SERVE_SECONDS * 1000) return findAfterRenewal(client, kid, alg);
      const found = stored.find(client, kid, alg);
      if (isUnknown(found)) return findAfterRenewal(client, kid, alg);
      // This call goes on with what there is; those after it have the new set.
      if (age > KEYS_REFRESHED_AFTER_SECONDS * 1000) {
        renew(client).catch((error: unknown) => bank.failed(client.clientId, error));
      }
      return found;
    },
  };
}

/** @returns the client with the keys it has then; undefined when it was deleted */
async function renewKeys(
  bank: FollowedClientKeys,
  client: Registered,
  askedMs: Map<string, number>,
): Promise<Client | undefined> {
  const { registrations, clock } = bank;
  const now = clock.now();
  const askedBefore = new Date(now.getTime() - KEYS_ASKED_EVERY_SECONDS * 1000);
  const mayAsk = client.registration.keysAsked < askedBefore;
  if (mayAsk && (await registrations.askForKeys(client.clientId, now, askedBefore))) {
    askedMs.set(client.clientId, now.getTime());
    // As it is now: the key set may have moved since this process last looked.
    const current = await registrations.current(client.clientId);
    if (current !== undefined && isRegistered(current)) await fetchAndKeep(bank, current, now);
  } else {
    await untilFetched(bank, client.clientId, askedMs.get(client.clientId));
  }
  return registrations.current(client.clientId);
}

async function fetchAndKeep(bank: FollowedClientKeys, client: Registered, now: Date): Promise<void> {
  const { jwksEndpoint, jwksRevokedEndpoint } = client.registration;
  const place = { jwksEndpoint, jwksRevokedEndpoint };
  try {
    const keySet = await fetchKeySet(bank.documents, place);
    const [before, after] = [kidsOf(client), kidsOf(keySet)];
    const added = after.filter((kid) => !before.includes(kid));
    const removed = before.filter((kid) => !after.includes(kid));
    const isChanged = added.length > 0 || removed.length > 0;
    const audit = {
      eventId: bank.identifiers.uuid(),
      at: now,
      event: 'client keys changed',
      authorizationId: undefined,
      clientId: client.clientId,
      customerId: undefined,
      requestId: undefined,
      details: { jwksEndpoint, added, removed },
    };
    await bank.registrations.keepKeys(
      client.clientId,
      { ...place, jwks: keySet.jwks, fetched: now },
      isChanged ? audit : undefined,
    );
  } catch (error) {
    if (!(error instanceof RegistrationRefused)) throw error;
    bank.failed(client.clientId, error);
  }
}

/** Another call, perhaps of another process, asked a moment ago: what it gets is what we want. */
async function untilFetched(
  { registrations, clock }: FollowedClientKeys,
  clientId: string,
  ownAskMs: number | undefined,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < FETCHING_MS; waitedMs += LOOKED_AGAIN_MS) {
    const registration = (await registrations.current(clientId))?.registration;
    if (registration === undefined || registration.keysFetched >= registration.keysAsked) return;
    const keysAskedMs = registration.keysAsked.getTime();
    if (keysAskedMs === ownAskMs || clock.now().getTime() - keysAskedMs > FETCHING_MS) return;
    await sleep(LOOKED_AGAIN_MS);
  }
}

function isRegistered(client: Client): client is Registered {
  return client.registration !== undefined;
}

function isUnknown(found: FoundClientKey | Promise<FoundClientKey>): boolean {
  return 'problem' in found && found.problem === undefined;
}

function ageMs({ keysFetched }: ClientRegistration, clock: Clock): number {
  return clock.now().getTime() - keysFetched.getTime();
}
