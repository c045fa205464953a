import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
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
