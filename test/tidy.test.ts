import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { describe, test } from 'node:test';

/**
 * Holds the rules of the house (CONTRIBUTING.md): who may import whom, how files are named, what stays out. Each rule
 * is a pure function from files to faults; beside its run over the repository stands a fault that it must find.
 */
interface SourceFile {
  readonly path: string;
  readonly text: string;
}
type Rule = (files: readonly SourceFile[]) => string[];

const root = dirname(import.meta.dirname);

/** What every room of the bank's side may know: the words on the wire, and certificates. */
const SHARED = ['protocol', 'certificates'];

/** Each room of the house, and what it may import besides itself. The first pattern that fits a path is its room. */
const ROOMS: readonly { name: string; path: RegExp; imports: readonly string[] }[] = [
  { name: 'protocol', path: /^packages\/protocol\/src\//, imports: [] },
  { name: 'tpp', path: /^packages\/tpp\/src\//, imports: ['protocol'] },
  { name: 'certificates', path: /^packages\/certificates\/src\//, imports: [] },
  { name: 'domain', path: /^packages\/bank\/src\/domain\//, imports: SHARED },
  { name: 'ports', path: /^packages\/bank\/src\/ports\//, imports: ['domain', ...SHARED] },
  { name: 'operations', path: /^packages\/bank\/src\/operations\//, imports: ['ports', 'domain', ...SHARED] },
  // The bank's three doors are one layer: they share the server, its security headers and the look of its pages.
  ...['http', 'authorization-server', 'sca'].map((name) => ({
    name,
    path: new RegExp(`^packages/bank/src/${name}/`),
    imports: ['http', 'authorization-server', 'sca', 'operations', 'ports', 'domain', ...SHARED],
  })),
  { name: 'adapters', path: /^packages\/bank\/src\/adapters\//, imports: ['ports', 'domain', ...SHARED] },
  {
    // The composition root: bank.ts and bank-….ts, what it is told (settings.ts) and what it hands out.
    name: 'bank',
    path: /^packages\/bank\/src\/[^/]+\.ts$/,
    imports: ['http', 'authorization-server', 'sca', 'operations', 'ports', 'domain', 'adapters', ...SHARED],
  },
  { name: 'shop', path: /^examples\/shop\/src\//, imports: ['tpp'] },
  { name: 'server', path: /^packages\/server\/src\//, imports: ['bank', ...SHARED] },
  { name: 'sandbox', path: /^packages\/sandbox\/src\//, imports: ['tpp', 'bank', 'server', 'shop', ...SHARED] },
];

/** Packages of others that only some rooms may know. */
const RESERVED: readonly { name: RegExp; rooms: readonly string[] }[] = [
  { name: /^oidc-provider$/, rooms: ['authorization-server'] },
  { name: /^(?:pg|@electric-sql\/pglite)$/, rooms: ['adapters'] },
  {
    name: /^(?:fastify|@fastify\/.+)$/,
    rooms: ['http', 'authorization-server', 'sca', 'bank', 'server', 'sandbox', 'shop'],
  },
];
const PURE_ROOMS = ['protocol', 'certificates', 'domain'];
const PURE_BUILTINS = ['node:crypto', 'node:buffer', 'node:util'];
const VAGUE_WORDS = /^(?:utils?|helpers?|commons?|managers?|services?)$/;
const LONGEST_FILE_LINES = 300;

// ---- Reading source -------------------------------------------------------------------------------------------------

/** Comments, strings, templates and, where a value is expected, regular expressions. */
const TOKEN = new RegExp(
  [
    /\/\/[^\n]*/,
    /\/\*[\s\S]*?\*\//,
    /'(?:\\.|[^'\\\n])*'/,
    /"(?:\\.|[^"\\\n])*"/,
    /`(?:\\[\s\S]|[^`\\])*`/,
    /(?<=(?:[=(,:[!&|?{};>\n]|\breturn)[ \t]*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
const blank = (text: string) => text.replace(/[^\n]/g, ' ');
/** The text with comments, templates and regular expressions blanked: what looks like an import in it is one. */
const withStrings = (text: string) => text.replace(TOKEN, (token) => (/^['"]/.test(token) ? token : blank(token)));
/** Strings blanked as well. */
const codeOf = (text: string) => text.replace(TOKEN, blank);

const IMPORTS = [
  /\b(?:import|export)\b[\w\s{},*$]*?\bfrom\s*['"]([^'"\n]+)['"]/g,
  /\bimport\s*['"]([^'"\n]+)['"]/g,
  /\b(?:import|import\.meta\.resolve|require|require\.resolve)\s*\(\s*['"]([^'"\n]+)['"]/g,
];
/** Everything a file imports or re-exports, types included. */
function importsOf({ text }: SourceFile): string[] {
  const code = withStrings(text);
  return IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

const isRelative = (name: string) => name.startsWith('.');
const packageNameOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');
const workspaceOf = (path: string) => /^(?:packages|examples)\/[^/]+/.exec(path)?.[0] ?? '';
const roomOf = (path: string) => ROOMS.find((room) => room.path.test(path));

/** The file of this repository an import means, `undefined` for a package of others. `@lupa/x` is x's index, `@lupa/x/y` its y. */
function resolveImport(from: string, name: string): string | undefined {
  if (isRelative(name)) return posix.join(posix.dirname(from), name);
  const [, own, part = 'index'] = /^@lupa\/([^/]+)(?:\/(.+))?$/.exec(name) ?? [];
  return own && `${own === 'shop' ? 'examples' : 'packages'}/${own}/src/${part}.ts`;
}

// ---- The rules ------------------------------------------------------------------------------------------------------

const isSource = ({ path }: SourceFile) => /^(?:packages|examples)\/[^/]+\/src\/.*\.ts$/.test(path);
const isTest = ({ path }: SourceFile) => path.endsWith('.test.ts');
const isScript = ({ path }: SourceFile) => /\.(?:ts|mjs)$/.test(path);
const isManifest = ({ path }: SourceFile) => posix.basename(path) === 'package.json';

const everyRoomHasFiles: Rule = (files) =>
  [
    ...ROOMS.map(({ name }) => ({
      name,
      holds: (file: SourceFile) => isSource(file) && roomOf(file.path)?.name === name,
    })),
    { name: 'tests', holds: isTest },
    { name: 'package.json files', holds: isManifest },
    { name: 'docs/decisions', holds: ({ path }: SourceFile) => /^docs\/decisions\/.+\.md$/.test(path) },
  ]
    .filter(({ holds }) => !files.some(holds))
    .map(({ name }) => `${name}: no files to check`);

const importsFollowTheHouse: Rule = (files) =>
  files.filter(isSource).flatMap((file) => {
    const room = roomOf(file.path);
    if (!room) return [`${file.path}: this directory is no room of the house (see ROOMS in test/tidy.test.ts)`];
    return importsOf(file).flatMap((name) => {
      const target = resolveImport(file.path, name);
      // A package may read its own version.
      if (!target || target === `${workspaceOf(file.path)}/package.json`) return [];
      if (isRelative(name) && workspaceOf(target) !== workspaceOf(file.path)) {
        return [`${file.path}: imports ${name}; another package is imported by its name`];
      }
      const there = roomOf(target)?.name ?? 'outside src';
      if (there === room.name || room.imports.includes(there)) return [];
      return [`${file.path}: ${room.name} imports ${there} (${name})`];
    });
  });

const packagesStayInTheirRooms: Rule = (files) =>
  files.filter(isSource).flatMap((file) => {
    const room = roomOf(file.path)?.name ?? '';
    return importsOf(file).flatMap((name) =>
      RESERVED.filter((reserved) => reserved.name.test(packageNameOf(name)) && !reserved.rooms.includes(room)).map(
        ({ rooms }) => `${file.path}: imports ${name}, which only ${rooms.join(', ')} may`,
      ),
    );
  });

const importsAreDeclared: Rule = (files) => {
  const manifests = new Map(files.filter(isManifest).map(({ path, text }) => [posix.dirname(path), JSON.parse(text)]));
  return files.filter(isSource).flatMap((file) => {
    const { name: own, dependencies = {} } = manifests.get(workspaceOf(file.path)) ?? {};
    return importsOf(file)
      .filter((name) => !isRelative(name) && !isBuiltin(name))
      .filter((name) => packageNameOf(name) !== own && !Object.hasOwn(dependencies, packageNameOf(name)))
      .map((name) => `${file.path}: imports ${name}, which its package.json does not name`);
  });
};

const pureRoomsArePure: Rule = (files) =>
  files
    .filter((file) => isSource(file) && PURE_ROOMS.includes(roomOf(file.path)?.name ?? ''))
    .flatMap((file) => {
      const impure =
        /\bDate\.now\b|\bnew Date\s*(?:\(\s*\)|(?![\s(]))|(?<!new )\bDate\(|\bMath\.random\b|\bperformance\.now\b|\bprocess\.\w+|\brandom(?:UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/g;
      const calls = [...codeOf(file.text).matchAll(impure)].map(([call]) => `${file.path}: uses ${call}`);
      const builtins = importsOf(file).filter((name) => isBuiltin(name) && !PURE_BUILTINS.includes(name));
      return [...calls, ...builtins.map((name) => `${file.path}: imports ${name}`)];
    });

const librariesDoNotPrint: Rule = (files) =>
  files
    .filter(({ path }) => /^packages\/(?:protocol|tpp|bank)\/src\//.test(path))
    .filter(({ text }) => /\bconsole\s*\.\s*log\b/.test(codeOf(text)))
    .map(({ path }) => `${path}: console.log`);

/** Cycles of imports inside each package, types included: two files that need each other are one idea. */
const noImportCycles: Rule = (files) => {
  const sources = new Map(files.filter(isSource).map((file) => [file.path, file]));
  const faults: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const file = sources.get(path);
    if (trail.includes(path)) faults.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (!file || done.has(path) || trail.includes(path)) return;
    for (const name of importsOf(file)) {
      const target = resolveImport(path, name);
      if (target && workspaceOf(target) === workspaceOf(path)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return faults;
};

const namesAreKebabCase: Rule = (files) =>
  files
    .filter(isScript)
    .filter(({ path }) => !path.split('/').every((part) => /^\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(part)))
    .map(({ path }) => `${path}: not kebab-case`);

const namesSayWhatIsInside: Rule = (files) =>
  files
    .filter(isScript)
    .filter(({ path }) => path.split(/[/.-]/).some((word) => VAGUE_WORDS.test(word)))
    .map(({ path }) => `${path}: says nothing of what is inside`);

const filesAreShort: Rule = (files) =>
  files
    .filter(isSource)
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines are two ideas`);

const everyTestRuns: Rule = (files) =>
  files.filter(isTest).flatMap(({ path, text }) => {
    const left = /\.(?:skip|only|todo)\s*\(|\{[^{}()]*\b(?:skip|only|todo)\s*[:,}]/.exec(codeOf(text))?.[0];
    return left === undefined ? [] : [`${path}: leaves a test out (${left.trim().replace(/\s+/g, ' ')})`];
  });

const dependenciesAreExplained: Rule = (files) => {
  const decisions = files.filter(({ path }) => /^docs\/decisions\/.+\.md$/.test(path)).map(({ text }) => text);
  return files.filter(isManifest).flatMap(({ path, text }) => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(text);
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies });
    return names
      .filter((name) => !name.startsWith('@lupa/'))
      .filter((name) => {
        const whole = new RegExp(`(?<![\\w@/.-])${name.replace(/[.]/g, '\\.')}(?![\\w/-]|:\\w|\\.\\w)`);
        return !decisions.some((decision) => whole.test(decision));
      })
      .map((name) => `${path}: ${name} has no line in docs/decisions`);
  });
};

/** What only one machine has: its directories, and the registry it installs from. */
const nothingOfOneMachine: (checkout: string) => Rule = (checkout) => (files) =>
  files.flatMap(({ path, text }) => {
    const places = [
      /(?<![\w.~*})])\/(?:home|Users|root|work)\/[\w.-]+/g,
      /\b[A-Z]:\\Users\\/g,
      /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.\w+/g,
      /\bnpm\.pkg\.github\.com|\b[\w.-]*(?:artifactory|verdaccio)[\w.-]*[:/]/g,
      /"resolved": *"https?:\/\/[^/"]+/g,
      /^\s*(?:@[\w-]+:)?registry\s*=.*$/gm,
    ];
    const found = places.flatMap((place) => [...text.matchAll(place)].map(([match]) => match));
    if (checkout.length > 1 && text.includes(`${checkout}/`)) found.push(checkout);
    return [...new Set(found)].map((place) => `${path}: names ${place.trim()}`);
  });

