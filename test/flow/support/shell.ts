import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LIBRARY = fileURLToPath(new URL('./jose.sh', import.meta.url));

/** What a shell command said: its output, and what curl's `-v` told on the error stream. */
export interface Said {
  readonly out: string;
  readonly err: string;
}

/**
 * Runs POSIX shell commands, `jose.sh` at hand, in one directory.
 *
 * @param values variables of the script
 * @throws Error with everything that was said when it fails
 */
export function runShell(script: string, directory: string, values: Readonly<Record<string, string>> = {}): Said {
  const { status, stdout, stderr, error } = spawnSync('sh', ['-euc', `. "${LIBRARY}"\n${script}`], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, ...values },
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(`The shell ended with ${status}: ${error ?? ''}\n${script}\n${stdout}\n${stderr}`);
  return { out: stdout, err: stderr };
}

/** The headers of the answer that `curl -v` showed, by lower-case name. */
export function headersOf({ err }: Said): Readonly<Record<string, string>> {
  const lines = err.matchAll(/^< ([A-Za-z0-9-]+): (.*?)\r?$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

/** The status of the last answer that `curl -v` showed. */
export function statusOf({ err }: Said): number {
  return Number([...err.matchAll(/^< HTTP\/[\d.]+ (\d+)/gm)].at(-1)?.[1]);
}
