import { spawnSync } from 'node:child_process';

/** Runs OpenSSL, which knows nothing of our code. @returns its exit code and everything it said */
export function openssl(...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error !== undefined)
    throw new Error('These tests need openssl (on Debian: apt-get install openssl).', { cause: error });
  return { status, said: stdout + stderr };
}
