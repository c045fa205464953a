import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { judgeAudit } from '../../scripts/audit.ts';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
}

const root = dirname(dirname(import.meta.dirname));
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const lock: { lockfileVersion: number; packages: Readonly<Record<string, LockedPackage>> } = read('package-lock.json');
const manifests = ['package.json', ...globSync('{packages,examples}/*/package.json', { cwd: root })];

/** Packages of others, by where npm puts them. */
const others = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);

/** May be shipped with, and linked into, what is under Apache-2.0. */
const PERMISSIVE = [
  'MIT',
  'Apache-2.0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'Python-2.0',
  'Unlicense',
];
/** Of tools, which are used and not shipped. */
const OF_TOOLS = [...PERMISSIVE, 'MPL-2.0'];

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** One of the alternatives is enough. */
function isUnder(licence: string | undefined, allowed: readonly string[]): boolean {
  const alternatives = (licence ?? '').replace(/[()]/g, '').split(/ or /i);
  return alternatives.some((each) => each.split(/ and /i).every((one) => allowed.includes(one.trim())));
}

describe('what is installed is what was chosen', () => {
  test('the lock file has packages to check', () => {
    assert.equal(lock.lockfileVersion, 3);
    assert.ok(others.length > 100);
  });

  test('every package has one exact version and the digest of its contents', () => {
    for (const [path, { version = '', integrity = '' }] of others) {
      assert.match(version, EXACT, path);
      assert.match(integrity, INTEGRITY, path);
    }
  });

  test('no package names the host it came from: any registry serves, and its digest decides', () => {
    for (const [path, { resolved }] of others) assert.equal(resolved, undefined, path);
    assert.doesNotMatch(
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
      /https?:\/\/(?!github\.com|opencollective)[^"]*\.tgz/,
    );
  });

  test('every dependency that we name ourselves is an exact version, or a package of this repository', () => {
    assert.ok(manifests.length > 5);
    for (const path of manifests) {
      const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = read(path);
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
        if (lock.packages[`node_modules/${name}`]?.link === true) continue;
        assert.match(String(version), EXACT, `${path}: ${name}`);
      }
    }
  });

  test('no script of a package runs at its installation but that of Node itself', () => {
    assert.deepEqual(read('package.json').allowScripts, { node: true });
    assert.equal(lock.packages['node_modules/node']?.hasInstallScript, true);
    const shipped = others.filter(([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true);
    assert.deepEqual(
      shipped.map(([path]) => path),
      ['node_modules/node'],
    );
  });
});

describe('what is shipped may be shipped under Apache-2.0', () => {
  test('the licence of every package agrees with it', () => {
    for (const [path, { license, dev }] of others) {
      assert.ok(isUnder(license, dev === true ? OF_TOOLS : PERMISSIVE), `${path}: ${license}`);
    }
  });

  test('and one that does not would be found', () => {
    for (const licence of ['GPL-3.0', 'AGPL-3.0-only', 'MIT AND GPL-3.0', 'SEE LICENSE IN x', '', undefined, 'MPL-2.0'])
      assert.equal(isUnder(licence, PERMISSIVE), false);
    assert.ok(isUnder('(MIT OR GPL-3.0)', PERMISSIVE));
    assert.ok(isUnder('MPL-2.0', OF_TOOLS));
  });

  test('our own packages are under it', () => {
    for (const path of manifests) assert.equal(read(path).license, 'Apache-2.0', path);
  });
});

describe('npm run audit', () => {
  test('names what is weak, and fails', () => {
    const weak = { lodash: { name: 'lodash', severity: 'high', range: '<4.17.21' } };
    const { said, isWeak } = judgeAudit(JSON.stringify({ vulnerabilities: weak }));
    assert.match(said, /^high: lodash <4\.17\.21$/m);
    assert.equal(isWeak, true);
  });

  test('says so when nothing is, and when there is nobody to ask', () => {
    assert.deepEqual(judgeAudit('{"vulnerabilities":{}}').isWeak, false);
    for (const text of ['', 'no JSON', '{"error":{"code":"ENOAUDIT","summary":"no endpoint"}}', '{"message":"404"}']) {
      const { said, isWeak } = judgeAudit(text);
      assert.match(said, /^Not audited/);
      assert.equal(isWeak, false);
    }
  });
});
