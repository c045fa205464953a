import { type Given, isObject } from './given.ts';
import { FORBIDDEN, MEMBERS, type Member } from './members.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { readNamedFile } from './read-named-file.ts';

/** Members that hold other members. */
const SECTIONS: ReadonlySet<string> = new Set(
  MEMBERS.flatMap(({ path }) => (path.includes('.') ? [path.slice(0, path.lastIndexOf('.'))] : [])),
);

interface Place {
  /** The configuration file, for what is said of it. */
  readonly file: string;
  /** Where relative paths begin. */
  readonly directory: string;
}

/** Takes the members out of a parsed file; what is none of them is a mistake, for it would be silently without effect. */
export async function readMembers(
  json: Readonly<Record<string, unknown>>,
  { file, directory }: Place,
  problems: Problem[],
): Promise<Map<string, Given>> {
  const given = new Map<string, Given>();
  for (const [path, value] of flatten(json)) {
    const where = `${path} in ${file}`;
    const member = findMember(path);
    if (member === undefined) {
      problems.push(unknownMember(path, where));
    } else if (given.has(member.path)) {
      problems.push({
        kind: 'mistake',
        where,
        what: `Both ${member.path} and ${member.path}File are there.`,
        mend: 'Leave one of them out.',
      });
    } else if (member.path === path) {
      given.set(member.path, { value, where, directory });
    } else if (typeof value !== 'string') {
      problems.push({ kind: 'mistake', where, what: 'It is not the path of a file.', mend: 'Write the path as text.' });
    } else {
      const read = await readNamedFile({ where, path: value, from: directory }, problems);
      // Set all the same, so that nobody is told that it is missing.
      given.set(member.path, { value: read?.text, where, directory, ...(read && { file: read.file }) });
    }
  }
  return given;
}

/** Every member with its whole path. Sections are walked through; lists and other objects are values. */
function* flatten(json: Readonly<Record<string, unknown>>, above = ''): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(json)) {
    const path = `${above}${name}`;
    if (SECTIONS.has(path) && isObject(value)) yield* flatten(value, `${path}.`);
    else yield [path, value];
  }
}

function findMember(path: string): Member | undefined {
  return MEMBERS.find((member: Member) => member.path === path || (member.inFile && `${member.path}File` === path));
}

function unknownMember(path: string, where: string): Problem {
  const forbidden = FORBIDDEN[path];
  if (forbidden !== undefined) {
    return {
      kind: 'mistake',
      where,
      what: `It has no place in a bank with real money: ${forbidden}.`,
      mend: 'Take it out. For a sandbox, start lupa up.',
    };
  }
  if (SECTIONS.has(path)) {
    return {
      kind: 'mistake',
      where,
      what: 'It is not an object.',
      mend: `Write its members in braces.`,
    };
  }
  const names = MEMBERS.flatMap((member: Member) => [member.path, ...(member.inFile ? [`${member.path}File`] : [])]);
  const known = [...names, ...SECTIONS];
  return {
    kind: 'mistake',
    where,
    what: 'There is no such member.',
    mend: `${nearest(path, known)} docs/running.md lists them all.`,
  };
}
