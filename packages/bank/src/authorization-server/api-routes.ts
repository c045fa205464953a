import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, errorEntry, LupaError } from '@lupa/protocol';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Exchange } from './exchange.ts';
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
    app.setErrorHandler((error, _request, reply) => answerRefusal(error, reply));
    for (const path of [PATHS.token, PATHS.revocation, PATHS.introspection]) {
      app.post(path, async (request, reply) => {
        reply.header('x-request-id', request.id);
        const exchange = await beginExchange(options, request, reply);
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

/** @throws LupaError as `CertificateGuard.admit` does, and TOO_MANY_REQUESTS */
async function beginExchange(
  { guard, admit }: AuthorizationServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Exchange> {
  const certificate = await guard.admit(request.raw, reply.raw);
  await admit?.(certificate.thumbprint);
  return { requestId: request.id, acceptLanguage: undefined, errorAddress: undefined, certificate };
}

/**
 * JSON of RFC 6749, never HTML (contract §2): what is wrong with the certificate is wrong with the client; any error that will not
 * pass by itself is the listener's own to answer.
 */
function answerRefusal(error: unknown, reply: FastifyReply): FastifyReply {
  if (!(error instanceof LupaError)) throw error;
  if (CERTIFICATE_REFUSALS.has(error.code)) {
    return reply
      .code(401)
      .headers({ 'cache-control': 'no-store', pragma: 'no-cache', connection: 'close' })
      .send({ error: 'invalid_client', error_description: error.description ?? error.message });
  }
  if (error.code === 'HEADER_INVALID') {
    return reply
      .code(400)
      .header('cache-control', 'no-store')
      .send({ error: 'invalid_request', error_description: error.description ?? error.message });
  }
  if (error.retryAfterSeconds === undefined) throw error;
  // Turned away before anything was done.
  return reply
    .code(errorEntry(error.code).httpStatus)
    .headers({ 'retry-after': String(error.retryAfterSeconds), 'cache-control': 'no-store' })
    .send({ error: 'temporarily_unavailable', error_description: error.message });
}

const CERTIFICATE_REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CERTIFICATE_UNKNOWN',
  'CERTIFICATE_REFUSED',
  'ROLE_MISSING',
]);
