import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A pure function from files to faults. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** The rules of the house (CONTRIBUTING.md): who may import whom, how files are named, what stays out. */
export const houseRules = (checkout: string) =>
  ({
    'every room has files to check': everyRoomHasFiles,
    'a request walks one way: each room imports only what is below it': importsFollowTheHouse,
    'the libraries of one room are known there only': packagesStayInTheirRooms,
    'a package imports only what its own package.json names': importsAreDeclared,
    'protocol and domain know no clock, no chance, no environment and no other I/O': pureRoomsArePure,
    'the libraries print nothing': librariesDoNotPrint,
    'no imports go round in a circle': noImportCycles,
    'files have kebab-case names': namesAreKebabCase,
    'files have names that say what is inside': namesSayWhatIsInside,
    'a source file holds one idea': filesAreShort,
    'no test is left out': everyTestRuns,
    'every dependency has a line in docs/decisions': dependenciesAreExplained,
    'no file names a directory or a registry of one machine': nothingOfOneMachine(checkout),
  }) satisfies Readonly<Record<string, Rule>>;

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
export const LONGEST_FILE_LINES = 300;

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
    if (!room)
      return [`${file.path}: this directory is no room of the house (see ROOMS in test/support/house-rules.ts)`];
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
