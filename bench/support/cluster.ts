import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { serveParent } from './child.ts';

interface ClusterOrder {
  /** File URL of a module that calls `serveParent`. */
  readonly module: string;
  readonly workers: number;
  readonly options: object;
}

/** Starts a server as several processes that share its port, the first before the others: it makes the schema. */
async function startCluster({ module, workers, options }: ClusterOrder): Promise<unknown> {
  cluster.setupPrimary({ exec: fileURLToPath(module), execArgv: process.execArgv });
  let answered: unknown;
  for (let started = 0; started < workers; started += 1) answered = await startWorker(options);
  return answered;
}

async function startWorker(options: object): Promise<unknown> {
  const worker = cluster.fork();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.once('message', (reply: { answered: unknown } | { failed: string }) =>
    'failed' in reply ? reject(new Error(reply.failed)) : resolve(reply.answered),
  );
  worker.once('exit', (code) => reject(new Error(`a worker ended: ${code}`)));
  worker.once('online', () => (worker as Worker).send(options));
  return promise;
}

serveParent(startCluster);
