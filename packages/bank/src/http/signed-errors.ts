import { LupaError } from '@lupa/protocol';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorFromFastify } from './fastify-errors.ts';
import type { CurrentSigner } from './key-ring.ts';
import { interactionId } from './request-headers.ts';
import { type Answer, errorAnswer, send, signAnswer } from './signed-reply.ts';

/** Sends an answer signed, with the ids every answer carries (contract §5 "Headers of an answer"). */
export function sendSigned(signer: CurrentSigner, answer: Answer, request: FastifyRequest, reply: FastifyReply) {
  const ids = { requestId: request.id, interactionId: interactionId(request.headers) ?? request.id };
  return send(reply, signAnswer(signer(), answer, ids));
}

/**
 * What a caller is told of an error: known problems as they are; anything else is logged whole and told as INTERNAL, with the
 * id to find it by.
 */
export function refusalOf(error: unknown, requestId: string, log: FastifyBaseLogger): LupaError {
  const known = error instanceof LupaError ? error : errorFromFastify(error);
  if (known !== undefined) return known;
  log.error({ reqId: requestId, err: error }, 'unexpected failure');
  return new LupaError('INTERNAL');
}

/** Sends a refusal signed. */
export function sendError(signer: CurrentSigner, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  return sendSigned(signer, errorAnswer(refusalOf(error, request.id, request.log), request.id), request, reply);
}

/** Makes every refusal of this server, that of an unknown path included, a signed one (contract §7). */
export function signErrors(app: FastifyInstance, signer: CurrentSigner): void {
  app.setErrorHandler((error, request, reply) => sendError(signer, error, request, reply));
  app.setNotFoundHandler((request, reply) => sendError(signer, new LupaError('NOT_FOUND'), request, reply));
}
