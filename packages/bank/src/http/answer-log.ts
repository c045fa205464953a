import type { FastifyInstance } from 'fastify';

/**
 * Logs one line per answer: never a header, a body or a query string, which is where tokens, codes and names travel.
 */
export function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const path = request.url.split('?', 1)[0];
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ method: request.method, path, status: reply.statusCode, milliseconds }, 'answered');
  });
}
