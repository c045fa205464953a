import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

const root = dirname(dirname(import.meta.dirname));

interface Threat {
  readonly threat: string;
  readonly defence: string;
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

/** The rows of the tables, whose columns are those of the first. */
function threatsOf(text: string): Threat[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| threat |'));
  return rows.map((row) => {
    const [, threat = '', defence = '', by = '', shown = '', ...rest] = row.split('|').map((cell) => cell.trim());
    assert.deepEqual(rest, [''], `four columns: ${row}`);
    return { threat, defence, files: named(by), tests: named(shown) };
  });
}

function named(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
}

function faultsOf(threats: readonly Threat[]): string[] {
  return threats.flatMap(({ threat, defence, files, tests }) => [
    ...(threat === '' || defence === '' ? ['a row says nothing'] : []),
    ...(files.length === 0 ? [`${threat}: no file defends it`] : []),
    ...(tests.length === 0 ? [`${threat}: no test shows it`] : []),
    ...[...files, ...tests].filter((path) => !existsSync(join(root, path))).map((path) => `${threat}: no ${path}`),
    ...files.filter((path) => /\.test\.ts$/.test(path)).map((path) => `${threat}: ${path} is a test`),
    ...tests.filter((path) => !/\.test\.ts$/.test(path)).map((path) => `${threat}: ${path} is no test`),
  ]);
}

describe('SECURITY.md', () => {
  const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');

  test('names for each threat a file that is there and a test that is there', () => {
    const threats = threatsOf(text);
    assert.ok(threats.length > 20);
    assert.deepEqual(faultsOf(threats), []);
  });

  test('every file it names anywhere is there', () => {
    const paths = named(text).filter((path) => /^[\w./-]+\/[\w.-]+\.\w+$/.test(path));
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  test('every command it names is one', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const commands = named(text).flatMap((each) => /^npm run (\S+)/.exec(each)?.[1] ?? []);
    assert.ok(commands.length > 2);
    for (const command of commands) assert.ok(command in scripts, command);
  });

  test('says what is not defended', () => {
    assert.match(text, /^## What Lupa does not defend\n\n- /m);
  });

  test('a row whose file is gone, that names no test, or a test that is none, would be found', () => {
    const row = (by: string, shown: string) => faultsOf(threatsOf(`| a threat | a defence | ${by} | ${shown} |`));
    assert.deepEqual(row('`SECURITY.md`', '`test/tidy.test.ts`'), []);
    for (const wrong of [
      row('`gone.ts`', '`test/tidy.test.ts`'),
      row('', '`test/tidy.test.ts`'),
      row('`SECURITY.md`', ''),
      row('`SECURITY.md`', '`SECURITY.md`'),
    ])
      assert.equal(wrong.length, 1);
  });
});
