import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../../packages/sandbox/src/free-port.ts';
import type { BankProcessSettings, FromBank, Population, ToBank } from './messages.ts';

const MODULE = new URL('bank-process.ts', import.meta.url);
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 25_000;
const BETWEEN_STARTS_MS = 100;

/** What every process of one bank shares: all but its ports and its clock. */
export type SharedSettings = Omit<BankProcessSettings, 'apiPort' | 'authorizePort' | 'aheadMs'>;

interface Worker {
  readonly apiPort: number;
  readonly authorizePort: number;
  child: ChildProcess | undefined;
  aheadMs: number;
  /** Resolves when it serves again. */
  ready: Promise<void>;
}

/** A bank of several processes. One that ends is started anew, as whoever runs a bank would do. */
export class BankWorkers {
  readonly #shared: SharedSettings;
  readonly #workers: readonly Worker[];
  #stopping = false;
  /** How processes ended that nobody had ended. */
  readonly endedByThemselves: string[] = [];

  private constructor(shared: SharedSettings, workers: readonly Worker[]) {
    this.#shared = shared;
    this.#workers = workers;
  }

  /** Starts the first process, which makes the schema, then the others. */
  static async start(count: number, shared: SharedSettings): Promise<BankWorkers> {
    const ports = new Set<number>();
    const workers: Worker[] = [];
    for (let made = 0; made < count; made += 1) {
      const apiPort = await findFreePort(0, ports);
      const authorizePort = await findFreePort(0, ports);
      workers.push({ apiPort, authorizePort, child: undefined, aheadMs: 0, ready: Promise.resolve() });
    }
    const bank = new BankWorkers(shared, workers);
    const [first, ...others] = workers;
    try {
      if (first !== undefined) await bank.#startOnce(first);
      await Promise.all(others.map((worker) => bank.#startOnce(worker)));
    } catch (error) {
      await bank.stop();
      throw error;
    }
    return bank;
  }

  get count(): number {
    return this.#workers.length;
  }

  get apiPorts(): number[] {
    return this.#workers.map(({ apiPort }) => apiPort);
  }

  get authorizePorts(): number[] {
    return this.#workers.map(({ authorizePort }) => authorizePort);
  }

  /** Has clients and customers taken in, by the first process. */
  async takeIn(population: Population): Promise<void> {
    const child = this.#workers[0]?.child;
    if (child === undefined) throw new Error('no process of the bank runs');
    await ask(child, { tell: 'take in', population });
  }

  /** Kills one process, without a warning; it is started anew after a while. */
  kill(place: number, downMs: number): void {
    const worker = this.#workers[place % this.#workers.length];
    if (worker?.child === undefined) return;
    worker.child.kill('SIGKILL');
    worker.child = undefined;
    worker.ready = this.#startAgain(worker, downMs);
  }

  /** Moves the clock of one process, or of all of them. A process that is down has it moved when it starts. */
  setClock(aheadMs: number, place?: number): void {
    for (const [at, worker] of this.#workers.entries()) {
      if (place !== undefined && at !== place % this.#workers.length) continue;
      worker.aheadMs = aheadMs;
      const message: ToBank = { tell: 'clock', aheadMs };
      if (worker.child?.connected) worker.child.send(message, () => undefined);
    }
  }

  /** Resolves when every process serves. */
  async allReady(): Promise<void> {
    await Promise.all(this.#workers.map(({ ready }) => ready));
  }

  /** Ends every process as a bank ends. @returns how many did not end by themselves in time */
  async stop(): Promise<number> {
    this.#stopping = true;
    const ends = await Promise.all(this.#workers.map(({ child }) => (child === undefined ? true : end(child))));
    return ends.filter((inTime) => !inTime).length;
  }

  async #startAgain(worker: Worker, downMs: number): Promise<void> {
    await sleep(downMs);
    while (!this.#stopping) {
      try {
        return await this.#startOnce(worker);
      } catch {
        // The store may be away just now.
        await sleep(BETWEEN_STARTS_MS);
      }
    }
  }

  async #startOnce(worker: Worker): Promise<void> {
    const { apiPort, authorizePort, aheadMs } = worker;
    const child = fork(MODULE, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    endWithThisProcess(child);
    try {
      await ask(child, { tell: 'open', settings: { ...this.#shared, apiPort, authorizePort, aheadMs } });
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    if (this.#stopping) child.kill('SIGKILL');
    worker.child = child;
    // Its clock may have been moved while it started.
    this.setClock(worker.aheadMs, this.#workers.indexOf(worker));
    child.once('exit', () => {
      if (worker.child !== child || this.#stopping) return;
      this.endedByThemselves.push(`a process of the bank ended: ${child.signalCode ?? child.exitCode}`);
      worker.child = undefined;
      worker.ready = this.#startAgain(worker, BETWEEN_STARTS_MS);
    });
  }
}

async function ask(child: ChildProcess, message: ToBank): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onMessage = (reply: FromBank) => {
    if ('failed' in reply) reject(new Error(reply.failed));
    else if (reply.done === message.tell) resolve();
  };
  const onExit = (code: number | null, signal: string | null) =>
    reject(new Error(`a process of the bank ended: ${signal ?? code}`));
  const timer = setTimeout(() => reject(new Error('a process of the bank did not answer')), START_LIMIT_MS);
  child.on('message', onMessage).once('exit', onExit);
  try {
    child.send(message);
    await promise;
  } finally {
    clearTimeout(timer);
    child.off('message', onMessage).off('exit', onExit);
  }
}

async function end(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true;
  const ended = once(child, 'exit').then(() => true);
  if (child.connected) child.disconnect();
  const inTime = await Promise.race([ended, sleep(END_LIMIT_MS, false, { ref: false })]);
  if (!inTime) child.kill('SIGKILL');
  await ended;
  return inTime;
}

/** The processes end by themselves when this one is gone, however that happens; this only makes it quick. */
function endWithThisProcess(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}
