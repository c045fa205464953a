import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../../packages/sandbox/src/free-port.ts';
import { saidBy } from '../../support/said-by.ts';
import type { ServeFiles } from './serve-files.ts';

const LUPA = fileURLToPath(new URL('../../../packages/sandbox/src/lupa.ts', import.meta.url));
const READY_TIMEOUT_MS = 90_000;

/** `lupa serve` in a process of its own, with its workers in theirs. */
export interface ServeProcess {
  readonly api: string;
  readonly authorize: string;
  /** Where `/livez`, `/readyz` and `/metrics` are. */
  readonly operations: string;
  readonly pid: number;
  /** As they were when it became ready. */
  readonly workers: readonly number[];
  /** The log, line by line, as it grows. */
  readonly log: readonly LogLine[];
  /** Resolves with the first line, past or to come, of which this holds. */
  logged(holds: (line: LogLine) => boolean): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and resolves when it is gone. @returns its exit code, null where the signal killed it */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface LogLine {
  readonly msg?: string;
  readonly worker?: number;
  readonly [name: string]: unknown;
}

/** Whether a line of the log says this. */
export function says(text: string) {
  return ({ msg }: LogLine): boolean => msg?.includes(text) === true;
}

/** Whether there is a process of this id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Two free ports, and what a configuration says of them. */
export async function freeServePorts(files: ServeFiles, host = '127.0.0.1') {
  const spokenFor = new Set<number>();
  const [api, authorize] = [await findFreePort(0, spokenFor), await findFreePort(0, spokenFor)];
  const { members } = files;
  return {
    api: { ...members.api, host, port: api, url: `https://localhost:${api}` },
    authorize: { ...members.authorize, host, port: authorize, url: `https://localhost:${authorize}` },
  };
}

/** Starts `lupa serve --json` and waits until it says it is ready. @throws Error with what it said instead */
export async function startServe(
  file: string,
  {
    workers = 2,
    environment = {},
    onLine = () => {},
  }: {
    workers?: number;
    environment?: NodeJS.ProcessEnv;
    /** Told of each line of the log, as soon as it starts. */
    onLine?: (line: LogLine, signal: (name: NodeJS.Signals) => void) => void;
  } = {},
): Promise<ServeProcess> {
  const child = spawnLupa(['serve', '--config', file, '--workers', String(workers), '--json'], environment);
  const endWithTest = () => child.kill('SIGKILL');
  process.once('exit', endWithTest);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  exited.then(() => process.off('exit', endWithTest));
  const log: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  const complaints: string[] = [];
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (text) => {
    const line = parseLine(text);
    if (line === undefined) complaints.push(text);
    log.push(line ?? { msg: text });
    onLine(line ?? { msg: text }, (name) => child.kill(name));
    for (const listener of listeners) listener(line ?? { msg: text });
  });
  const ready = Promise.withResolvers<Pick<ServeProcess, 'api' | 'authorize' | 'operations' | 'pid' | 'workers'>>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) =>
    ready.resolve(JSON.parse(text)),
  );
  const giveUp = () =>
    ready.reject(
      new Error(
        `lupa serve is not ready (exit code ${child.exitCode}). It said:\n${complaints.join('\n')}\n${log.map((line) => JSON.stringify(line)).join('\n')}`,
      ),
    );
  const timer = setTimeout(giveUp, READY_TIMEOUT_MS);
  exited.then(giveUp);
  const facts = await ready.promise
    .finally(() => clearTimeout(timer))
    .catch((error) => {
      child.kill('SIGKILL');
      throw error;
    });
  return {
    ...facts,
    log,
    logged: (holds) => {
      const found = log.find(holds);
      if (found !== undefined) return Promise.resolve(found);
      const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
      const listener = (line: LogLine) => {
        if (holds(line)) resolve(line);
      };
      listeners.add(listener);
      const giveUp = () =>
        reject(new Error(`lupa serve does not log that, but:\n${log.map((line) => JSON.stringify(line)).join('\n')}`));
      const timer = setTimeout(giveUp, READY_TIMEOUT_MS);
      exited.then(giveUp);
      return promise.finally(() => {
        clearTimeout(timer);
        listeners.delete(listener);
      });
    },
    signal: (signal) => void child.kill(signal),
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/** Runs `lupa serve` to its end. */
export function runServe(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return runLupa(['serve', ...args], environment);
}

/** Runs any command to its end. @param input what it reads on standard input */
export async function runLupa(args: readonly string[], environment: NodeJS.ProcessEnv = {}, input = '') {
  const child = spawnLupa(args, environment);
  child.stdin?.end(input);
  const { exitCode: code, ...said } = await saidBy(child);
  return { code, ...said };
}

/** Without the variables that are the tests' own. */
function spawnLupa(args: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LUPA_'));
  return spawn(process.execPath, [LUPA, ...args], {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function parseLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
