import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, errorEntry, LupaError } from '@lupa/protocol';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { parseAnyBody } from '../http/read-body.ts';
import type { Exchange } from './exchange.ts';
import { handOver, issuerHeaders, type LibraryCallback } from './hand-over.ts';
import type { AuthorizationServerOptions } from './options.ts';
import { PATHS } from './provider-configuration.ts';

/** What the library reads of a form, which no setting of it changes (its `lib/shared/selective_body.js`). */
const MAX_FORM_KIB = 56;

const FORM_TOO_LARGE = `The body is larger than ${MAX_FORM_KIB} KiB; it was not read, and nothing was done. Send what this call needs, and no more, as a form (application/x-www-form-urlencoded) of at most ${MAX_FORM_KIB} KiB.`;

const NO_BODY = new Uint8Array(0);

/**
 * The endpoints TPP back ends call, for the mutual-TLS listener. The body is taken as a form whatever `Content-Type` says, and the
 * answer is JSON whatever `Accept` says (contract §2). The body is read here and not by the library, so that the listener can
 * count a call once it is all there.
 */
export function apiRoutes(callback: LibraryCallback, options: AuthorizationServerOptions): FastifyPluginAsync {
  const issuer = new URL(options.issuer);
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', parseAnyBody(MAX_FORM_KIB * 1024));
    app.setErrorHandler((error, request, reply) => answerRefusal(error, reply.header('x-request-id', request.id)));
    for (const path of [PATHS.token, PATHS.revocation, PATHS.introspection]) {
      app.post(path, async (request, reply) => {
        reply.header('x-request-id', request.id);
        const exchange = await beginExchange(options, request, reply);
        const body = request.body instanceof Uint8Array ? request.body : NO_BODY;
        const headers = { ...issuerHeaders(issuer), ...formHeaders(body) };
        return handOver(callback, request, reply, { method: 'POST', url: path, headers, body, exchange });
      });
    }
  };
}

function formHeaders({ length }: Uint8Array): IncomingHttpHeaders {
  return {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(length),
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
  if (error.code === 'HEADER_INVALID' || error.code === 'BODY_TOO_LARGE') {
    const description = error.code === 'BODY_TOO_LARGE' ? FORM_TOO_LARGE : (error.description ?? error.message);
    return reply
      .code(400)
      .headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
      .send({ error: 'invalid_request', error_description: description });
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
