import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { callerAddress } from './proxied-connections.ts';

/**
 * Logs one line per answer: never a header, a body or a query string, which is where tokens, codes and names travel.
 */
export class AnswerLog extends fastify.LogController {
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const path = request.url.split('?', 1)[0];
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
    const line = {
      from: callerAddress(request.raw),
      method: request.method,
      path,
      status: reply.statusCode,
      milliseconds,
    };
    if (error) request.log.error({ ...line, err: error }, 'answer cut off');
    else request.log.info(line, 'answered');
  }

  override defaultErrorLog(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.statusCode >= 500) request.log.error({ err: error }, 'unexpected failure');
  }
}
