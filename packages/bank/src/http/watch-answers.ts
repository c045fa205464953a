import type { FastifyInstance } from 'fastify';
import type { Measures } from '../ports/measures.ts';
import { beginCallSpan, type CallSpan } from './call-span.ts';

/** Measures and traces every answer of a listener, as `paymentsApi` does by itself. */
export function watchAnswers(
  app: FastifyInstance,
  { listener, measures }: { readonly listener: 'api' | 'authorize'; readonly measures: Measures },
): void {
  const spans = new WeakMap<object, CallSpan>();
  app.addHook('onRequest', (request, _reply, next) => {
    const span = beginCallSpan(request.raw);
    spans.set(request, span);
    span.within(() => next());
  });
  app.addHook('onResponse', (request, reply, next) => {
    const { method, id: requestId } = request;
    const { statusCode: status } = reply;
    const route = request.routeOptions.url ?? 'unknown';
    spans.get(request)?.end({ method, route, status, requestId });
    measures.callAnswered({ listener, method, route, status, seconds: reply.elapsedTime / 1000 });
    next();
  });
}
