import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bank, openBank } from '@lupa/bank';
import { checkConfiguration } from '../configuration/check-configuration.ts';
import { isMistake, printProblems } from '../configuration/problem.ts';
import { explainStart } from '../explain-start.ts';
import { prometheusMeasures } from '../operations/prometheus-measures.ts';
import { workerFigures } from '../operations/worker-figures.ts';
import { drainTimes } from './drain-times.ts';
import { type FiguresMessage, isDrainMessage, isFiguresMessage, type WorkerMessage } from './messages.ts';
import { SIGN_EVERY_MS } from './signs-of-life.ts';

/** One worker: a whole bank, on ports and a database that it shares with the others. It is started by the primary process alone. */
const [file] = process.argv.slice(2);

/** When nobody says how long: the primary process has died, or somebody told this worker alone to end. */
const DRAIN_WITHIN_MS = 30_000;

// From now on: one that hangs before it has opened the bank is noticed too.
void giveSignsOfLife();
const figures = workerFigures();
let ending = false;
const opening = open();

process.on('message', (message) => {
  if (isDrainMessage(message)) void end(message.withinMs);
  if (isFiguresMessage(message)) void tellFigures(message);
});
process.on('SIGTERM', () => void end(DRAIN_WITHIN_MS));
process.on('disconnect', () => void end(DRAIN_WITHIN_MS));
// Ctrl-C and a lost terminal reach every process of the group; the primary says what follows from them.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

async function open(): Promise<Bank | undefined> {
  try {
    const { configuration, problems } = await checkConfiguration({ file, environment: process.env });
    if (configuration === undefined) throw new Error(printProblems(problems.filter(isMistake)));
    const bank = await openBank({ ...configuration.bank, measures: prometheusMeasures(figures.registry) });
    await tell({ kind: 'ready' });
    return bank;
  } catch (error) {
    await tell({ kind: 'failed', why: explainStart(error) });
    process.exit(1);
  }
}

/** As long as it runs; each sign has left before the next one comes. */
async function giveSignsOfLife(): Promise<never> {
  for (;;) {
    await tell({ kind: 'alive' });
    await sleep(SIGN_EVERY_MS, undefined, { ref: false });
  }
}

async function tellFigures({ id, of }: FiguresMessage): Promise<void> {
  try {
    const bank = await opening;
    if (bank !== undefined) await tell({ kind: 'figures', id, metrics: await figures.read(bank.figures, of) });
  } catch (error) {
    await tell({ kind: 'no figures', id, why: explainStart(error) });
  }
}

async function end(withinMs: number): Promise<void> {
  if (ending) return;
  ending = true;
  const bank = await opening;
  const { cutOff } = (await bank?.close(drainTimes(withinMs))) ?? { cutOff: 0 };
  await tell({ kind: 'drained', cutOff });
  process.exit(0);
}

/** Resolves when it is on its way, or nobody listens any more. */
function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (cluster.worker?.isConnected() !== true) resolve();
    else cluster.worker.send(message, () => resolve());
  });
}
