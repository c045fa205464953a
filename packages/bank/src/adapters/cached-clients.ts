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

/** Clients as another `Clients` knows them, remembered for a few seconds: every call of the API asks for one. */
export function cachedClients(source: Clients, clock: Clock): Clients {
  const remembered = new Map<string, Remembered>();

  async function look(key: string, find: () => Promise<Client | undefined>): Promise<Client | undefined> {
    const now = clock.now().getTime();
    const known = remembered.get(key);
    if (known !== undefined && now < known.until) return known.client;
    const client = await find();
    if (client === undefined) {
      remembered.delete(key);
      return undefined;
    }
    if (remembered.size >= MAX_CLIENTS) remembered.clear();
    remembered.set(key, { client, until: now + MAX_AGE_MS });
    return client;
  }

  return {
    byId: (clientId) => look(`id ${clientId}`, () => source.byId(clientId)),
    byApiKeyDigest: (digest) =>
      look(`key ${Buffer.from(digest).toString('base64url')}`, () => source.byApiKeyDigest(digest)),
    save: async (client) => {
      await source.save(client);
      remembered.clear();
    },
  };
}
