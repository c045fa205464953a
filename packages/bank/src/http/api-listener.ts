import { constants } from 'node:crypto';
import fastify, { type FastifyBaseLogger } from 'fastify';
import type { Identifiers } from '../ports/identifiers.ts';
import { AnswerLog } from './answer-log.ts';
import type { CurrentSigner } from './key-ring.ts';
import { answerMalformed } from './malformed-requests.ts';
import { sendError, signErrors } from './signed-errors.ts';

/** Contract §7: a larger body is a 413. */
export const MAX_BODY_BYTES = 64 * 1024;

/** A request whose bytes take longer than this to arrive is given up. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface ApiListenerOptions {
  /** PEM: the server's certificate and key, and the issuers whose client certificates are let in. */
  readonly tls: { readonly certificate: string; readonly privateKey: string; readonly trustedIssuers: string };
  readonly signer: CurrentSigner;
  readonly identifiers: Identifiers;
  readonly log: FastifyBaseLogger;
}

/**
 * The listener for TPP back ends (contract §1): mutual TLS 1.2 or 1.3, with a client certificate from a trusted issuer or no
 * connection at all. It gives out no session tickets and keeps no sessions, so that every connection shows its certificate.
 */
export function apiListener({ tls, signer, identifiers, log }: ApiListenerOptions) {
  const app = fastify({
    https: {
      cert: tls.certificate,
      key: tls.privateKey,
      ca: tls.trustedIssuers,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: false,
    genReqId: () => identifiers.uuid(),
    requestIdHeader: false,
    logController: new AnswerLog(),
    loggerInstance: log,
    clientErrorHandler: answerMalformed(signer, identifiers),
    // What the router refuses before any route: a path it cannot decode, an id longer than any.
    frameworkErrors: (error, request, reply) => void sendError(signer, error, request, reply),
  });
  signErrors(app, signer);
  return app;
}
