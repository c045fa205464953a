import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SandboxFacts } from '../../../packages/sandbox/src/sandbox-facts.ts';
import { type Said, saidBy } from '../../support/said-by.ts';

const LUPA = fileURLToPath(new URL('../../../packages/sandbox/src/lupa.ts', import.meta.url));

/** Runs one `lupa` command line in a directory, as a person does. */
export function runLupa(args: readonly string[], cwd: string): Promise<Said> {
  return saidBy(start(args, cwd));
}

/** Starts `lupa up` in a directory, on free ports, with everything in its `.lupa`; waits until it is ready. */
export async function startLupaUp(
  cwd: string,
  ports: { readonly api: number; readonly authorize: number } = { api: 0, authorize: 0 },
): Promise<{ readonly facts: SandboxFacts; end(): Promise<number | null> }> {
  const at = ['--api-port', String(ports.api), '--authorize-port', String(ports.authorize)];
  const child = start(['up', '--no-shop', '--json', ...at], cwd);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let said = '';
  child.stderr.resume();
  const { promise, resolve, reject } = Promise.withResolvers<SandboxFacts>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('\n')) resolve(JSON.parse(said) as SandboxFacts);
  });
  void exited.then(() => reject(new Error(`lupa up ended before it was ready: ${said}`)));
  return {
    facts: await promise,
    async end() {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

/** It does not outlive the test, and knows nothing of the tests' own database. */
function start(args: readonly string[], cwd: string) {
  const { LUPA_DATABASE_URL: _tests, ...env } = process.env;
  const child = spawn(process.execPath, [LUPA, ...args], {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}
