import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a command said, and how it ended. */
export interface Said {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for the end of a command whose standard output and standard error are pipes. */
export async function saidBy(child: ChildProcess): Promise<Said> {
  const closed = once(child, 'close') as Promise<[number | null]>;
  const read = (stream: ChildProcess['stdout']) => (stream === null ? '' : text(stream));
  const [stdout, stderr, [exitCode]] = await Promise.all([read(child.stdout), read(child.stderr), closed]);
  return { exitCode, stdout, stderr };
}
