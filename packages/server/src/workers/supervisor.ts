import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { supervisorFigures } from '../operations/supervisor-figures.ts';
import type { MetricsJson } from '../operations/worker-figures.ts';
import type { ServerLog } from '../server-log.ts';
import { askForFigures, askStore } from './ask-for-figures.ts';
import { type DrainMessage, isWorkerMessage } from './messages.ts';
import { RestartPolicy } from './restart-policy.ts';
import { LOOK_EVERY_MS, SignsOfLife } from './signs-of-life.ts';
import { WORKER_NODE_FLAGS } from './worker-flags.ts';

export interface SupervisorOptions {
  readonly workers: number;
  readonly drainSeconds: number;
  /** How long a worker may give no sign of life before it is killed. */
  readonly hangSeconds: number;
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
  /** It was killed because it gave no sign of life. */
  isHung: boolean;
  /** Why it could not start, in its own words. */
  failure: string | undefined;
}

/** The workers cannot be kept alive. The message says why the last one died. */
export class WorkersDied extends Error {
  override readonly name = 'WorkersDied';
}

/** One was killed because it gave no sign of life before it was ready. The next one may. */
class HungAtStart extends WorkersDied {
  constructor() {
    super(
      'A worker gave no sign of life before it was ready, and was killed: its event loop was blocked, or it was stopped. ' +
        'See whether the disks with the program, its configuration and its keys answer, and who stops processes here (a ' +
        'debugger, a frozen container); say a larger hangSeconds where starting takes longer.',
    );
  }
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
  readonly #signs = new SignsOfLife<Place>();
  readonly #figures = supervisorFigures();
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
    setInterval(() => this.#killHung(), LOOK_EVERY_MS).unref();
  }

  /** Process ids of the workers that serve and give signs of life. */
  get pids(): number[] {
    return this.#awake().flatMap(({ process }) => process.pid ?? []);
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** The figures of the workers that answer in time, of the store if it does, and of this process. */
  async figures(): Promise<MetricsJson[]> {
    const awake = this.#awake();
    const silent = this.#serving().length - awake.length;
    return [await this.#figures.read({ awake: awake.length, silent }), ...(await askForFigures(awake))];
  }

  /** Resolves when a worker has had an answer of the store. @throws Error saying why there is none */
  async storeAnswers(): Promise<void> {
    await askStore(this.#awake());
  }

  #serving(): Place[] {
    return [...this.#places].filter(({ readySince, isLeaving }) => readySince !== undefined && !isLeaving);
  }

  #awake(): Worker[] {
    return this.#serving().flatMap((place) => (this.#signs.isSilent(place) ? [] : place.worker));
  }

  /** Rejects when the workers cannot be kept alive. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /** Starts all workers. @throws WorkersDied when one says why it does not become ready, or one after another hangs */
  async start(): Promise<void> {
    // The first alone: what keeps it from starting would keep them all, and is said once.
    await this.#startUntilReady(isHungAtStart);
    if (this.#isEnding) return;
    const others = Array.from({ length: this.#options.workers - 1 }, () => this.#startUntilReady(isHungAtStart));
    await Promise.all(others);
  }

  /**
   * Puts new workers in the place of all there are, one after another, so that they read the configuration, certificates and
   * keys anew and the ports are always served. When a new one does not become ready, the old ones that are left stay.
   *
   * @throws WorkersDied
   */
  async replaceAll(options: Pick<SupervisorOptions, 'workers' | 'drainSeconds' | 'hangSeconds'>): Promise<void> {
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
    const place: Place = { worker, readySince: undefined, isLeaving: false, isHung: false, failure: undefined };
    this.#places.add(place);
    this.#signs.expectOf(place);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.on('message', (message: unknown) => {
      if (!isWorkerMessage(message)) return;
      if (message.kind === 'alive') this.#signs.heardOf(place);
      if (message.kind === 'failed') place.failure = message.why;
      if (message.kind === 'ready') {
        place.readySince = performance.now();
        this.#options.log.info({ worker: worker.process.pid }, 'a worker is ready');
        resolve();
      }
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.#places.delete(place);
      this.#signs.forget(place);
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const ended = () => new WorkersDied(place.failure ?? `A worker ended before it was ready (${how}).`);
      reject(place.isHung ? new HungAtStart() : ended());
      if (place.isLeaving || this.#isEnding) return;
      if (place.isHung || place.readySince !== undefined) this.#figures.lost(place.isHung ? 'hung' : 'died');
      if (place.readySince !== undefined) this.#replaceDead(worker, performance.now() - place.readySince, how);
    });
    return promise;
  }

  /** Only of workers that were ready once: one that never was is the matter of whoever started it. */
  #replaceDead(worker: Worker, livedMs: number, how: string): void {
    const { log } = this.#options;
    const next = this.#policy.afterDeath(livedMs, this.#serving().length > 0);
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
    try {
      await this.#startUntilReady(() => true);
    } catch (error) {
      this.#lost.reject(error);
    }
  }

  /**
   * Starts one worker after another until one is ready, the policy gives up, or the end begins.
   *
   * @param isWorthAnother whether what kept one from starting may not keep the next one
   * @throws WorkersDied
   */
  async #startUntilReady(isWorthAnother: (error: unknown) => boolean): Promise<void> {
    while (!this.#isEnding) {
      try {
        return await this.#startOne();
      } catch (error) {
        if (this.#isEnding) return;
        if (!isWorthAnother(error)) throw error;
        const next = this.#policy.afterDeath(0, this.#serving().length > 0);
        const facts = { why: error instanceof Error ? error.message : String(error) };
        if (next === 'give up') {
          this.#options.log.error(facts, 'a worker did not start');
          throw error;
        }
        this.#options.log.error({ ...facts, ...next }, 'a worker did not start; another takes its place');
        await sleep(next.waitMs);
      }
    }
  }

  /** A worker that is stuck for good has to die before another can take its place. */
  #killHung(): void {
    const { hangSeconds, log } = this.#options;
    for (const place of this.#signs.look((hangSeconds * 1_000) / LOOK_EVERY_MS)) {
      place.isHung = true;
      const facts = { worker: place.worker.process.pid, hangSeconds };
      const when = place.readySince === undefined ? 'before it was ready' : 'for too long';
      log.error(
        facts,
        `a worker gave no sign of life ${when} and is killed: its event loop is blocked, or it was stopped`,
      );
      place.worker.process.kill('SIGKILL');
    }
  }

  /** @returns calls that were cut off */
  async #drain(place: Place): Promise<number> {
    const { worker } = place;
    if (worker.isDead()) return 0;
    place.isLeaving = true;
    // How long that may take has a limit of its own.
    this.#signs.forget(place);
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

function isHungAtStart(error: unknown): boolean {
  return error instanceof HungAtStart;
}
