import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LupaError, parseStrictJson } from '@lupa/protocol';
import { whyUnreadable } from '../why-unreadable.ts';
import { type Given, type GivenMembers, isObject } from './given.ts';
import type { Problem } from './problem.ts';
import { readEnvironment } from './read-environment.ts';
import { readMembers } from './read-members.ts';

export interface ConfigurationSource {
  /** The JSON file; relative paths in it begin at its directory. */
  readonly file: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * What is in the file and in the environment, the environment before the file, and every mistake in their form.
 *
 * @returns nothing given where the file cannot be read or nothing is said at all: what is missing then would hide what is wrong
 */
export async function readConfiguration({ file, environment }: ConfigurationSource): Promise<{
  readonly given: GivenMembers | undefined;
  readonly problems: readonly Problem[];
}> {
  const problems: Problem[] = [];
  const fromFile = file === undefined ? new Map<string, Given>() : await readConfigurationFile(file, problems);
  const fromEnvironment = await readEnvironment(environment, problems);
  if (fromFile === undefined) return { given: undefined, problems };
  const given = new Map([...fromFile, ...fromEnvironment]);
  if (file === undefined && given.size === 0 && problems.length === 0) {
    return { given: undefined, problems: [NOTHING_SAID] };
  }
  return { given, problems };
}

const NOTHING_SAID: Problem = {
  kind: 'mistake',
  where: '--config, or the variable LUPA_CONFIG',
  what: 'There is no configuration: no file is named, and no variable is set.',
  mend: 'Name a file; examples/serve/lupa.json is one to begin with, and docs/running.md says what goes into it.',
};

/** @returns undefined after saying why it cannot be read */
async function readConfigurationFile(file: string, problems: Problem[]): Promise<Map<string, Given> | undefined> {
  const path = resolve(file);
  const unreadable = (what: string, mend: string) => {
    problems.push({ kind: 'mistake', where: path, what, mend });
    return undefined;
  };
  try {
    const json = parseStrictJson(await readFile(path));
    if (!isObject(json)) return unreadable('It is not a JSON object.', 'Begin with examples/serve/lupa.json.');
    return await readMembers(json, { file: path, directory: dirname(path) }, problems);
  } catch (error) {
    if (error instanceof LupaError) return unreadable(`It is not JSON: ${error.description}`, 'Mend it there.');
    return unreadable(
      `It cannot be read: ${whyUnreadable(error)}.`,
      'Name a file that this account may read with --config or LUPA_CONFIG.',
    );
  }
}
