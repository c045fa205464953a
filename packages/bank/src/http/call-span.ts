import type { IncomingMessage } from 'node:http';
import {
  type Context,
  context,
  INVALID_TRACEID,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api';

const tracer = trace.getTracer('lupa');

/** The span of one call, and the context in which what it does becomes its children. */
export interface CallSpan {
  within<T>(work: () => T): T;
  /** @param route as in `Measures.callAnswered`; the span is named after it */
  end(call: { method: string; route: string; status: number; requestId: string }): void;
}

const NO_SPAN: CallSpan = { within: (work) => work(), end: () => undefined };

/**
 * Begins the span of a call, under the caller's own where the operator's OpenTelemetry SDK reads `traceparent`. Without an SDK
 * this does nothing.
 */
export function beginCallSpan(request: IncomingMessage): CallSpan {
  const parent: Context = propagation.extract(ROOT_CONTEXT, request.headers);
  const span: Span = tracer.startSpan('call', { kind: SpanKind.SERVER }, parent);
  // A span that an SDK does not record has an id all the same, for what is called from here.
  if (span.spanContext().traceId === INVALID_TRACEID) return NO_SPAN;
  const inside = trace.setSpan(parent, span);
  return {
    within: (work) => context.with(inside, work),
    end: ({ method, route, status, requestId }) => {
      if (span.isRecording()) {
        span.updateName(`${method} ${route}`);
        span.setAttributes({
          'http.request.method': method,
          'http.route': route,
          'http.response.status_code': status,
          'lupa.request_id': requestId,
        });
      }
      span.end();
    },
  };
}
