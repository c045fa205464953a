import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Everything that was said on one connection. */
export interface RawConversation {
  readonly answers: readonly RawAnswer[];
  /** Whether the server ended the connection; otherwise we did, after it had been silent for a while. */
  readonly isClosed: boolean;
}

export interface RawDoor {
  readonly url: string;
  /** Who calls; nobody on the listener for browsers. */
  readonly tls: Partial<TppIdentity['tls']>;
  /** The caller's own address, of this machine; 127.0.0.1 when absent. */
  readonly from?: string;
}

/** Long enough for any answer on a busy machine. */
const SILENCE_MS = 20_000;

/** Opens a connection on which anything can be written. */
export async function openRaw({ url, tls, from }: RawDoor): Promise<Socket> {
  const { hostname, port, protocol } = new URL(url);
  const at = { host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(port), localAddress: from };
  const isTls = protocol === 'https:';
  const socket = isTls ? connectTls({ ...at, servername: 'localhost', ...tls }) : connectTcp(at);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(isTls ? 'secureConnect' : 'connect', () => resolve());
  socket.once('error', reject);
  // A handshake that is given up ends without an error.
  socket.once('close', () => reject(new Error('the connection ended before it was open')));
  await promise;
  // A connection that the server resets has ended, and no more.
  socket.off('error', reject).on('error', () => undefined);
  return socket;
}

/**
 * Writes these bytes as they are, and listens until the server ends the connection.
 *
 * @param pieces each is written by itself
 */
export async function converse(door: RawDoor, ...pieces: readonly (string | Uint8Array)[]): Promise<RawConversation> {
  const socket = await openRaw(door);
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.setTimeout(SILENCE_MS, () => resolve(false));
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('close', () => resolve(true));
  // Not ended: whoever smuggles keeps the connection.
  for (const piece of pieces) socket.write(piece);
  const isClosed = await promise;
  socket.destroy();
  return { answers: readAnswers(Buffer.concat(chunks)), isClosed };
}

/** @throws Error for bytes that are no answers with a length */
export function readAnswers(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const [line = '', ...lines] = rest.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1];
    if (end === -1 || status === undefined) throw new Error(`no answer: ${rest.toString('latin1', 0, 200)}`);
    const headers = Object.fromEntries(
      lines.map((each) => {
        const colon = each.indexOf(':');
        return [each.slice(0, colon).toLowerCase(), each.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers['content-length'] ?? 0);
    const body = rest.subarray(end + 4, end + 4 + length);
    answers.push({ status: Number(status), headers, body });
    rest = rest.subarray(end + 4 + length);
  }
  return answers;
}
