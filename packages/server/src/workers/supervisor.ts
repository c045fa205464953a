import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { MetricsJson } from '../operations/worker-figures.ts';
import type { ServerLog } from '../server-log.ts';
import { askForFigures } from './ask-for-figures.ts';
import { type DrainMessage, isWorkerMessage } from './messages.ts';
import { RestartPolicy } from './restart-policy.ts';
import { WORKER_NODE_FLAGS } from './worker-flags.ts';

export interface SupervisorOptions {
  readonly workers: number;
  readonly drainSeconds: number;
  /** The configuration file, which each worker reads by itself. */
  readonly file: string | undefined;
  readonly log: ServerLog;
}

interface Place {
  readonly worker: Worker;
  /** Since when it serves; undefined before that. */
  readySince: number | undefined;
  /** It was told to end: its death is no accident. */
  isLeaving: boolean;
  /** Why it could not start, in its own words. */
  failure: string | undefined;
}

/** The workers cannot be kept alive. The message says why the last one died. */
export class WorkersDied extends Error {
  override readonly name = 'WorkersDied';
}

/**
 * Keeps a number of workers alive on the same ports. The ports are this process's, and every worker accepts from them by
 * itself: the kernel hands a connection to one that is free, and one that dies takes only its own connections with it. (Were
 * they handed out from here, one on its way to a worker that dies would hang.)
 */
export class Supervisor {
  #options: SupervisorOptions;
  readonly #places = new Set<Place>();
  readonly #policy = new RestartPolicy();
  readonly #lost = Promise.withResolvers<never>();
  #isEnding = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('./worker.ts', import.meta.url)),
      args: options.file === undefined ? [] : [options.file],
      // Where a flag is there twice, Node takes the last: what the operator says goes before.
      execArgv: [...WORKER_NODE_FLAGS, ...process.execArgv],
    });
    this.#lost.promise.catch(() => {});
  }

  /** Process ids of the workers that serve. */
  get pids(): number[] {
    return this.#serving().flatMap(({ process }) => process.pid ?? []);
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** The figures of the workers that serve. @throws Error when the store does not answer, or none of them does */
  figures(): Promise<MetricsJson[]> {
    return askForFigures(this.#serving());
  }

  #serving(): Worker[] {
    const serving = [...this.#places].filter(({ readySince, isLeaving }) => readySince !== undefined && !isLeaving);
    return serving.map(({ worker }) => worker);
  }

  /** Rejects when the workers cannot be kept alive. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /** Starts all workers. @throws WorkersDied when the first one does not become ready */
  async start(): Promise<void> {
    // The first alone: what keeps it from starting would keep them all, and is said once.
    await this.#startOne();
    if (this.#isEnding) return;
    await Promise.all(Array.from({ length: this.#options.workers - 1 }, () => this.#startOne()));
  }

  /**
   * Puts new workers in the place of all there are, one after another, so that they read the configuration, certificates and
   * keys anew and the ports are always served. When a new one does not become ready, the old ones that are left stay.
   *
   * @throws WorkersDied
   */
  async replaceAll(options: Pick<SupervisorOptions, 'workers' | 'drainSeconds'>): Promise<void> {
    const former = [...this.#places].filter(({ isLeaving }) => !isLeaving);
    // One that dies meanwhile is not replaced twice.
    for (const place of former) place.isLeaving = true;
    this.#options = { ...this.#options, ...options };
    try {
      for (let started = 0; started < options.workers; started += 1) {
        await this.#startOne();
        if (this.#isEnding) return;
        const leaving = former.shift();
        if (leaving !== undefined) void this.#drain(leaving);
      }
    } catch (error) {
      for (const place of former.splice(0)) {
        if (place.worker.isDead()) void this.#startAgain();
        else place.isLeaving = false;
      }
      throw error;
    }
    for (const leaving of former) void this.#drain(leaving);
  }

  /** Ends every worker gently, and those that take longer than they may at once. @returns calls that were cut off */
  async end(): Promise<number> {
    this.#isEnding = true;
    const cutOff = await Promise.all([...this.#places].map((place) => this.#drain(place)));
    return cutOff.reduce((all, each) => all + each, 0);
  }

  /** Ends every worker now. */
  kill(): void {
    this.#isEnding = true;
    for (const { worker } of this.#places) worker.process.kill('SIGKILL');
  }

  /** Starts a worker, and sees to its death. Resolves when it is ready. */
  #startOne(): Promise<void> {
    const worker = cluster.fork();
    const place: Place = { worker, readySince: undefined, isLeaving: false, failure: undefined };
    this.#places.add(place);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.on('message', (message: unknown) => {
      if (!isWorkerMessage(message)) return;
      if (message.kind === 'failed') place.failure = message.why;
      if (message.kind === 'ready') {
        place.readySince = performance.now();
        this.#options.log.info({ worker: worker.process.pid }, 'a worker is ready');
        resolve();
      }
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.#places.delete(place);
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      reject(new WorkersDied(place.failure ?? `A worker ended before it was ready (${how}).`));
      if (place.readySince !== undefined && !place.isLeaving && !this.#isEnding) {
        this.#replaceDead(worker, performance.now() - place.readySince, how);
      }
    });
    return promise;
  }

  /** Only of workers that were ready once: one that never was is the matter of whoever started it. */
  #replaceDead(worker: Worker, livedMs: number, how: string): void {
    const { log } = this.#options;
    const next = this.#policy.afterDeath(livedMs, this.pids.length > 0);
    const facts = { worker: worker.process.pid, how, livedMs: Math.round(livedMs) };
    if (next === 'give up') {
      log.fatal(facts, 'workers die as soon as they start; giving up');
      this.#lost.reject(
        new WorkersDied(`Workers die as soon as they start, the last one by ${how}. Its own words are above.`),
      );
      return;
    }
    log.error({ ...facts, ...next }, 'a worker died; another takes its place');
    setTimeout(() => void this.#startAgain(), next.waitMs);
  }

  async #startAgain(): Promise<void> {
    if (this.#isEnding) return;
    try {
      await this.#startOne();
    } catch (error) {
      if (this.#isEnding) return;
      const { log } = this.#options;
      log.error({ why: error instanceof Error ? error.message : String(error) }, 'a worker did not start');
      const next = this.#policy.afterDeath(0, this.pids.length > 0);
      if (next === 'give up') this.#lost.reject(error);
      else setTimeout(() => void this.#startAgain(), next.waitMs);
    }
  }

  /** @returns calls that were cut off */
  async #drain(place: Place): Promise<number> {
    const { worker } = place;
    if (worker.isDead()) return 0;
    place.isLeaving = true;
    const withinMs = this.#options.drainSeconds * 1000;
    let cutOff = 0;
    worker.on('message', (message: unknown) => {
      if (isWorkerMessage(message) && message.kind === 'drained') cutOff = message.cutOff;
    });
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    if (worker.isConnected()) worker.send({ kind: 'drain', withinMs } satisfies DrainMessage);
    const timer = setTimeout(() => {
      this.#options.log.error({ worker: worker.process.pid, withinMs }, 'a worker did not end in time and is killed');
      worker.process.kill('SIGKILL');
    }, withinMs);
    await exited;
    clearTimeout(timer);
    return cutOff;
  }
}
