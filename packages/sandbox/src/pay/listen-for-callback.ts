import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { hasCode } from '../files/private-file.ts';

/** A listener on this machine that the bank sends the customer's browser back to. */
export interface CallbackListener {
  readonly redirectUri: string;
  /** A short address that leads to the bank. */
  readonly entrance: string;
  /**
   * Waits for the browser with this `state`; others are turned away.
   *
   * @returns the whole address it came to
   * @throws CustomerAway when nobody came until `deadline`
   */
  wait(authorizationUrl: string, state: string, deadline: Date): Promise<string>;
  close(): Promise<void>;
}

/** The customer did not come back from the bank in time. */
export class CustomerAway extends Error {
  override readonly name = 'CustomerAway';

  constructor() {
    super('Nobody came back from the bank in time. Nothing was paid; start again when you are ready.');
  }
}

/** Listens on the first free port of these redirect URIs. */
export async function listenForCallback(redirectUris: readonly string[]): Promise<CallbackListener> {
  for (const uri of redirectUris) {
    const servers = await listenOnLoopback(Number(new URL(uri).port));
    if (servers !== undefined) return callbackListener(uri, servers);
  }
  const ports = redirectUris.map((uri) => new URL(uri).port).join(', ');
  throw new Error(
    ports === ''
      ? 'None of the registered redirect URIs is http on this machine with a port of its own, so nobody could wait there for the customer. Play the customer with --approve, or register http://localhost:8182/callback too.'
      : `Ports ${ports} are all taken. End what uses one of them, or play the customer with --approve.`,
  );
}

function callbackListener(redirectUri: string, servers: readonly Server[]): CallbackListener {
  const { origin, pathname: callbackPath } = new URL(redirectUri);
  const entrancePath = callbackPath === '/' ? '/pay' : '/';
  return {
    redirectUri,
    entrance: `${origin}${entrancePath}`,
    async wait(authorizationUrl, state, deadline) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      for (const server of servers) {
        server.on('request', (request, response) => {
          const url = new URL(request.url ?? '/', origin);
          if (url.pathname === entrancePath) return redirect(response, authorizationUrl);
          if (url.pathname !== callbackPath) return answer(response, 404, 'There is nothing here.');
          if (url.searchParams.get('state') !== state)
            return answer(response, 400, 'This is not the payment that lupa pay waits for.');
          answer(response, 200, 'You are back from the bank. Go on reading in the terminal; this tab can be closed.');
          resolve(url.href);
        });
      }
      const timer = setTimeout(() => reject(new CustomerAway()), deadline.getTime() - Date.now());
      return promise.finally(() => clearTimeout(timer));
    },
    async close() {
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
      }
    },
  };
}

/** Browsers take `localhost` for either address. @returns `undefined` when the port is taken */
async function listenOnLoopback(port: number): Promise<Server[] | undefined> {
  const servers: Server[] = [];
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer();
    try {
      await listening(server, port, host);
      servers.push(server);
    } catch (error) {
      if (hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT')) continue;
      for (const other of servers) other.close();
      if (hasCode(error, 'EADDRINUSE')) return undefined;
      throw error;
    }
  }
  return servers;
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => resolve());
  });
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function redirect(response: ServerResponse<IncomingMessage>, location: string): void {
  response.writeHead(303, { ...HEADERS, location }).end();
}

function answer(response: ServerResponse<IncomingMessage>, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${text}\n`);
}
