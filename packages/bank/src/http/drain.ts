import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Socket } from 'node:net';

export interface DrainLimits {
  /** A connection on which nothing happens has so long for one more call before it is closed. */
  readonly idleMs: number;
  /** Whatever still goes on after so long is cut off. */
  readonly limitMs: number;
}

/** How often silent connections are looked for, once their time is over. */
const LOOK_MS = 500;

/** An application's listener, which ends either way. To be made before it listens. */
export function gentleListener(app: {
  readonly server: HttpServer | HttpsServer;
  readonly close: () => PromiseLike<unknown>;
}) {
  const drain = new Drain(app.server);
  return {
    /** @returns how many calls were cut off */
    end: async (limits?: DrainLimits): Promise<number> => {
      const cutOff = limits === undefined ? 0 : await drain.run(limits);
      await app.close();
      return cutOff;
    },
  };
}

/**
 * Ends a listener without breaking off what it took on: from the moment it begins no connection is accepted, every call that
 * arrives on an open one is still answered, and each answer says `connection: close`, so that its caller goes elsewhere.
 *
 * Node's own `close()` ends idle connections at once, and with them calls that are on their way; and it knows nothing of
 * connections in the middle of their TLS handshake.
 */
class Drain {
  readonly #server: HttpServer | HttpsServer;
  /**
   * Open connections with the answer each was last asked for. (A set of the answers under way would be simpler; but V8 leaves the
   * tables that a busy set has outgrown linked to their successors, and with them keeps every answer until its next full collection.)
   */
  readonly #open = new Map<Socket, ServerResponse | undefined>();
  /** Raw connections without TLS yet, by the address they come from, which is all that names them on both sides of it. */
  readonly #handshakes = new Map<string, Socket>();
  #draining = false;

  constructor(server: HttpServer | HttpsServer) {
    this.#server = server;
    if ('setSecureContext' in server) {
      server.on('connection', (socket: Socket) => this.#beginHandshake(socket));
      server.on('secureConnection', (socket: Socket) => {
        this.#handshakes.delete(addressOf(socket));
        this.#keep(socket);
      });
    } else {
      server.on('connection', (socket: Socket) => this.#keep(socket));
    }
    // Before the application's own listener, which may answer at once.
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
      if (this.#draining) response.shouldKeepAlive = false;
      const { socket } = response;
      // One that waits behind another has none yet, and will hardly be taken (`one-by-one.ts`).
      if (socket !== null && this.#open.has(socket)) this.#open.set(socket, response);
    });
  }

  /** @returns when the last connection has ended: how many calls were cut off */
  async run({ idleMs, limitMs }: DrainLimits): Promise<number> {
    this.#draining = true;
    for (const [, response] of this.#busy()) {
      // One whose head has left has said that its connection stays, and its caller may use it once more.
      if (!response.headersSent) response.shouldKeepAlive = false;
    }
    // The parent class's: the HTTP server's own would close what is idle.
    const closed = new Promise<void>((resolve) => Server.prototype.close.call(this.#server, () => resolve()));
    const silent = new Silence();
    silent.look(this.#connections());
    let cutOff = 0;
    let looking: NodeJS.Timeout | undefined;
    const idle = setTimeout(() => {
      looking = setInterval(() => this.#endSilent(silent), LOOK_MS);
      this.#endSilent(silent);
    }, idleMs);
    const limit = setTimeout(() => {
      cutOff = this.#busy().length;
      for (const socket of this.#connections()) socket.destroy();
    }, limitMs);
    await closed;
    clearTimeout(idle);
    clearTimeout(limit);
    clearInterval(looking);
    return cutOff;
  }

  #endSilent(silence: Silence): void {
    const busy = new Set(this.#busy().map(([socket]) => socket));
    const candidates = this.#connections().filter((socket) => !busy.has(socket));
    for (const socket of silence.look(candidates)) socket.destroySoon();
  }

  #connections(): Socket[] {
    return [...this.#open.keys(), ...this.#handshakes.values()];
  }

  /** Connections that wait for an answer, with it. */
  #busy(): [Socket, ServerResponse][] {
    return [...this.#open].filter((each): each is [Socket, ServerResponse] => each[1]?.closed === false);
  }

  #keep(socket: Socket): void {
    this.#open.set(socket, undefined);
    socket.once('close', () => this.#open.delete(socket));
  }

  #beginHandshake(socket: Socket): void {
    const address = addressOf(socket);
    this.#handshakes.set(address, socket);
    socket.once('close', () => {
      if (this.#handshakes.get(address) === socket) this.#handshakes.delete(address);
    });
  }
}

/** Tells which connections have received nothing since the last look. */
class Silence {
  readonly #received = new WeakMap<Socket, number>();

  look(sockets: readonly Socket[]): Socket[] {
    return sockets.filter((socket) => {
      const before = this.#received.get(socket);
      this.#received.set(socket, socket.bytesRead);
      return before === socket.bytesRead;
    });
  }
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