// ---- The repository and the planted faults --------------------------------------------------------------------------

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

const file = (path: string, text = ''): SourceFile => ({ path, text });
const bank = (path: string, text = '') => file(`packages/bank/src/${path}`, text);
const protocol = (path: string, text = '') => file(`packages/protocol/src/${path}`, text);

interface Case {
  /** What the rule asks for. */
  readonly name: string;
  readonly rule: Rule;
  /** The rule as it runs over this repository, where that differs. */
  readonly here?: Rule;
  /** Each set of files holds exactly one fault. */
  readonly faulty: readonly (readonly SourceFile[])[];
  /** Near misses: they hold none. */
  readonly sound: readonly SourceFile[];
}

const CASES: readonly Case[] = [
  {
    name: 'a request walks one way: each room imports only what is below it',
    rule: importsFollowTheHouse,
    faulty: [
      [protocol('a.ts', "import '@lupa/tpp';")],
      [bank('domain/a.ts', "import type { Clock } from '../ports/clock.ts';")],
      [bank('ports/a.ts', "export * from '../operations/create-payment.ts';")],
      [bank('operations/a.ts', "import {\n  a,\n  b as c,\n} from '../http/routes.ts';")],
      [bank('http/a.ts', "const a = await import('../adapters/clock.ts');")],
      [bank('authorization-server/a.ts', "import * as keys from '../adapters/keys.ts';")],
      [bank('sca/a.ts', "import a from '../adapters/keys.ts';")],
      [bank('adapters/a.ts', "import { createPayment } from '../operations/create-payment.ts';")],
      [bank('operations/a.ts', "import { startBank } from '../bank.ts';")],
      [bank('operations/a.ts', "type A = import('../settings.ts').BankSettings;")],
      [bank('domain/a.ts', "import '../../../protocol/src/index.ts';")],
      [bank('domain/a.ts', "import '@lupa/tpp';")],
      [bank('domain/a.ts', "import '@lupa/tpp/create-payment';")],
      [file('packages/tpp/src/a.ts', "import '@lupa/bank';")],
      [file('examples/shop/src/a.ts', "import '@lupa/bank';")],
      [file('packages/sandbox/src/a.ts', "import '../test/support.ts';")],
      [bank('attic/a.ts')],
    ],
    sound: [
      protocol('a.ts', "import './b.ts'; // import '@lupa/bank';\n/** import '@lupa/bank' */"),
      bank('domain/a.ts', "import '@lupa/protocol'; const text = `\nimport '../ports/clock.ts';\n`;"),
      bank('adapters/a.ts', "import '../ports/clock.ts'; const quote = /[`'/]/; import '../domain/a.ts';"),
      bank('http/a.ts', "import '../operations/create-payment.ts'; import '../sca/pages.ts'; import 'node:http';"),
      bank('bank.ts', "import './adapters/clock.ts'; import './http/routes.ts'; import './settings.ts';"),
      file('packages/sandbox/src/a.ts', "import '@lupa/bank'; import '@lupa/tpp'; import '@lupa/shop';"),
    ],
  },
  {
    name: 'the libraries of one room are known there only',
    rule: packagesStayInTheirRooms,
    faulty: [
      [bank('http/a.ts', "import Provider from 'oidc-provider';")],
      [bank('bank.ts', "import pg from 'pg';")],
      [bank('operations/a.ts', "import { PGlite } from '@electric-sql/pglite';")],
      [bank('adapters/a.ts', "import fastify from 'fastify';")],
      [file('packages/tpp/src/a.ts', "import cookie from '@fastify/cookie';")],
      [bank('sca/a.ts', "import type { KoaContextWithOIDC } from 'oidc-provider/types.js';")],
    ],
    sound: [
      bank('authorization-server/a.ts', "import 'oidc-provider'; import 'fastify';"),
      bank('adapters/postgres/a.ts', "import 'pg'; import '@electric-sql/pglite';"),
      bank('sca/a.ts', "import 'pg-like'; import '@fastify/formbody';"),
    ],
  },
  {
    name: 'a package imports only what its own package.json names',
    rule: importsAreDeclared,
    faulty: [
      [file('packages/tpp/package.json', '{"dependencies":{"a":"1"}}'), file('packages/tpp/src/a.ts', "import 'b/c';")],
    ],
    sound: [
      file('packages/tpp/package.json', '{"name":"@lupa/tpp","dependencies":{"a":"1","@b/c":"1"}}'),
      file(
        'packages/tpp/src/a.ts',
        "import 'a/x'; import '@b/c/d'; import 'node:http'; import './b.ts'; import '@lupa/tpp';",
      ),
    ],
  },
  {
    name: 'protocol and domain know no clock, no chance, no environment and no other I/O',
    rule: pureRoomsArePure,
    faulty: [
      ...['Date.now()', 'new Date()', 'new Date', 'Date()', 'Math.random()', 'process.env.A', 'randomUUID()'],
      ...['randomBytes(8)', 'crypto.getRandomValues(a)', 'performance.now()', "import 'node:fs';", "import 'https';"],
    ].flatMap((text) => [[protocol('a.ts', text)], [bank('domain/a.ts', text)]]),
    sound: [
      protocol('a.ts', "// Date.now()\nconst a: Date = new Date(0); const b = 'Math.random'; import 'node:crypto';"),
      bank('adapters/clock.ts', 'Date.now()'),
    ],
  },
  {
    name: 'the libraries print nothing',
    rule: librariesDoNotPrint,
    faulty: [[protocol('a.ts', 'console.log(1)')], [bank('http/a.ts', 'console\n  .log(1)')]],
    sound: [bank('a.ts', '// console.log'), file('packages/sandbox/src/a.ts', 'console.log(1)')],
  },
  {
    name: 'no imports go round in a circle',
    rule: noImportCycles,
    faulty: [
      [protocol('a.ts', "import './b.ts';"), protocol('b.ts', "import type { A } from './a.ts';")],
      [protocol('a.ts', "import './a.ts';")],
      [protocol('index.ts', "export * from './a.ts';"), protocol('a.ts', "import '@lupa/protocol';")],
      [
        protocol('z.ts', "import './a.ts';"),
        protocol('a.ts', "import './b.ts';"),
        protocol('b.ts', "import './a.ts';"),
      ],
    ],
    sound: [
      protocol('a.ts', "import './b.ts'; import './c.ts';"),
      protocol('b.ts', "import './c.ts';"),
      protocol('c.ts', "// import './a.ts';"),
    ],
  },
  {
    name: 'files have kebab-case names',
    rule: namesAreKebabCase,
    faulty: ['createPayment.ts', 'create_payment.ts', 'Sepa.ts', 'jwsTools/a.ts'].map((path) => [protocol(path)]),
    sound: [protocol('jws/compact-jws.ts'), file('test/a-b.test.ts'), file('README.md'), protocol('iso20022.ts')],
  },
  {
    name: 'files have names that say what is inside',
    rule: namesSayWhatIsInside,
    faulty: ['utils.ts', 'payment-helpers.ts', 'common/a.ts', 'key-manager.ts', 'services/a.ts'].map((path) => [
      bank(path),
    ]),
    sound: [bank('commonwealth.ts'), bank('servicing.ts')],
  },
  {
    name: 'a source file holds one idea',
    rule: filesAreShort,
    faulty: [[bank('a.ts', 'a\n'.repeat(LONGEST_FILE_LINES + 1))]],
    sound: [bank('a.ts', 'a\n'.repeat(LONGEST_FILE_LINES)), file('test/a.test.ts', 'a\n'.repeat(1000))],
  },
  {
    name: 'no test is left out',
    rule: everyTestRuns,
    faulty: [
      "test.skip('a', () => {});",
      "describe.only('a', () => {});",
      "it.todo('a');",
      "test('a', { skip: true }, () => {});",
      "test('a', { timeout: 1, only: true }, () => {});",
      "test('a', { todo }, () => {});",
      "test('a', (t) => { t.skip('no database'); });",
    ].map((text) => [file('test/a.test.ts', text)]),
    sound: [
      file('test/a.test.ts', "test('does not skip: it only does what is to do', () => {}); // test.skip(1)"),
      file('packages/tpp/src/a.ts', 'list.skip(1)'),
    ],
  },
  {
    name: 'every dependency has a line in docs/decisions',
    rule: dependenciesAreExplained,
    faulty: [
      [
        file('package.json', '{"devDependencies":{"fastify":"5"}}'),
        file('docs/decisions/1.md', '@fastify/cookie, fastify-x'),
      ],
      [file('packages/a/package.json', '{"dependencies":{"node":"24"}}'), file('docs/decisions/1.md', 'node:crypto')],
      [file('package.json', '{"dependencies":{"pg":"8"}}'), file('docs/glossary.md', 'pg')],
    ],
    sound: [
      file('package.json', '{"dependencies":{"@fastify/cookie":"1","pg":"8","@lupa/tpp":"0"}}'),
      file('docs/decisions/0002-store.md', '- **`pg`** 8.23 saves us the wire protocol. `@fastify/cookie`.'),
    ],
  },
  {
    name: 'no file names a directory or a registry of one machine',
    rule: nothingOfOneMachine('/opt/checkout'),
    here: nothingOfOneMachine(root),
    faulty: [
      ...['home', 'Users', 'root', 'work'].map((top) => ['see ', top, 'ann/x'].join('/')),
      ['C:', 'Users', 'ann'].join('\\'),
      ['', 'opt', 'checkout', 'a.ts'].join('/'),
      ['https:/', ['registry', 'npmjs', 'org'].join('.'), 'a.tgz'].join('/'),
      ['"resolved": "https:/', 'mirror.example', 'a.tgz"'].join('/'),
      ['registry', 'https://mirror.example'].join('='),
    ].map((text) => [file('package-lock.json', text)]),
    sound: [
      file('README.md', 'packages/work/home/a, /usr/bin/chromium, https://bank.example/home/page, ~/home/a, /tmp'),
    ],
  },
];

