import type { Worker } from 'node:cluster';
import type { MetricsJson } from '../operations/worker-figures.ts';
import { type FiguresMessage, isWorkerMessage } from './messages.ts';

/** A worker that takes longer is busy or stuck; its figures are left out this time. */
const WITHIN_MS = 2_000;

let lastId = 0;

/** Asks workers for their figures, and one of them for those of the store. What does not come in time is left out. */
export async function askForFigures(workers: readonly Worker[]): Promise<MetricsJson[]> {
  const own = workers.map((worker) => askOne(worker, 'process'));
  const ofStore = askStore(workers, own).catch(() => undefined);
  const answers = await Promise.all([...own, ofStore]);
  return answers.filter((answer) => answer !== undefined);
}

/**
 * Asks the store for its figures, through the first worker that shows that it is awake: one that hangs would say nothing of the
 * store.
 *
 * @param own what workers were asked about themselves already
 * @throws Error when the store does not answer, or none of the workers does
 */
export async function askStore(
  workers: readonly Worker[],
  own = workers.map((worker) => askOne(worker, 'process')),
): Promise<MetricsJson> {
  const awake = await Promise.any(
    own.map(async (answer, place) => {
      const worker = workers[place];
      if (worker === undefined || (await answer) === undefined) throw new Error('It did not answer in time.');
      return worker;
    }),
  ).catch(() => undefined);
  if (awake === undefined) throw new Error('No worker answered in time.');
  const figures = await askOne(awake, 'store');
  if (figures === undefined) throw new Error('The store did not answer in time.');
  return figures;
}

/** @returns undefined when it did not answer in time, or died. @throws Error with its own words when there are none */
async function askOne(worker: Worker, of: FiguresMessage['of']): Promise<MetricsJson | undefined> {
  lastId += 1;
  const id = lastId;
  const { promise, resolve, reject } = Promise.withResolvers<MetricsJson | undefined>();
  const take = (message: unknown) => {
    if (!isWorkerMessage(message) || !('id' in message) || message.id !== id) return;
    if (message.kind === 'figures') resolve(message.metrics);
    else reject(new Error(message.why));
  };
  const noMore = () => resolve(undefined);
  const timer = setTimeout(noMore, WITHIN_MS);
  worker.on('message', take).on('exit', noMore);
  try {
    if (!worker.isConnected()) return undefined;
    worker.send({ kind: 'figures', id, of } satisfies FiguresMessage);
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.off('message', take).off('exit', noMore);
  }
}
