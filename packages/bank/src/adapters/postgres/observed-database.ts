import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Measures } from '../../ports/measures.ts';
import type { Database, Statement, Transaction } from './database.ts';

const tracer = trace.getTracer('lupa');

/**
 * A database whose answers are measured and traced: single statements by their names, transactions as one. Values never leave it.
 * Without an OpenTelemetry SDK the spans cost next to nothing.
 */
export function observedDatabase(database: Database, measures: Measures): Database {
  async function observe<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const span = tracer.startSpan(what, { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql' } });
    let isFailed = false;
    try {
      return await ask();
    } catch (error) {
      isFailed = true;
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
      measures.databaseAnswered({ what, isFailed, seconds: (performance.now() - began) / 1000 });
    }
  }
  return {
    query: <Row>(statement: Statement, values: readonly unknown[]) =>
      observe(statement.name, () => database.query<Row>(statement, values)),
    transaction: <T>(work: (inside: Transaction) => Promise<T>) =>
      observe('transaction', () => database.transaction(work)),
    close: () => database.close(),
  };
}

/** An error's message may quote what somebody sent; its name does not. */
function markFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
}
