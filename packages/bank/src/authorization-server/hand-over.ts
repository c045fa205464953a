import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beginExchange, type Exchange } from './exchange.ts';

/** What a request is handed over as. */
export interface HandOver {
  readonly method: 'GET' | 'POST';
  /** Path and query as the library shall see them. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
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
  const { raw } = request;
  raw.method = as.method;
  raw.url = as.url;
  raw.headers = as.headers;
  beginExchange(raw, as.exchange);
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  callback(raw, reply.raw);
  return reply;
}

/** Headers that make the request look as if it had come to the issuer's own address, whatever it says itself. */
export function issuerHeaders(issuer: URL): IncomingHttpHeaders {
  return { host: issuer.host, 'x-forwarded-proto': issuer.protocol.slice(0, -1) };
}
