import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '../../../test/support/postgres.ts';

/** A disk that can be filled to its last byte, and emptied again. */
export interface SmallDisk {
  /** How it is done on this machine, in words for a report. */
  readonly way: string;
  fill(): void;
  empty(): void;
}

/** Room for an empty server, its write-ahead log and what a run writes. */
const SIZE_MEGABYTES = 400;
const END_LIMIT_MS = 30_000;

/**
 * Moves the server's whole data to a small disk. As root, where mounting is allowed, that is a tmpfs of its own, which a file
 * fills until the kernel says ENOSPC. Elsewhere the server's processes get a limit on how far they may write into a file
 * (`prlimit --fsize`, no privilege needed): the write is refused all the same, with EFBIG.
 *
 * @param postgres a server of the run's own
 */
export async function onSmallDisk(
  postgres: Postgres,
  closing: (() => Promise<unknown>)[],
): Promise<SmallDisk | undefined> {
  const data = postgres.dataDirectory;
  if (data === undefined) throw new Error('only a server of the run itself can be moved to a small disk');
  const mounted = await moveToTmpfs(postgres, data, closing);
  return mounted ?? limitOnFiles(data);
}

async function moveToTmpfs(
  postgres: Postgres,
  data: string,
  closing: (() => Promise<unknown>)[],
): Promise<SmallDisk | undefined> {
  const disk = fs.mkdtempSync(join(tmpdir(), 'lupa-small-disk-'));
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MEGABYTES}m,mode=0711`, 'lupa-faults', disk]);
  if (mount.status !== 0) {
    fs.rmdirSync(disk);
    return undefined;
  }
  const unmount = () => {
    spawnSync('umount', ['--lazy', disk]);
    fs.rmdirSync(disk);
  };
  // When the server has ended.
  closing.push(whenDone(unmount));
  postgres.kill('SIGINT');
  for (const deadline = Date.now() + END_LIMIT_MS; fs.existsSync(join(data, 'postmaster.pid')); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('PostgreSQL did not end, and cannot be moved to a small disk');
  }
  // One link for all of it: the server's own path stays what it was.
  execFileSync('cp', ['-a', data, join(disk, 'data')]);
  fs.rmSync(data, { recursive: true });
  fs.symlinkSync(join(disk, 'data'), data);
  await postgres.restart();
  const ballast = join(disk, 'ballast');
  return {
    way: `a tmpfs of ${SIZE_MEGABYTES} MB, filled`,
    fill: () => fillWith(ballast),
    empty: () => fs.rmSync(ballast, { force: true }),
  };
}

/** Whatever ends this process, nothing stays mounted; a `kill -9` leaves it. @returns does it now */
function whenDone(unmount: () => void): () => Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals) => {
    process.off('exit', unmount);
    unmount();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.once('exit', unmount);
  for (const signal of signals) process.once(signal, onSignal);
  return async () => {
    process.off('exit', unmount);
    for (const signal of signals) process.off(signal, onSignal);
    unmount();
  };
}

function fillWith(ballast: string): void {
  const file = fs.openSync(ballast, 'a');
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      const bytes = Buffer.alloc(size);
      for (let written = size; written === size; ) written = writeOrNothing(file, bytes);
    }
  } finally {
    fs.closeSync(file);
  }
}

function writeOrNothing(file: number, bytes: Buffer): number {
  try {
    return fs.writeSync(file, bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 0;
    throw error;
  }
}

function limitOnFiles(data: string): SmallDisk | undefined {
  // By the server's own account: nobody else may without a privilege.
  const { uid, gid } = fs.statSync(data);
  const account = process.getuid?.() === 0 ? { uid, gid } : {};
  const limit = (soft: string) =>
    processesOf(data).map((pid) => spawnSync('prlimit', ['--pid', String(pid), `--fsize=${soft}:`], account).status);
  if (!limit('unlimited').every((status) => status === 0)) return undefined;
  return {
    way: 'RLIMIT_FSIZE of 8 KiB on every process of the server',
    fill: () => void limit('8192'),
    empty: () => void limit('unlimited'),
  };
}

/** The server and its children. */
function processesOf(data: string): number[] {
  const [first] = fs.existsSync(join(data, 'postmaster.pid'))
    ? fs.readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    : [];
  if (first === undefined) return [];
  const postmaster = Number(first);
  const children = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === postmaster);
  return [postmaster, ...children];
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
