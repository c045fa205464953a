import { type IncomingHttpHeaders, IncomingMessage, type ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beginExchange, type Exchange } from './exchange.ts';

/** What a request is handed over as. */
export interface HandOver {
  readonly method: 'GET' | 'POST';
  /** Path and query as the library shall see them. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Of a POST: what has been read of it already, which is the whole. */
  readonly body?: Uint8Array;
  readonly exchange: Exchange;
}

export type LibraryCallback = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Gives a request to the library, which answers it. The library sees the few headers named here and no others: none that would
 * choose another way to authenticate, another format of the answer, or another name for this bank (`Host`, `X-Forwarded-…`).
 */
export function handOver(
  callback: LibraryCallback,
  request: FastifyRequest,
  reply: FastifyReply,
  as: HandOver,
): FastifyReply {
  const handed = as.body === undefined ? request.raw : readAnew(request.raw, as.body);
  handed.method = as.method;
  handed.url = as.url;
  handed.headers = as.headers;
  beginExchange(handed, as.exchange);
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  callback(handed, reply.raw);
  return reply;
}

/** The library reads bodies by itself: what has been read is given to it as if it had just come. */
function readAnew({ socket }: IncomingMessage, body: Uint8Array): IncomingMessage {
  const request = new IncomingMessage(socket);
  request.push(body);
  request.push(null);
  request.complete = true;
  return request;
}

/** Headers that make the request look as if it had come to the issuer's own address, whatever it says itself. */
export function issuerHeaders(issuer: URL): IncomingHttpHeaders {
  return { host: issuer.host, 'x-forwarded-proto': issuer.protocol.slice(0, -1) };
}
