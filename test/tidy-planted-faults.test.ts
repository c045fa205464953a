import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { houseRules, LONGEST_FILE_LINES, type Rule, type SourceFile } from './support/house-rules.ts';

const RULES = houseRules('/opt/checkout');

const file = (path: string, text = ''): SourceFile => ({ path, text });
const bank = (path: string, text = '') => file(`packages/bank/src/${path}`, text);
const protocol = (path: string, text = '') => file(`packages/protocol/src/${path}`, text);

/** For each rule of the house. */
interface Planted {
  /** Each set of files holds exactly one fault. */
  readonly faulty: readonly (readonly SourceFile[])[];
  /** Near misses: they hold none. */
  readonly sound: readonly SourceFile[];
}

/** A file of each room, and of what else has to be there. */
const ONE_OF_EACH: readonly SourceFile[] = [
  ...['domain/a.ts', 'ports/a.ts', 'operations/a.ts', 'http/a.ts', 'authorization-server/a.ts'].map((path) =>
    bank(path),
  ),
  ...[bank('sca/a.ts'), bank('adapters/a.ts'), bank('bank.ts'), protocol('a.ts'), file('packages/tpp/src/a.ts')],
  ...['certificates', 'server', 'sandbox'].map((name) => file(`packages/${name}/src/a.ts`)),
  ...[file('examples/shop/src/a.ts'), file('test/a.test.ts')],
  ...[file('package.json', '{}'), file('docs/decisions/1.md')],
];

const PLANTED: Readonly<Record<keyof typeof RULES, Planted>> = {
  'every room has files to check': {
    faulty: ONE_OF_EACH.map((missing) => ONE_OF_EACH.filter((one) => one !== missing)),
    sound: ONE_OF_EACH,
  },
  'a request walks one way: each room imports only what is below it': {
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
  'the libraries of one room are known there only': {
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
  'a package imports only what its own package.json names': {
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
  'protocol and domain know no clock, no chance, no environment and no other I/O': {
    faulty: [
      ...['Date.now()', 'new Date()', 'new Date', 'Date()', 'Math.random()', 'process.env.A', 'randomUUID()'],
      ...['randomBytes(8)', 'crypto.getRandomValues(a)', 'performance.now()', "import 'node:fs';", "import 'https';"],
    ].flatMap((text) => [[protocol('a.ts', text)], [bank('domain/a.ts', text)]]),
    sound: [
      protocol('a.ts', "// Date.now()\nconst a: Date = new Date(0); const b = 'Math.random'; import 'node:crypto';"),
      bank('adapters/clock.ts', 'Date.now()'),
    ],
  },
  'the libraries print nothing': {
    faulty: [[protocol('a.ts', 'console.log(1)')], [bank('http/a.ts', 'console\n  .log(1)')]],
    sound: [bank('a.ts', '// console.log'), file('packages/sandbox/src/a.ts', 'console.log(1)')],
  },
  'no imports go round in a circle': {
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
  'files have kebab-case names': {
    faulty: ['createPayment.ts', 'create_payment.ts', 'Sepa.ts', 'jwsTools/a.ts'].map((path) => [protocol(path)]),
    sound: [protocol('jws/compact-jws.ts'), file('test/a-b.test.ts'), file('README.md'), protocol('iso20022.ts')],
  },
  'files have names that say what is inside': {
    faulty: ['utils.ts', 'payment-helpers.ts', 'common/a.ts', 'key-manager.ts', 'services/a.ts'].map((path) => [
      bank(path),
    ]),
    sound: [bank('commonwealth.ts'), bank('servicing.ts')],
  },
  'a source file holds one idea': {
    faulty: [[bank('a.ts', 'a\n'.repeat(LONGEST_FILE_LINES + 1))]],
    sound: [bank('a.ts', 'a\n'.repeat(LONGEST_FILE_LINES)), file('test/a.test.ts', 'a\n'.repeat(1000))],
  },
  'no test is left out': {
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
  'every dependency has a line in docs/decisions': {
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
  'no file names a directory or a registry of one machine': {
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
};

describe('a planted fault is found, and a near miss is none', () => {
  for (const [name, { faulty, sound }] of Object.entries(PLANTED)) {
    test(name, () => {
      const rule: Rule = RULES[name as keyof typeof RULES];
      assert.deepEqual(rule(sound), []);
      for (const files of faulty) assert.equal(rule(files).length, 1, JSON.stringify(files));
    });
  }
});
