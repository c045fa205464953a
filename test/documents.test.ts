import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, test } from 'node:test';

/** Holds the documents to the tree: whoever follows a name in them finds a file. */
const root = dirname(import.meta.dirname);

const tracked = execFileSync(
  'git',
  ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const documents = tracked.filter((path) => path.endsWith('.md'));

/** Every file, and every directory with a slash at its end. */
const places = new Set(tracked);
for (const path of tracked) {
  for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) places.add(`${at}/`);
}

/** A file of the tree as prose names it, `0001-*.sql` for one whose whole name says nothing more; or a directory. */
const NAMED = /`([\w*-][\w./*-]*(?:\.(?:ts|mjs|sql|cfg|cnf)|\/))`/g;

/** Where such a name may be found: from the root, or as the end of a path. */
function found(name: string): string[] {
  const pattern = new RegExp(`(?:^|/)${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
  return [...places].filter((place) => pattern.test(place));
}

function namesIn(text: string): string[] {
  return [...text.replace(/```[\s\S]*?```/g, '').matchAll(NAMED)].map(([, name = '']) => name);
}

/** What a program makes as it runs: in no clone, yet in the documents. */
const MADE = /^(?:tpp|\.?lupa)\/$/;

describe('the documents name what is there', () => {
  for (const path of documents) {
    test(`${path}: every file and directory it names exists`, () => {
      const missing = namesIn(readFileSync(join(root, path), 'utf8')).filter(
        (name) => !MADE.test(name) && found(name).length === 0,
      );
      assert.deepEqual(missing, []);
    });

    test(`${path}: every link leads to a file`, () => {
      const text = readFileSync(join(root, path), 'utf8').replace(/```[\s\S]*?```/g, '');
      const broken = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, posix.dirname(path), target)));
      assert.deepEqual(broken, []);
    });
  }

  test('in the README’s “Where is…”, the first name of a row is a whole path', () => {
    const [, table = ''] = readFileSync(join(root, 'README.md'), 'utf8').split('## Where is…');
    const rows = table.split('\n').filter((line) => /^\| (?!what \||-)/.test(line));
    assert.ok(rows.length > 40);
    const partial = rows
      .map((row) => namesIn(row)[0])
      .filter(
        (name) =>
          name !== undefined &&
          !places.has(name) &&
          !found(name).some((place) => place.startsWith(name.split('*')[0] ?? name)),
      );
    assert.deepEqual(partial, []);
  });

  test('the indexes that docs/scaling.md has an operator make beforehand are those of the migration', () => {
    const migration = 'packages/bank/src/adapters/postgres/migrations/0015-indexes-for-removal.sql';
    const indexesIn = (path: string) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/CREATE INDEX (?:CONCURRENTLY )?IF NOT EXISTS (\w.*);/g)].map(
        ([, index]) => index,
      );
    assert.equal(indexesIn(migration).length, 3);
    assert.deepEqual(indexesIn('docs/scaling.md'), indexesIn(migration));
  });

  test('a name that is wrong, or of nothing any more, is found out', () => {
    assert.deepEqual(found('packages/bank/src/bank.ts'), ['packages/bank/src/bank.ts']);
    assert.deepEqual(found('packages/bank/src/bank-rates.ts'), []);
    assert.deepEqual(found('ank.ts'), []);
    assert.deepEqual(namesIn('see `a/b.ts` and `c/`, not `client.crt`\n```\n`d.ts`\n```'), ['a/b.ts', 'c/']);
  });
});
