import type { Given } from './given.ts';
import { FORBIDDEN, MEMBERS, type Member, variableOf } from './members.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { readNamedFile } from './read-named-file.ts';

/** Variables that are not for the server, though they begin like its own. */
const NOT_OURS = [
  /^LUPA_CONFIG$/,
  /^LUPA_(?:TEST|BENCH)_/,
  // What Kubernetes tells every container of a Service whose name begins with lupa.
  /_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$/,
  /_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/,
];

/** Takes the members out of the environment. An empty variable counts as none. */
export async function readEnvironment(
  environment: NodeJS.ProcessEnv,
  problems: Problem[],
): Promise<Map<string, Given>> {
  const given = new Map<string, Given>();
  const said = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith('LUPA_') && entry[1] !== undefined && entry[1] !== '',
  );
  for (const [variable, text] of said) {
    if (NOT_OURS.some((pattern) => pattern.test(variable))) continue;
    const found = findMember(variable);
    if (found === undefined) {
      problems.push(unknownVariable(variable));
      continue;
    }
    const { member, isPath } = found;
    if (given.has(member.path)) {
      problems.push({
        kind: 'mistake',
        where: variable,
        what: `Both ${variableOf(member.path)} and ${variableOf(member.path)}_FILE are set.`,
        mend: 'Unset one of them.',
      });
    } else if (isPath) {
      const read = await readNamedFile({ where: variable, path: text, from: '.' }, problems);
      given.set(member.path, { value: read?.text, where: variable, directory: '.', ...(read && { file: read.file }) });
    } else {
      given.set(member.path, { value: text, where: variable, directory: '.' });
    }
  }
  return given;
}

function findMember(variable: string): { member: Member; isPath: boolean } | undefined {
  for (const member of MEMBERS as readonly Member[]) {
    if (variable === variableOf(member.path)) return { member, isPath: false };
    if (member.inFile && variable === `${variableOf(member.path)}_FILE`) return { member, isPath: true };
  }
  return undefined;
}

function unknownVariable(variable: string): Problem {
  const forbidden = Object.entries(FORBIDDEN).find(([path]) => variableOf(path) === variable)?.[1];
  if (forbidden !== undefined) {
    return {
      kind: 'mistake',
      where: variable,
      what: `It has no place in a bank with real money: ${forbidden}.`,
      mend: 'Unset it. For a sandbox, start lupa up.',
    };
  }
  const known = MEMBERS.flatMap((member: Member) => {
    const name = variableOf(member.path);
    return member.inFile ? [name, `${name}_FILE`] : [name];
  });
  return {
    kind: 'mistake',
    where: variable,
    what: 'There is no such variable.',
    mend: `${nearest(variable, known)} docs/running.md lists them all.`,
  };
}
