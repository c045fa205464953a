import { LupaError } from '@lupa/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clients } from '../ports/clients.ts';
import { allowedMethods } from './allowed-methods.ts';
import { callingClient } from './calling-client.ts';
import type { CallsUnderWay } from './calls-under-way.ts';
import { certificateThumbprint } from './client-certificate.ts';
import type { CurrentSigner } from './key-ring.ts';
import { PAYMENTS_PREFIX, paymentsRoutes } from './payments-routes.ts';
import type { PaymentsApi, ReceivedRequest, Route } from './route.ts';
import { sendError, sendSigned } from './signed-errors.ts';

export interface PaymentsApiOptions {
  readonly api: PaymentsApi;
  readonly clients: Clients;
  readonly signer: CurrentSigner;
  readonly callsUnderWay: CallsUnderWay;
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

  const routes = paymentsRoutes(options.api);
  app.setNotFoundHandler((request, reply) => answerUnknownRoute(routes, options.signer, request, reply));
  for (const line of routes) {
    app.route({ method: line.method, url: line.path, handler: handlerOf(line, options) });
  }
}

function handlerOf(line: Route, { api, clients, signer, callsUnderWay }: PaymentsApiOptions) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { headers } = request;
    const call = await callingClient(clients, headers, certificateThumbprint(request.raw), request.id);
    const received: ReceivedRequest = {
      client: call.client,
      method: request.method,
      path: pathOf(request),
      params: request.params as ReceivedRequest['params'],
      query: request.query as ReceivedRequest['query'],
      headers,
      body: request.body instanceof Uint8Array ? request.body : NO_BODY,
    };
    const answer = await callsUnderWay.within(call.certificateThumbprint, () => line.answer(api, call, received));
    return sendSigned(signer, answer, request, reply);
  };
}

function answerUnknownRoute(
  routes: readonly Route[],
  signer: CurrentSigner,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const methods = allowedMethods(routes, PAYMENTS_PREFIX, pathOf(request));
  if (methods.length === 0) return sendError(signer, new LupaError('NOT_FOUND'), request, reply);
  reply.header('allow', methods.join(', '));
  return sendError(signer, new LupaError('METHOD_NOT_ALLOWED'), request, reply);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}
