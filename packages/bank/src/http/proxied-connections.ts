import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { addressList } from './address-list.ts';

/** Who is at the other end of a connection of the proxy's listener. */
type Peer = 'proxy' | 'stranger';

/** Connections of every other listener are not in here. */
const peers = new WeakMap<Socket, Peer>();

/**
 * Remembers of each connection of a listener whether it is a proxy's. To be called before it listens.
 *
 * @param addresses of the proxies: `10.0.0.7`, `10.1.0.0/16`, `2001:db8::/64`
 * @throws RangeError when one is no address
 */
export function watchProxied(server: HttpServer | HttpsServer, addresses: readonly string[]): void {
  const proxies = addressList(addresses);
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  server.prependListener(event, (socket: Socket) => {
    peers.set(socket, proxies.holds(socket.remoteAddress) ? 'proxy' : 'stranger');
  });
}

/** @returns undefined for a connection of a listener that is not a proxy's */
export function peerOf({ socket }: Pick<IncomingMessage, 'socket'>): Peer | undefined {
  return peers.get(socket);
}

/**
 * Where a call comes from, for the log: the address of the connection; behind a proxy what it says, which is the last of
 * `x-forwarded-for`, for whatever stands before that its own caller may have written.
 */
export function callerAddress(request: IncomingMessage): string | undefined {
  const { socket, headers } = request;
  if (peerOf(request) !== 'proxy') return socket.remoteAddress;
  const said = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return said !== undefined && isIP(said) !== 0 ? said : socket.remoteAddress;
}
