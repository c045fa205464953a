import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import { type Context, type ContextManager, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { observedDatabase } from '../../src/adapters/postgres/observed-database.ts';
import { beginCallSpan } from '../../src/http/call-span.ts';
import { NO_MEASURES } from '../../src/ports/measures.ts';

/** What an operator's SDK does: the context follows whatever a call waits for. */
class FollowingContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = () => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (inside, work, self, ...args) =>
    this.#storage.run(inside, () => work.apply(self, args));
  bind: ContextManager['bind'] = (_inside, target) => target;
  enable = () => this;
  disable = () => this;
}

const exporter = new InMemorySpanExporter();
before(() => {
  context.setGlobalContextManager(new FollowingContext());
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  // The operator's own; here the shortest that reads a caller's span.
  propagation.setGlobalPropagator({
    inject: () => undefined,
    fields: () => ['traceparent'],
    extract: (outside, headers: Record<string, string>) => {
      const [, traceId = '', spanId = ''] = (headers.traceparent ?? '').split('-');
      return trace.setSpanContext(outside, { traceId, spanId, traceFlags: 1, isRemote: true });
    },
  });
});
after(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

test('a call has a span under its caller’s, and what it asks of the database stands under that', async () => {
  const database = observedDatabase(
    {
      query: async ({ name }) => {
        if (name === 'bad') throw new RangeError('FI9259995020084225 was refused');
        return [];
      },
      transaction: () => Promise.reject(new Error('no')),
      close: async () => undefined,
    },
    NO_MEASURES,
  );
  const [traceId, callerId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const request = { headers: { traceparent: `00-${traceId}-${callerId}-01` } } as unknown as IncomingMessage;
  const span = beginCallSpan(request);
  await span.within(async () => {
    await database.query({ name: 'good', text: 'SELECT' }, ['a secret']);
    await database.query({ name: 'bad', text: 'SELECT' }, ['a secret']).catch(() => undefined);
  });
  span.end({ method: 'GET', route: '/payments/:paymentId', status: 200, requestId: 'the-request' });

  const [good, bad, call] = exporter.getFinishedSpans();
  assert.ok(good !== undefined && bad !== undefined && call !== undefined);
  assert.equal(call.name, 'GET /payments/:paymentId');
  assert.deepEqual(
    [call.spanContext().traceId, call.parentSpanContext?.spanId, call.attributes['http.response.status_code']],
    [traceId, callerId, 200],
  );
  for (const child of [good, bad]) assert.equal(child.parentSpanContext?.spanId, call.spanContext().spanId);
  assert.deepEqual([good.name, bad.name, bad.attributes['error.type']], ['good', 'bad', 'RangeError']);
  const told = JSON.stringify(
    [good, bad, call].map(({ name, attributes, status, events }) => [name, attributes, status, events]),
  );
  assert.doesNotMatch(told, /secret|FI92/);
});
