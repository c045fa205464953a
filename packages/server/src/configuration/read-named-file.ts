import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { whyUnreadable } from '../why-unreadable.ts';
import type { Problem } from './problem.ts';

/** Reads a file that a member or a variable names. @returns undefined after saying what is wrong with it */
export async function readNamedFile(
  { where, path, from }: { where: string; path: string; from: string },
  problems: Problem[],
): Promise<{ text: string; file: string } | undefined> {
  const file = resolve(from, path);
  try {
    const facts = await stat(file);
    if (facts.size > MAX_FILE_BYTES) throw new Error(`it has ${facts.size} bytes, more than ${MAX_FILE_BYTES}`);
    return { text: (await readFile(file, 'utf8')).replace(/\r?\n$/, ''), file };
  } catch (error) {
    problems.push({
      kind: 'mistake',
      where,
      what: `${file} cannot be read: ${whyUnreadable(error)}.`,
      mend: 'Name a file that this account may read.',
    });
    return undefined;
  }
}

/** A bundle of every trusted issuer in Europe has a tenth of it. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
