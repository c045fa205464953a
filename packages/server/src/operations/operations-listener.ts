import { createServer, type Server, type ServerResponse } from 'node:http';
import { AggregatorRegistry } from 'prom-client';
import type { MetricsJson } from './worker-figures.ts';

/** What the listener asks of the server around it. */
export interface Operated {
  /** Process ids of the workers that serve now and give signs of life. */
  readonly pids: readonly number[];
  /** Whether the end has begun: whoever sends calls here should send them elsewhere. */
  readonly isEnding: boolean;
  /** The figures of every worker that answers in time, of the store if it does, and of the process that keeps the workers. */
  figures(): Promise<readonly MetricsJson[]>;
  /** Resolves when a worker has had an answer of the store. @throws Error saying why there is none */
  storeAnswers(): Promise<void>;
}

export interface OperationsListener {
  /** Its address, without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * The operator's own listener, apart from both of the bank's and for this machine alone: `/livez`, whether the process is
 * worth keeping; `/readyz`, whether calls should be sent to it; `/metrics`, for Prometheus. It takes GET and no bodies.
 */
export async function openOperationsListener(
  operated: Operated,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<OperationsListener> {
  const server = createServer(
    { requestTimeout: 5_000, headersTimeout: 5_000, maxHeaderSize: 8_192 },
    (request, response) => {
      const { method = '', url = '' } = request;
      const answer = ROUTES[url.split('?', 1)[0] ?? ''];
      if (answer === undefined)
        return send(response, 404, JSON_TYPE, '{"error":"There are /livez, /readyz and /metrics."}');
      if (method !== 'GET' && method !== 'HEAD')
        return send(response, 405, JSON_TYPE, '{"error":"Only GET is taken here."}');
      answer(operated, response).catch((error: unknown) => notReady(response, reasonOf(error)));
    },
  );
  await listen(server, host, port);
  const address = server.address();
  const openPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${openPort}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Answer = (operated: Operated, response: ServerResponse) => Promise<void>;

const ROUTES: Readonly<Record<string, Answer>> = {
  '/livez': async ({ pids }, response) =>
    send(response, 200, JSON_TYPE, JSON.stringify({ live: true, workers: pids.length })),
  '/readyz': async (operated, response) => {
    if (operated.isEnding) return notReady(response, 'It is ending.');
    if (operated.pids.length === 0) return notReady(response, 'No worker is ready.');
    await operated.storeAnswers();
    send(response, 200, JSON_TYPE, JSON.stringify({ ready: true, workers: operated.pids.length }));
  },
  '/metrics': async (operated, response) => {
    const registry = AggregatorRegistry.aggregate([...(await operated.figures())]);
    send(response, 200, registry.contentType, await registry.metrics());
  },
};

function notReady(response: ServerResponse, why: string): void {
  send(response, 503, JSON_TYPE, JSON.stringify({ ready: false, why }));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body) })
    .end(body);
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
