import fastify, { type FastifyBaseLogger } from 'fastify';
import type { Identifiers } from '../ports/identifiers.ts';
import { AnswerLog } from './answer-log.ts';
import { MAX_BODY_BYTES } from './api-listener.ts';

/** A request whose bytes take longer than this to arrive is given up. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface AuthorizeListenerOptions {
  /** PEM; absent only where the issuer is plain http, on the sandbox's own machine. */
  readonly tls: { readonly certificate: string; readonly privateKey: string } | undefined;
  readonly identifiers: Identifiers;
  readonly log: FastifyBaseLogger;
}

/** The listener for browsers, and for anyone who wants keys (contract §1): no client certificate. */
export function authorizeListener({ tls, identifiers, log }: AuthorizeListenerOptions) {
  const app = fastify({
    https: tls === undefined ? null : { cert: tls.certificate, key: tls.privateKey, minVersion: 'TLSv1.2' },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => identifiers.uuid(),
    requestIdHeader: false,
    logController: new AnswerLog(),
    loggerInstance: log,
  });
  return app;
}
