import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode, isMissing } from './private-file.ts';
import { isAlive, ownIdentity, type ProcessIdentity, parseIdentity } from './process-identity.ts';

/** Another living process holds the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
  readonly pid: number;

  constructor(path: string, pid: number) {
    super(
      `Another Lupa (process ${pid}) is using ${dirname(path)}. Use that one, end it, or start this one with another --data directory.`,
    );
    this.pid = pid;
  }
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/** Attempts before giving up on a lock that keeps changing hands. */
const MAX_ATTEMPTS = 20;

/**
 * Takes the lock file, which appears whole or not at all (link(2)), or finds out who has it. A holder that no longer lives
 * is set aside: PGlite loses rows when two processes write one directory, so this is what stands between them.
 *
 * @throws DirectoryInUse
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  const nonce = randomUUID();
  const own = `${path}.${nonce}`;
  await writeFile(own, JSON.stringify({ ...ownIdentity(), nonce }), { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (await linked(own, path)) return { release: () => releaseLock(path, nonce) };
      const holder = await readHolder(path);
      if (holder?.identity !== undefined && isAlive(holder.identity))
        throw new DirectoryInUse(path, holder.identity.pid);
      if (holder !== undefined) await setAside(path, holder.text);
    }
    throw new Error(`${path} keeps changing hands. Try again.`);
  } finally {
    await rm(own, { force: true });
  }
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<{ text: string; identity: ProcessIdentity | undefined } | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return { text, identity: readIdentity(text) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function readIdentity(text: string): ProcessIdentity | undefined {
  try {
    return parseIdentity(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Moves the dead holder's lock out of the way; when a living one took its place meanwhile, that one is put back. */
async function setAside(path: string, deadText: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== deadText) await link(aside, path);
  } catch (error) {
    if (!isMissing(error) && !hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function releaseLock(path: string, nonce: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.text.includes(nonce)) await rm(path, { force: true });
}