describe('the house is tidy', () => {
  const files = repositoryFiles();

  test('every room has files to check', () => {
    assert.deepEqual(everyRoomHasFiles(files), []);
  });
  for (const { name, rule, here = rule } of CASES) {
    test(name, () => assert.deepEqual(here(files), []));
  }
});

describe('the tidy test finds a planted fault', () => {
  test('every room has files to check', () => {
    const all = [
      ...['domain/a.ts', 'ports/a.ts', 'operations/a.ts', 'http/a.ts', 'authorization-server/a.ts'].map((path) =>
        bank(path),
      ),
      ...[bank('sca/a.ts'), bank('adapters/a.ts'), bank('bank.ts'), protocol('a.ts'), file('packages/tpp/src/a.ts')],
      ...['certificates', 'server', 'sandbox'].map((name) => file(`packages/${name}/src/a.ts`)),
      ...[file('examples/shop/src/a.ts'), file('test/a.test.ts')],
      ...[file('package.json', '{}'), file('docs/decisions/1.md')],
    ];
    assert.deepEqual(everyRoomHasFiles(all), []);
    for (const missing of all) {
      assert.equal(everyRoomHasFiles(all.filter((one) => one !== missing)).length, 1, missing.path);
    }
  });
  for (const { name, rule, faulty, sound } of CASES) {
    test(name, () => {
      assert.deepEqual(rule(sound), []);
      for (const files of faulty) assert.equal(rule(files).length, 1, JSON.stringify(files));
    });
  }
});
