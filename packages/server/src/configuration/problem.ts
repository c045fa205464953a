/** One thing that is wrong with a configuration. */
export interface Problem {
  /** A mistake keeps the server from starting; a warning is said and no more. */
  readonly kind: 'mistake' | 'warning';
  /** The member or the variable, and the file it is in. */
  readonly where: string;
  readonly what: string;
  readonly mend: string;
}

export function isMistake({ kind }: Problem): boolean {
  return kind === 'mistake';
}

/** What a person reads, each problem with its mend. */
export function printProblems(problems: readonly Problem[]): string {
  const mistakes = problems.filter(isMistake).length;
  const counts = [counted(mistakes, 'mistake'), counted(problems.length - mistakes, 'warning')].filter(Boolean);
  const lines = problems.map(
    ({ kind, where, what, mend }) => `  ${kind === 'mistake' ? '✖' : '!'} ${where}\n    ${what}\n    → ${mend}`,
  );
  return `The configuration has ${counts.join(' and ')}.\n\n${lines.join('\n\n')}\n`;
}

function counted(number: number, noun: string): string | undefined {
  if (number === 0) return undefined;
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
