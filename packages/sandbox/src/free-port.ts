import { createServer } from 'node:net';
import { hasCode } from './files/private-file.ts';

/** Where the sandbox listens: on this machine alone, under both of the addresses `localhost` may stand for. */
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'];

/** Ports tried after a taken one. */
const MAX_TRIES = 200;
const HIGHEST_PORT = 65_535;

/** No free port could be found from the wanted one on. */
export class NoFreePort extends Error {
  override readonly name = 'NoFreePort';
}

/**
 * Finds a port that nobody listens on: the wanted one or the next free one after it; 0 stands for any. Ports are part of the
 * issuer and of every redirect URI, so they are settled before anything listens.
 *
 * @param spokenFor ports already given to others of us; the result is added
 * @throws NoFreePort
 */
export async function findFreePort(wanted: number, spokenFor: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const port = wanted === 0 ? await anyPort() : wanted + attempt;
    if (port > HIGHEST_PORT) break;
    if (spokenFor.has(port) || !(await isFree(port))) continue;
    spokenFor.add(port);
    return port;
  }
  throw new NoFreePort(`No port is free from ${wanted} on. Name another one.`);
}

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  for (const address of LOOPBACK_ADDRESSES) {
    if ((await listenOnce(port, address)) === 'taken') return false;
  }
  return true;
}

async function anyPort(): Promise<number> {
  const port = await listenOnce(0, '127.0.0.1');
  if (typeof port !== 'number') throw new NoFreePort('The system gives out no free port.');
  return port;
}

/** Listens for a moment. @returns the port, `taken`, or `no-such-address` on a machine without IPv6 */
function listenOnce(port: number, host: string): Promise<number | 'taken' | 'no-such-address'> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      // EACCES: a port below 1024, which is not for us either.
      if (hasCode(error, 'EADDRINUSE') || hasCode(error, 'EACCES')) resolve('taken');
      else if (hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT')) resolve('no-such-address');
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const used = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(used));
    });
  });
}
