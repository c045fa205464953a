import { readFile, rm } from 'node:fs/promises';
import { readyLine, type SandboxFacts } from '../sandbox-facts.ts';
import type { DataDirectory } from './data-directory.ts';
import { isMissing, writePrivateFile } from './private-file.ts';
import { isAlive, ownIdentity, parseIdentity } from './process-identity.ts';

/** A sandbox in some process, by what it announced. */
export interface RunningSandbox extends SandboxFacts {
  readonly pid: number;
}

/** Tells the other commands that the sandbox is ready, and where. */
export async function announceSandbox(directory: DataDirectory, facts: SandboxFacts): Promise<void> {
  const line = JSON.parse(readyLine(facts));
  await writePrivateFile(directory.sandbox, `${JSON.stringify({ ...ownIdentity(), ...line }, null, 2)}\n`);
}

export async function withdrawSandbox(directory: DataDirectory): Promise<void> {
  await rm(directory.sandbox, { force: true });
}

/** @returns the sandbox running on the directory; `undefined` when none runs, however the last one ended */
export async function findRunningSandbox(directory: DataDirectory): Promise<RunningSandbox | undefined> {
  let text: string;
  try {
    text = await readFile(directory.sandbox, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const json = JSON.parse(text);
  const identity = parseIdentity(json);
  // The file is written whole and by us alone, so what it says needs no second look.
  return identity !== undefined && isAlive(identity) ? (json as RunningSandbox) : undefined;
}
