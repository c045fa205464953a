import type { Worker } from 'node:cluster';
import type { MetricsJson } from '../operations/worker-figures.ts';
import { type FiguresMessage, isWorkerMessage } from './messages.ts';

/** A worker that takes longer is busy or stuck; its figures are left out this time. */
const WITHIN_MS = 2_000;

let lastId = 0;

/**
 * Asks workers for their figures, and one of them for those of the store.
 *
 * @throws Error when the store does not answer, or none of the workers does
 */
export async function askForFigures(workers: readonly Worker[]): Promise<MetricsJson[]> {
  const answers = await Promise.all(workers.map((worker, place) => askOne(worker, place === 0)));
  const figures = answers.filter((answer) => answer !== undefined);
  if (figures.length === 0) throw new Error('No worker answered in time.');
  return figures;
}

/** @returns undefined when it did not answer in time */
async function askOne(worker: Worker, withStore: boolean): Promise<MetricsJson | undefined> {
  lastId += 1;
  const id = lastId;
  const { promise, resolve, reject } = Promise.withResolvers<MetricsJson | undefined>();
  const take = (message: unknown) => {
    if (!isWorkerMessage(message) || !('id' in message) || message.id !== id) return;
    if (message.kind === 'figures') resolve(message.metrics);
    else reject(new Error(message.why));
  };
  const late = () => (withStore ? reject(new Error('The store did not answer in time.')) : resolve(undefined));
  const timer = setTimeout(late, WITHIN_MS);
  worker.on('message', take);
  try {
    if (!worker.isConnected()) return undefined;
    worker.send({ kind: 'figures', id, withStore } satisfies FiguresMessage);
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.off('message', take);
  }
}
