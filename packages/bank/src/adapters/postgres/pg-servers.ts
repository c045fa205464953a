import { LupaError } from '@lupa/protocol';
import type { ServerChange } from './database.ts';
import { ServerClient } from './pg-client.ts';
import { connectError } from './pg-connection.ts';
import { serverName } from './server-addresses.ts';

/** A server in charge says at once that it is; after this another one is looked for. */
const SAY_LIMIT_MS = 2_000;
/** How often the server in charge is asked. A machine that lost its power closes no connection. */
const WATCH_INTERVAL_MS = 1_000;
/** Between two searches that found nobody: thousands of calls may want to know at once. */
const SEARCH_PAUSE_MS = 50;
/** Between asking for a connection and getting it the server in charge may change. */
const CONNECT_ATTEMPTS = 3;

/** On in a standby, and on a server that was told to take no writes. */
const IS_READ_ONLY = { text: 'SHOW transaction_read_only', query_timeout: SAY_LIMIT_MS };

/** A server that takes no writes, whatever else it is ready for. */
class TakesNoWrites extends Error {
  override readonly name = 'TakesNoWrites';
  constructor() {
    super('this server takes no writes: it is a standby, or was told so');
  }
}

/**
 * The servers of one store. Where there are several, one of them takes writes and has all connections; when it goes, the one that
 * takes writes in its place is looked for, and what is still open to the former one is cut. With one server nothing is asked.
 */
export class PgServers {
  readonly #addresses: readonly string[];
  readonly #clients = new Set<ServerClient>();
  /** The server that was last known to take writes; before the first search, the first one named. */
  #inCharge: string;
  #inDoubt: boolean;
  /** Whether that was ever asked. */
  #isKnown = false;
  #tell: (change: ServerChange) => void = () => undefined;
  #search: Promise<string> | undefined;
  #notBefore = 0;
  #failure: unknown;
  #watch: { readonly client: ServerClient; readonly timer: NodeJS.Timeout } | undefined;
  #closed = false;

  constructor(addresses: readonly string[]) {
    const [first] = addresses;
    if (first === undefined) throw new RangeError('a store has at least one server');
    this.#addresses = addresses;
    this.#inCharge = first;
    this.#inDoubt = this.areSeveral;
  }

  get areSeveral(): boolean {
    return this.#addresses.length > 1;
  }

  get inCharge(): string {
    return this.#inCharge;
  }

  /** @param tell is told of each change from here on; the server that is found first takes nobody's place */
  onChange(tell: (change: ServerChange) => void): void {
    this.#tell = tell;
  }

  /**
   * A connection to the server that takes writes.
   *
   * @param connect makes one to the server that is in charge by then, and has it admitted
   * @throws LupaError UNAVAILABLE when no server takes writes
   */
  async connected<Client>(connect: () => Promise<Client>): Promise<Client> {
    for (let attempts = 1; ; attempts += 1) {
      if (this.#inDoubt) await this.#found();
      try {
        return await connect();
      } catch (error) {
        if (error instanceof LupaError) throw error;
        this.doubt(this.#inCharge);
        if (!this.areSeveral || attempts === CONNECT_ATTEMPTS) throw connectError(error);
      }
    }
  }

  /** @throws Error when its server takes no writes */
  async admit(client: ServerClient): Promise<void> {
    if (!this.areSeveral) return;
    await mustTakeWrites(client);
    if (client.address !== this.#inCharge) throw new TakesNoWrites();
    this.#clients.add(client);
    client.once('error', () => this.doubt(client.address));
    client.once('end', () => this.#clients.delete(client));
  }

  /** Has the next connection ask again which server takes writes. */
  doubt(address: string): void {
    if (this.areSeveral && address === this.#inCharge) this.#inDoubt = true;
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
  }

  /** One search at a time, for all who want to know. */
  #found(): Promise<string> {
    if (performance.now() < this.#notBefore) return Promise.reject(this.#failure);
    this.#search ??= this.#searched().finally(() => {
      this.#search = undefined;
    });
    return this.#search;
  }

  async #searched(): Promise<string> {
    const asked = this.#addresses.map((address) => ({ address, client: new ServerClient(address) }));
    try {
      const client = await Promise.any(asked.map(({ client }) => opened(client)));
      this.#moveTo(client);
      return client.address;
    } catch (error) {
      this.#failure = noneTakesWrites(error);
      this.#notBefore = performance.now() + SEARCH_PAUSE_MS;
      throw this.#failure;
    } finally {
      for (const { client } of asked) if (client !== this.#watch?.client) client.cut();
    }
  }

  #moveTo(client: ServerClient): void {
    const former = this.#inCharge;
    const isChange = this.#isKnown && former !== client.address;
    this.#inCharge = client.address;
    this.#isKnown = true;
    this.#inDoubt = false;
    // Whoever still waits for the former server may wait for a machine that is gone.
    for (const other of this.#clients) if (other.address !== client.address) other.cut();
    this.#stopWatching();
    if (isChange) this.#tell({ from: serverName(former), to: serverName(client.address) });
    if (this.#closed) return;
    const timer = setInterval(() => void this.#look(client), WATCH_INTERVAL_MS);
    timer.unref();
    this.#watch = { client, timer };
  }

  async #look(client: ServerClient): Promise<void> {
    const isStill = await mustTakeWrites(client).then(
      () => true,
      () => false,
    );
    if (isStill || client !== this.#watch?.client) return;
    // Connections that work are left alone until another server is found to take writes.
    await this.#found().catch(() => undefined);
  }

  #stopWatching(): void {
    clearInterval(this.#watch?.timer);
    this.#watch?.client.cut();
    this.#watch = undefined;
  }
}

async function opened(client: ServerClient): Promise<ServerClient> {
  const tooLate = setTimeout(() => client.cut(), SAY_LIMIT_MS);
  try {
    await client.connect();
    await mustTakeWrites(client);
    return client;
  } finally {
    clearTimeout(tooLate);
  }
}

async function mustTakeWrites(client: ServerClient): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>(IS_READ_ONLY);
  if (rows[0]?.transaction_read_only !== 'off') throw new TakesNoWrites();
}

function noneTakesWrites(cause: unknown): LupaError {
  const reasons = cause instanceof AggregateError ? cause.errors.map((error) => String(error)).join('; ') : '';
  return new LupaError('UNAVAILABLE', {
    cause: new Error(`no server of the store takes writes: ${reasons}`, { cause }),
  });
}
