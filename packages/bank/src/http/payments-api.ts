import type { TLSSocket } from 'node:tls';
import { type JwsSigner, LupaError } from '@lupa/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clients } from '../ports/clients.ts';
import { allowedMethods } from './allowed-methods.ts';
import { callingClient } from './calling-client.ts';
import { certificateThumbprint } from './client-certificate.ts';
import { errorFromFastify } from './fastify-errors.ts';
import { PAYMENTS_PREFIX, PAYMENTS_ROUTES } from './payments-routes.ts';
import { interactionId } from './request-headers.ts';
import type { PaymentsApi, ReceivedRequest, Route } from './route.ts';
import { type Answer, errorAnswer, send, signAnswer } from './signed-reply.ts';

export interface PaymentsApiOptions {
  readonly api: PaymentsApi;
  readonly clients: Clients;
  readonly signer: JwsSigner;
}

const NO_BODY = new Uint8Array(0);

/** The payments API (contract §5–§7) as a Fastify plugin, mounted at its prefix: every answer is signed, refusals too. */
export async function paymentsApi(app: FastifyInstance, options: PaymentsApiOptions): Promise<void> {
  // The body is parsed as JSON whatever its Content-Type says, from the very bytes its signature covers (contract §5); so a
  // malformed Content-Type must not matter either.
  app.addHook('onRequest', async (request) => {
    if (request.headers['content-type'] !== undefined) request.headers['content-type'] = 'application/json';
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.setErrorHandler((error, request, reply) => answerError(options, error, request, reply));
  app.setNotFoundHandler((request, reply) => answerUnknownRoute(options, request, reply));
  for (const line of PAYMENTS_ROUTES) {
    app.route({ method: line.method, url: line.path, handler: handlerOf(line, options) });
  }
}

function handlerOf(line: Route, options: PaymentsApiOptions) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { headers } = request;
    const thumbprint = certificateThumbprint(request.raw.socket as TLSSocket);
    const call = await callingClient(options.clients, headers, thumbprint, request.id);
    const received: ReceivedRequest = {
      client: call.client,
      method: request.method,
      path: pathOf(request),
      params: request.params as ReceivedRequest['params'],
      query: request.query as ReceivedRequest['query'],
      headers,
      body: request.body instanceof Uint8Array ? request.body : NO_BODY,
    };
    const answer = await line.answer(options.api, call, received);
    return send(reply, signed(options, answer, request));
  };
}

function answerUnknownRoute(options: PaymentsApiOptions, request: FastifyRequest, reply: FastifyReply) {
  const methods = allowedMethods(PAYMENTS_ROUTES, PAYMENTS_PREFIX, pathOf(request));
  if (methods.length === 0) return answerError(options, new LupaError('NOT_FOUND'), request, reply);
  reply.header('allow', methods.join(', '));
  return answerError(options, new LupaError('METHOD_NOT_ALLOWED'), request, reply);
}

/** Known problems go out as they are; anything else is logged whole and told as INTERNAL, with the id to find it by. */
function answerError(options: PaymentsApiOptions, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const known = error instanceof LupaError ? error : errorFromFastify(error);
  const problem = known ?? new LupaError('INTERNAL');
  if (known === undefined) request.log.error({ err: error }, 'unexpected failure');
  return send(reply, signed(options, errorAnswer(problem, request.id), request));
}

function signed(options: PaymentsApiOptions, answer: Answer, request: FastifyRequest) {
  const ids = { requestId: request.id, interactionId: interactionId(request.headers) ?? request.id };
  return signAnswer(options.signer, answer, ids);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}
