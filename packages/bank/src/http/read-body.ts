import type { IncomingMessage } from 'node:http';
import { LupaError } from '@lupa/protocol';
import type { FastifyRequest } from 'fastify';

/** Contract §7: a larger body is a 413. */
export const MAX_BODY_BYTES = 64 * 1024;

const NO_BODY = new Uint8Array(0);

/**
 * Reads the bytes of a request's body, whatever its Content-Type says: the signature covers them as they came (contract §5).
 *
 * @param maxBytes how many are read at most
 * @param done told once: of the bytes, none when there was no body, or of BODY_TOO_LARGE, as soon as that is known. Of a
 * request that breaks off it is never told.
 */
export function readBody(
  request: IncomingMessage,
  done: (error: LupaError | undefined, body: Uint8Array) => void,
  maxBytes = MAX_BODY_BYTES,
): void {
  const { headers, method } = request;
  const length = headers['content-length'];
  if (method === 'GET' || (length === undefined ? headers['transfer-encoding'] === undefined : length === '0')) {
    done(undefined, NO_BODY);
    return;
  }
  if (Number(length) > maxBytes) {
    done(new LupaError('BODY_TOO_LARGE'), NO_BODY);
    return;
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const take = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      request.off('data', take).off('end', end);
      done(new LupaError('BODY_TOO_LARGE'), NO_BODY);
      return;
    }
    chunks.push(chunk);
  };
  const end = () => {
    const [first = NO_BODY] = chunks;
    done(undefined, chunks.length <= 1 ? first : Buffer.concat(chunks, bytes));
  };
  request.on('data', take).on('end', end);
}

/** The same for routes of Fastify, as their parser of every content type: `request.body` is the bytes. */
export function parseAnyBody(maxBytes = MAX_BODY_BYTES) {
  return ({ raw }: FastifyRequest, _payload: unknown, done: (error: Error | null, body?: Uint8Array) => void): void =>
    readBody(raw, (error, body) => done(error ?? null, body), maxBytes);
}
