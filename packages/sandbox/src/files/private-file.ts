import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;

/** Makes a directory that only its owner may enter; one that is already there stays as it is. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
}

/**
 * Writes a file that only its owner may read, whole or not at all: a process killed half-way leaves the old file or none,
 * and what it left beside it is overwritten by the next one.
 */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  await makePrivateDirectory(dirname(path));
  const unfinished = `${path}.new`;
  const file = await open(unfinished, 'w', OWNER_ONLY_FILE);
  try {
    // The mode above is only for a file made now; one left by a killed process may have another.
    await file.chmod(OWNER_ONLY_FILE);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/** Reads a file, and takes away what others were allowed to do with it. @returns `undefined` when there is none */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const content = await readFile(path, 'utf8');
    await chmod(path, OWNER_ONLY_FILE);
    return content;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Writes the file unless it already has this content. */
export async function keepPrivateFile(path: string, content: string): Promise<void> {
  if ((await readPrivateFile(path)) !== content) await writePrivateFile(path, content);
}

export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

/** Whether the error is the operating system's, with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
