import type { Client, Clients } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';

/** How long a process may go on with what it knows of a client; so long does a change elsewhere take to reach it. */
const MAX_AGE_MS = 5_000;

/** Bounds the memory; a bank has far fewer TPPs. */
const MAX_CLIENTS = 10_000;

interface Remembered {
  readonly client: Client;
  readonly until: number;
}

/** Clients that are remembered, until told to forget them. */
export interface CachedClients extends Clients {
  /** A client has changed: whoever asks from now on gets what the source has now. */
  forget(): void;
}

/** Clients as another `Clients` knows them, remembered for a few seconds: every call of the API asks for one. */
export function cachedClients(source: Clients, clock: Clock): CachedClients {
  const remembered = new Map<string, Remembered>();
  /** Counts what was to be forgotten, so that an answer that was on its way then is not remembered. */
  let forgotten = 0;

  async function look(key: string, find: () => Promise<Client | undefined>): Promise<Client | undefined> {
    const now = clock.now().getTime();
    const known = remembered.get(key);
    if (known !== undefined && now < known.until) return known.client;
    const asOf = forgotten;
    const client = await find();
    if (asOf !== forgotten) return client;
    if (client === undefined) {
      remembered.delete(key);
      return undefined;
    }
    if (remembered.size >= MAX_CLIENTS) remembered.clear();
    remembered.set(key, { client, until: now + MAX_AGE_MS });
    return client;
  }

  const forget = () => {
    forgotten += 1;
    remembered.clear();
  };
  return {
    forget,
    byId: (clientId) => look(`id ${clientId}`, () => source.byId(clientId)),
    byApiKeyDigest: (digest) =>
      look(`key ${Buffer.from(digest).toString('base64url')}`, () => source.byApiKeyDigest(digest)),
    save: async (client) => {
      await source.save(client);
      forget();
    },
  };
}
