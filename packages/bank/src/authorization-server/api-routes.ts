import type { IncomingHttpHeaders } from 'node:http';
import { errorEntry, LupaError } from '@lupa/protocol';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { handOver, issuerHeaders, type LibraryCallback } from './hand-over.ts';
import type { AuthorizationServerOptions } from './options.ts';
import { PATHS } from './provider-configuration.ts';

/**
 * The endpoints TPP back ends call, for the mutual-TLS listener. The library reads the body itself; it is taken as a form whatever
 * `Content-Type` says, and the answer is JSON whatever `Accept` says (contract §2).
 */
export function apiRoutes(callback: LibraryCallback, options: AuthorizationServerOptions): FastifyPluginAsync {
  const issuer = new URL(options.issuer);
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _body, done) => done(null));
    app.setErrorHandler((error, _request, reply) => answerBusy(error, reply));
    app.addHook('preHandler', async (request) => {
      const certificateThumbprint = readThumbprint(options, request);
      if (certificateThumbprint !== undefined) await options.admit?.(certificateThumbprint);
    });
    for (const path of [PATHS.token, PATHS.revocation, PATHS.introspection]) {
      app.post(path, (request, reply) => {
        reply.header('x-request-id', request.id);
        const exchange = {
          requestId: request.id,
          acceptLanguage: undefined,
          errorAddress: undefined,
          certificateThumbprint: readThumbprint(options, request),
        };
        const headers = { ...issuerHeaders(issuer), ...formHeaders(request.raw.headers) };
        return handOver(callback, request, reply, { method: 'POST', url: path, headers, exchange });
      });
    }
  };
}

/** A call that was turned away before anything was done (contract §2: JSON of RFC 6749, never HTML). */
function answerBusy(error: unknown, reply: FastifyReply): FastifyReply {
  if (!(error instanceof LupaError) || error.retryAfterSeconds === undefined) throw error;
  return reply
    .code(errorEntry(error.code).httpStatus)
    .headers({ 'retry-after': String(error.retryAfterSeconds), 'cache-control': 'no-store' })
    .send({ error: 'temporarily_unavailable', error_description: error.message });
}

function formHeaders({
  'content-length': length,
  'transfer-encoding': encoding,
}: IncomingHttpHeaders): IncomingHttpHeaders {
  return {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(length === undefined ? {} : { 'content-length': length }),
    ...(encoding === undefined ? {} : { 'transfer-encoding': encoding }),
  };
}

/** A connection without a certificate of its own is no error here: its client cannot prove itself, and is told so. */
function readThumbprint(options: AuthorizationServerOptions, request: FastifyRequest): string | undefined {
  try {
    return options.certificateThumbprint(request.raw);
  } catch {
    return undefined;
  }
}
