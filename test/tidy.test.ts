import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { houseRules, type SourceFile } from './support/house-rules.ts';

const root = dirname(import.meta.dirname);

describe('the house is tidy', () => {
  const files = repositoryFiles();
  for (const [name, rule] of Object.entries(houseRules(root))) {
    test(name, () => assert.deepEqual(rule(files), []));
  }
});

/** Tracked files, and new ones that will be: text only. */
function repositoryFiles(): SourceFile[] {
  const list = execFileSync(
    'git',
    ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root },
  );
  return [...new Set(list.toString().split('\0'))]
    .filter((path) => path !== '' && fs.statSync(join(root, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => ({ path, text: fs.readFileSync(join(root, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}
