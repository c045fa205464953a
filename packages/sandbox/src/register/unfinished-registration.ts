import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseRegistrationResult, REGISTRATION_FILES, readRegistrationDirectory } from '@lupa/tpp';
import { hasCode, isMissing, writePrivateFile } from '../files/private-file.ts';
import { isAlive, ownIdentity, parseIdentity } from '../files/process-identity.ts';

/** The directory cannot take a registration; the message says why and what to do. */
export class DirectoryUnusable extends Error {
  override readonly name = 'DirectoryUnusable';
}

/** What a run before this one left behind when it was interrupted. */
export type LeftBehind =
  /** It had everything but the last renaming: that is done now. */
  | { readonly kind: 'completed' }
  /** Whether the bank registered anybody is unknown; nobody has the secret. */
  | { readonly kind: 'sent'; readonly at: string; readonly url: string; readonly softwareId: string }
  | { readonly kind: 'nothing-sent' };

interface Progress {
  readonly sent?: { readonly at: string; readonly url: string; readonly softwareId: string };
}

const PROGRESS_FILE = 'progress.json';

/**
 * A registration on its way to a directory. Its files gather beside that directory, in `<directory>.unfinished`, which takes its place in one
 * step when all of them are written: a directory that is there is whole. The unfinished one also keeps a second run out, and tells the
 * next one how far a run that was killed had come.
 */
export class UnfinishedRegistration {
  readonly #target: string;
  readonly #path: string;

  private constructor(target: string, path: string) {
    this.#target = target;
    this.#path = path;
  }

  /**
   * @returns the registration to go on with, unless one that was interrupted is completed now; and what was left behind
   * @throws DirectoryUnusable when the directory holds something, or another run is at work
   */
  static async begin(
    given: string,
    { force, now }: { readonly force: boolean; readonly now: Date },
  ): Promise<{ readonly unfinished?: UnfinishedRegistration; readonly left?: LeftBehind }> {
    const target = resolve(given);
    await refuseOccupied(target, given, force);
    const path = unfinishedPath(target);
    const earlier = new UnfinishedRegistration(target, path);
    const left = await earlier.#readLeftBehind();
    if (left?.kind === 'completed') {
      await earlier.finish(now);
      return { left };
    }
    if (left !== undefined) await earlier.abandon();
    await mkdir(dirname(target), { recursive: true });
    const fresh = await mkdtemp(`${path}-`);
    await writePrivateFile(join(fresh, PROGRESS_FILE), JSON.stringify(ownIdentity()));
    try {
      await rename(fresh, path);
    } catch (error) {
      await rm(fresh, { recursive: true });
      if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) throw anotherRun(given);
      throw error;
    }
    return { unfinished: earlier, ...(left === undefined ? {} : { left }) };
  }

  /** Notes that the registration leaves for the bank now. */
  async noteSending(sent: NonNullable<Progress['sent']>): Promise<void> {
    await writePrivateFile(join(this.#path, PROGRESS_FILE), JSON.stringify({ ...ownIdentity(), sent }));
  }

  /** Writes files that only their owner may read. */
  async keep(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) await writePrivateFile(join(this.#path, name), content);
  }

  /**
   * Puts the directory in its place, if it is whole.
   *
   * @returns where the registration went that was there before
   * @throws TppError SETTINGS_INVALID when something of it is missing
   */
  async finish(now: Date): Promise<string | undefined> {
    await readRegistrationDirectory(this.#path);
    await rm(join(this.#path, PROGRESS_FILE), { force: true });
    const replaced = await makeRoom(this.#target, now);
    await rename(this.#path, this.#target);
    return replaced;
  }

  /** Deletes what was gathered. */
  async abandon(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }

  async #readLeftBehind(): Promise<LeftBehind | undefined> {
    if ((await entriesOf(this.#path)) === undefined) return undefined;
    if (await isWhole(this.#path)) return { kind: 'completed' };
    const progress = await readProgress(this.#path);
    const identity = parseIdentity(progress);
    if (identity !== undefined && isAlive(identity)) throw anotherRun(this.#target);
    const sent = progress?.sent;
    return sent === undefined ? { kind: 'nothing-sent' } : { kind: 'sent', ...sent };
  }
}

/** Where a directory is moved that is out of use: its secrets are not deleted behind anybody's back. */
export function retiredPath(path: string, why: 'before' | 'deleted', now: Date): string {
  return `${resolve(path)}.${why}-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}

function unfinishedPath(target: string): string {
  return `${target}.unfinished`;
}

async function refuseOccupied(target: string, given: string, force: boolean): Promise<void> {
  const entries = (await entriesOf(target, given)) ?? [];
  if (entries.length === 0) return;
  if (!entries.includes(REGISTRATION_FILES.result)) {
    throw new DirectoryUnusable(`${given} already holds other files. Name an empty or a new directory with --out.`);
  }
  if (!force) {
    throw new DirectoryUnusable(
      `${given} already holds a registration${await clientOf(target)}. Use it (lupa pay --tpp ${given} ...), name another directory with --out, or register anew with --force: the one that is there is then kept beside the new one.`,
    );
  }
}

async function clientOf(directory: string): Promise<string> {
  try {
    const text = await readFile(join(directory, REGISTRATION_FILES.result), 'utf8');
    return `, of client ${parseRegistrationResult(text).registration.clientId}`;
  } catch {
    return '';
  }
}

async function makeRoom(target: string, now: Date): Promise<string | undefined> {
  const entries = await entriesOf(target);
  if (entries === undefined) return undefined;
  if (entries.length === 0) {
    await rmdir(target);
    return undefined;
  }
  const retired = retiredPath(target, 'before', now);
  await rename(target, retired);
  return retired;
}

async function isWhole(path: string): Promise<boolean> {
  try {
    await readRegistrationDirectory(path);
    return true;
  } catch {
    return false;
  }
}

async function readProgress(path: string): Promise<Progress | undefined> {
  try {
    return JSON.parse(await readFile(join(path, PROGRESS_FILE), 'utf8')) as Progress;
  } catch {
    // Killed before it was written, so before anything was sent.
    return undefined;
  }
}

async function entriesOf(path: string, given = path): Promise<string[] | undefined> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (hasCode(error, 'ENOTDIR'))
      throw new DirectoryUnusable(`${given} is a file, not a directory. Name another with --out.`);
    throw error;
  }
}

function anotherRun(target: string): DirectoryUnusable {
  return new DirectoryUnusable(
    `Another lupa register is at work on ${target}. Wait for it, or name another directory with --out.`,
  );
}
