import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Measures } from '../ports/measures.ts';
import { chooseLanguage } from '../sca/languages.ts';
import { problemPage } from '../sca/problem-page.ts';
import { pageHeaders } from '../sca/security-headers.ts';
import type { AddressLimit } from './address-limit.ts';
import { AnswerLog } from './answer-log.ts';
import { CONNECTION_LIMITS, HANDSHAKE_TIMEOUT_MS, limitConnections } from './connection-limits.ts';
import { framingFault } from './framing.ts';
import type { LoadLimit } from './load-limit.ts';
import { isOfRequest } from './malformed-requests.ts';
import { callUnderWay, endAfter, isAnswered, oneByOne } from './one-by-one.ts';
import { MAX_BODY_BYTES } from './read-body.ts';
import { watchAnswers } from './watch-answers.ts';

export interface AuthorizeListenerOptions {
  /** The origin of this listener. */
  readonly issuer: string;
  readonly isSandbox: boolean;
  /** PEM; absent only where the issuer is plain http, on the sandbox's own machine. */
  readonly tls: { readonly certificate: string; readonly privateKey: string } | undefined;
  readonly identifiers: Identifiers;
  readonly log: FastifyBaseLogger;
  readonly load: LoadLimit;
  /** Undefined where each address may begin as many connections as it likes. */
  readonly addresses?: AddressLimit | undefined;
  readonly measures: Measures;
}

/** To what Node could not even parse. */
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/** The listener for browsers, and for anyone who wants keys (contract §1): no client certificate. */
export function authorizeListener({
  issuer,
  isSandbox,
  tls,
  identifiers,
  log,
  load,
  addresses,
  measures,
}: AuthorizeListenerOptions) {
  const answerProblem = (
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    name: 'no-such-page' | 'busy',
  ) => {
    const language = chooseLanguage([], request.headers['accept-language']);
    const page = problemPage({ name, language, requestId: request.id, isSandbox });
    return reply.code(status).headers(pageHeaders(issuer)).send(page);
  };
  const answerNoSuchPage = (request: FastifyRequest, reply: FastifyReply) =>
    answerProblem(request, reply, 404, 'no-such-page');
  const app = fastify({
    serverFactory: (handler) => {
      const server = serverOf(
        tls,
        oneByOne((request, response) => {
          if (framingFault(request) === undefined) return handler(request, response);
          endAfter(response, request.socket);
          return response.writeHead(400, { 'content-length': '0' }).end();
        }),
      );
      addresses?.watch(server, 'authorize');
      return server;
    },
    bodyLimit: MAX_BODY_BYTES,
    genReqId: () => identifiers.uuid(),
    requestIdHeader: false,
    logController: new AnswerLog(),
    loggerInstance: log,
    clientErrorHandler: (error, socket) => {
      const before = callUnderWay(socket);
      if (!isOfRequest(error) || !socket.writable) socket.destroy();
      else if (before !== undefined) endAfter(before, socket);
      else {
        if (!isAnswered(socket)) socket.write(BAD_REQUEST);
        socket.destroySoon();
      }
    },
    // A path the router cannot decode is no page either.
    frameworkErrors: (_error, request, reply) => void answerNoSuchPage(request, reply),
  });
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  limitConnections(app.server, load.connections);
  watchAnswers(app, { listener: 'authorize', measures });
  // Once the body is there: whoever sends it byte by byte takes nobody's place.
  app.addHook('preValidation', (request, reply, next) => {
    const busy = load.enter((leave) => reply.raw.once('close', leave));
    if (busy === undefined) return next();
    reply.header('retry-after', String(busy.retryAfterSeconds));
    answerProblem(request, reply, 503, 'busy');
  });
  app.setNotFoundHandler(answerNoSuchPage);
  return app;
}

function serverOf(tls: AuthorizeListenerOptions['tls'], handler: RequestListener) {
  if (tls === undefined) return createPlainServer(CONNECTION_LIMITS, handler);
  const { certificate: cert, privateKey: key } = tls;
  const options = { cert, key, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_TIMEOUT_MS } as const;
  return createServer({ ...options, ...CONNECTION_LIMITS }, handler);
}
