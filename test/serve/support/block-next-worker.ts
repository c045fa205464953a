import cluster from 'node:cluster';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preloading } from './preloading.ts';

/** Longer than any test takes: a worker that nobody kills ends by itself afterwards. */
const BLOCKS_FOR_MS = 120_000;
const VARIABLE = 'TEST_BLOCKS_NEXT_WORKER';

/** Makes workers of one server block. */
export interface WorkerBlock {
  /** What the server is started with. */
  readonly environment: NodeJS.ProcessEnv;
  /** The event loop of the next worker that starts will stand still, before anything of Lupa is loaded. */
  blockNext(): void;
}

export function workerBlock(directory: string): WorkerBlock {
  const mark = join(directory, 'block-next-worker');
  return {
    environment: { ...preloading(import.meta.url), [VARIABLE]: mark },
    blockNext: () => writeFileSync(mark, ''),
  };
}

/** In a worker of such a server, into which Node loads this file before its own. */
const mark = process.env[VARIABLE];
if (cluster.isWorker && mark !== undefined && isTakenAway(mark)) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKS_FOR_MS);
}

/** The file is there for one of them. */
function isTakenAway(file: string): boolean {
  try {
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}
