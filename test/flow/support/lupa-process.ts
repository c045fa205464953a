import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SandboxFacts } from '../../../packages/sandbox/src/sandbox-facts.ts';
import { placeEmptyStore } from '../../support/pglite-store.ts';

const LUPA = fileURLToPath(new URL('../../../packages/sandbox/src/lupa.ts', import.meta.url));
const READY_TIMEOUT_MS = 60_000;

/** `lupa up` in a process of its own, as a person starts it. */
export interface LupaProcess {
  readonly facts: SandboxFacts;
  /** Ends it and resolves when it is gone. @returns its exit code, null where the signal killed it */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface LupaProcessOptions {
  readonly dataDir: string;
  readonly apiPort?: number;
  readonly authorizePort?: number;
  /** Without it PGlite is the store, whatever database the tests themselves were given. */
  readonly databaseUrl?: string | undefined;
  /** Kills it so long after its start, ready or not. */
  readonly killAfterMs?: number;
}

/** Starts `lupa up --json` and waits until it says it is ready. @throws Error with what it said instead */
export async function startLupa(options: LupaProcessOptions): Promise<LupaProcess> {
  const { dataDir, apiPort = 0, authorizePort = 0, databaseUrl, killAfterMs } = options;
  if (databaseUrl === undefined) await placeEmptyStore(dataDir);
  const { LUPA_DATABASE_URL: _tests, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [
      ...[LUPA, 'up', '--json', '--no-shop', '--data', dataDir],
      ...['--api-port', String(apiPort), '--authorize-port', String(authorizePort)],
    ],
    {
      env: databaseUrl === undefined ? env : { ...env, LUPA_DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  // A test that fails, or is ended, leaves no bank behind.
  const endWithTest = () => child.kill('SIGKILL');
  process.once('exit', endWithTest);
  if (killAfterMs !== undefined) setTimeout(endWithTest, killAfterMs).unref();
  const exited = once(child, 'exit') as Promise<[number | null]>;
  exited.then(() => process.off('exit', endWithTest));
  const facts = await readyLineOf(child).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    facts,
    async end(signal) {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

async function readyLineOf(child: ChildProcess): Promise<SandboxFacts> {
  let said = '';
  let complained = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complained += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<SandboxFacts>();
  const giveUp = () => reject(new Error(`lupa up is not ready. It said:\n${said}${complained}`));
  const timer = setTimeout(giveUp, READY_TIMEOUT_MS);
  child.once('exit', giveUp);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('\n')) resolve(JSON.parse(said) as SandboxFacts);
  });
  return promise.finally(() => {
    clearTimeout(timer);
    child.off('exit', giveUp);
  });
}
