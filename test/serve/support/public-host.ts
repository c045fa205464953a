import dns from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, Socket } from 'node:net';
import { preloading } from './preloading.ts';

/** A server of this machine that the processes of a server under test see on the public internet. */
export interface PublicHost {
  readonly origin: string;
  /** What the server under test is started with. */
  readonly environment: NodeJS.ProcessEnv;
  close(): void;
}

const NAME = 'keys.tpp.example';
/** It is never connected to. */
const PUBLIC_ADDRESS = '8.8.8.8';
const VARIABLE = 'TEST_PUBLIC_HOST_PORT';

/** Serves one document, whatever is asked for. @param tls PEM; the certificate names `keys.tpp.example` */
export async function publicHost(
  document: string,
  tls: { readonly cert: string; readonly key: string },
): Promise<PublicHost> {
  const server = createServer(tls, (_request, response) => response.end(document));
  // Whoever does not trust its certificate hangs up.
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://${NAME}`,
    environment: { ...preloading(import.meta.url), [VARIABLE]: String(port) },
    close: () => void server.close(),
  };
}

/** In a process of such a server, into which Node loads this file before its own. */
const { [VARIABLE]: port } = process.env;
if (port !== undefined) leadTo(Number(port));

/** The name leads to a public address, and who connects to that gets here. Both is done to Node, and to nothing of Lupa's. */
function leadTo(port: number): void {
  const lookup: (name: string, options?: object) => Promise<unknown> = dns.lookup;
  const found = [{ address: PUBLIC_ADDRESS, family: 4 }];
  const lookupAll = async (name: string, options?: object) => (name === NAME ? found : lookup(name, options));
  Object.assign(dns, { lookup: lookupAll });
  syncBuiltinESMExports();
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, options: object, ...others: unknown[]) {
    const isOurs = Object(options).host === PUBLIC_ADDRESS;
    const place = isOurs ? { ...options, host: '127.0.0.1', port } : options;
    return Reflect.apply(connect, this, [place, ...others]);
  } as typeof connect;
}
