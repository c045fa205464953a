import { connect, type TLSSocket } from 'node:tls';
import type { TppIdentity } from '../../flow/support/tpp-identity.ts';

/** A call whose body is still to come: the bank has taken it on. */
export interface OpenCall {
  readonly socket: TLSSocket;
  /** Sends the body. Resolves with the answer, head and body, once the connection has ended. */
  finish(): Promise<string>;
}

const BODY = '{"a":true}';

/** Begins a call and resolves when a worker is waiting for its body. */
export async function openCall(api: string, tls: TppIdentity['tls']): Promise<OpenCall> {
  const { hostname, port } = new URL(api);
  const socket = connect({ host: hostname, port: Number(port), ...tls });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  socket.write(
    `POST /payments-psd2/v1/sepa-payments HTTP/1.1\r\nhost: a\r\ncontent-length: ${BODY.length}\r\nexpect: 100-continue\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  return {
    socket,
    finish: async () => {
      const chunks: Uint8Array[] = [];
      socket.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      const ended = new Promise((resolve, reject) => socket.once('end', resolve).once('error', reject));
      socket.write(BODY);
      await ended;
      return Buffer.concat(chunks).toString();
    },
  };
}
