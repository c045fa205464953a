import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cleaning } from './temporary-directory.ts';

const LUPA = fileURLToPath(new URL('../../src/lupa.ts', import.meta.url));

/** A `lupa` command running as a process of its own. */
export interface LupaProcess {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly output: { stdout: string; stderr: string };
  /** Waits until it has printed something that matches. @throws Error with all it printed when it ends first */
  printed(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>;
  /** Waits for its end. @returns its exit code, or the signal that ended it */
  ended(): Promise<number | NodeJS.Signals>;
}

/** Starts `lupa` with these arguments; it does not outlive the test. */
export function startLupa(
  test: Cleaning,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): LupaProcess {
  const { LUPA_DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [LUPA, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const end = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  test.after(async () => {
    child.kill('SIGKILL');
    await end;
  });
  return {
    process: child,
    output,
    ended: () => end,
    printed: async (stream, pattern) => {
      let isOver = false;
      void end.then(() => {
        isOver = true;
      });
      for (;;) {
        const match = pattern.exec(output[stream]);
        if (match !== null) return match[0];
        if (isOver) throw new Error(`lupa ended before it printed ${pattern}:\n${output.stdout}\n${output.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Runs `lupa` to its end. */
export async function runLupa(
  test: Cleaning,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
) {
  const lupa = startLupa(test, args, options);
  const exitCode = await lupa.ended();
  return { exitCode, ...lupa.output };
}
