import type { Paint, Style } from '../print/paint.ts';
import type { Level, Result } from './examination.ts';

const WIDTH = 80;
const INDENT = 10;

const MARKS: Readonly<Record<Level, { readonly mark: string; readonly style: Style }>> = {
  ok: { mark: 'ok', style: 'green' },
  warn: { mark: 'warn', style: 'yellow' },
  fail: { mark: 'FAIL', style: 'red' },
  skipped: { mark: 'skipped', style: 'dim' },
};

/** One result for a person; what was expected and how to mend it only where something is wrong. Fits 80 columns where words do. */
export function describeResult({ name, level, expected, found, mend }: Result, paint: Paint): string {
  const { mark, style } = MARKS[level];
  const [first = '', ...others] = wrap(`${name}: ${printable(found)}`, WIDTH - INDENT);
  const lines = [`${paint(style, mark.padEnd(INDENT - 2))}  ${first}`, ...others.map(indented)];
  if (level === 'warn' || level === 'fail') {
    lines.push(...labelled('expected', expected, paint), ...labelled('mend', mend ?? '', paint));
  }
  return `${lines.join('\n')}\n`;
}

/** What all of them come to. */
export function describeVerdict(results: readonly Result[], paint: Paint): string {
  const count = (level: Level) => results.filter((result) => result.level === level).length;
  const counts = (['ok', 'warn', 'fail', 'skipped'] as const)
    .filter((level) => count(level) > 0)
    .map((level) => `${count(level)} ${level}`);
  const verdict = verdictOf(count('fail'), count('skipped'), paint);
  return `\n${verdict} ${counts.join(', ')}.\n`;
}

function verdictOf(failed: number, skipped: number, paint: Paint): string {
  if (failed > 0) return paint('red', 'Something is wrong.');
  return skipped > 0
    ? paint('yellow', 'Nothing is wrong, but not all could be looked at.')
    : paint('green', 'All is well.');
}

function labelled(label: string, text: string, paint: Paint): string[] {
  const [first = '', ...others] = wrap(printable(text), WIDTH - INDENT - label.length - 2);
  return [
    indented(`${paint('dim', `${label}:`)} ${first}`),
    ...others.map((line) => indented(`${' '.repeat(label.length + 2)}${line}`)),
  ];
}

function indented(line: string): string {
  return ' '.repeat(INDENT) + line;
}

/** Breaks at spaces; a word that is too long stays whole, to be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A bank's or a certificate's words must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Cf}/gu, ' ');
}
