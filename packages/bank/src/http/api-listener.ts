import { constants } from 'node:crypto';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import fastify, { type FastifyBaseLogger } from 'fastify';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Measures } from '../ports/measures.ts';
import type { AddressLimit } from './address-limit.ts';
import { AnswerLog } from './answer-log.ts';
import type { CertificateGuard } from './certificate-guard.ts';
import { CONNECTION_LIMITS, HANDSHAKE_TIMEOUT_MS, limitConnections } from './connection-limits.ts';
import { framingFault } from './framing.ts';
import { refuseStranger } from './guard-behind-proxy.ts';
import type { CurrentSigner } from './key-ring.ts';
import type { LoadLimit } from './load-limit.ts';
import { answerMalformed, answerUnframed } from './malformed-requests.ts';
import { oneByOne } from './one-by-one.ts';
import type { PaymentsDoor } from './payments-api.ts';
import { watchProxied } from './proxied-connections.ts';
import { MAX_BODY_BYTES } from './read-body.ts';
import { sendError, signErrors } from './signed-errors.ts';
import { watchAnswers } from './watch-answers.ts';

/** An idle connection outlives the trust in its certificate by this much at most. */
const REFUSED_SWEEP_MS = 5_000;

export interface ApiListenerOptions {
  /** How callers come: over mutual TLS, or through a proxy that has ended it. */
  readonly from: MutualTls | BehindProxy;
  readonly signer: CurrentSigner;
  readonly identifiers: Identifiers;
  readonly log: FastifyBaseLogger;
  readonly load: LoadLimit;
  /** Undefined where each address may begin as many connections as it likes. */
  readonly addresses?: AddressLimit | undefined;
  readonly measures: Measures;
  /** Answers its own part of the requests; the rest is for the plugins. */
  readonly payments: PaymentsDoor;
  /** Every part asks it about each call; the listener has it close connections that are idle. */
  readonly guard: CertificateGuard;
}

/** PEM: the server's certificate and key, and the issuers whose client certificates are let in. */
export interface MutualTls {
  readonly certificate: string;
  readonly privateKey: string;
  readonly trustedIssuers: string;
}

export interface BehindProxy {
  /** Of the proxies, as addresses or networks. Calls from anywhere else are refused. */
  readonly addresses: readonly string[];
  /** PEM; without it the proxy speaks plain HTTP, over a network that is the bank's own. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
}

const VERSIONS = {
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
} as const;

/** A forwarded certificate and its chain take more than Node's own 16 KiB. */
const PROXIED_HEADER_BYTES = 64 * 1024;

/**
 * A listener for TPP back ends (contract §1): mutual TLS 1.2 or 1.3, with a client certificate from a trusted issuer or no
 * connection at all. It gives out no session tickets and keeps no sessions, so that every connection shows its certificate. Or
 * one for a proxy that does all that in its place.
 */
export function apiListener(options: ApiListenerOptions) {
  const { from, signer, identifiers, log, load, addresses, measures, payments, guard } = options;
  const refuse = answerUnframed(signer, identifiers);
  const app = fastify({
    serverFactory: (others) => {
      const server = serverFor(
        from,
        oneByOne((request, response) => {
          const fault = framingFault(request);
          if (fault !== undefined) refuse(fault, request, response);
          else if (payments.takes(request)) payments.answer(request, response);
          else others(request, response);
        }),
      );
      addresses?.watch(server, 'api');
      return server;
    },
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    genReqId: () => identifiers.uuid(),
    requestIdHeader: false,
    logController: new AnswerLog(),
    loggerInstance: log,
    clientErrorHandler: answerMalformed(signer, identifiers),
    // What the router refuses before any route: a path it cannot decode, an id longer than any.
    frameworkErrors: (error, request, reply) => void sendError(signer, error, request, reply),
  });
  // Which Node would refuse by itself, unsigned.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  limitConnections(app.server, load.connections);
  watchAnswers(app, { listener: 'api', measures });
  app.addHook('onRequest', async ({ raw }) => refuseStranger(raw));
  // Once the body is there: whoever sends it byte by byte takes nobody's place.
  app.addHook('preValidation', (_request, reply, next) => next(load.enter((leave) => reply.raw.once('close', leave))));
  app.addHook('onClose', async () => load.close());
  signErrors(app, signer);
  const sweep = setInterval(() => guard.closeRefused(), REFUSED_SWEEP_MS).unref();
  app.addHook('onClose', async () => clearInterval(sweep));
  return app;
}

function serverFor(from: ApiListenerOptions['from'], answer: RequestListener) {
  if ('trustedIssuers' in from) return createServer(serverOptions(from), answer);
  const options = { ...CONNECTION_LIMITS, maxHeaderSize: PROXIED_HEADER_BYTES };
  const { addresses, tls } = from;
  const server =
    tls === undefined
      ? createHttpServer(options, answer)
      : createServer(
          {
            ...options,
            ...VERSIONS,
            handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
            cert: tls.certificate,
            key: tls.privateKey,
          },
          answer,
        );
  watchProxied(server, addresses);
  return server;
}

/**
 * A trust anchor may be an intermediate: so it is in the European trusted lists. Node takes `allowPartialTrustChain` for a context
 * only, and a server's own for those callers alone who name its host (SNI), as all do who do not call an address.
 */
function serverOptions(tls: MutualTls) {
  const credentials = { cert: tls.certificate, key: tls.privateKey, ca: tls.trustedIssuers };
  const context = createSecureContext({ ...credentials, ...VERSIONS, allowPartialTrustChain: true });
  return {
    ...credentials,
    ...VERSIONS,
    SNICallback: (_name: string, done: (error: null, context: SecureContext) => void) => done(null, context),
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ...CONNECTION_LIMITS,
  } as const;
}
