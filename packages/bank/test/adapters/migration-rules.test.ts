import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Migration, readMigrations } from '../../src/adapters/postgres/migrate.ts';

/**
 * Holds what docs/scaling.md says of migrations: from 0009 on each of them runs while processes of the release before serve. It
 * adds; what nobody needs any more is removed a release later. Beside the run over the migrations stands a fault for each rule.
 */
const FIRST_HELD = '0009';

/** Tables that stay small, so that a lock for the time of one look at them is no matter. */
const SMALL = new Set([
  ...['clients', 'customers', 'accounts', 'key_lists', 'exemption_counters', 'registering_organisations'],
  ...['revocation_lists', 'rate_counts', 'schema_migrations', 'reaper_positions', 'factor_attempts'],
]);

/** What was let through, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'CREATE INDEX access_tokens_of_client ON access_tokens': 'tokens live a day at most: a million rows take a second',
};

interface Statement {
  readonly text: string;
  /** The table it changes, where that was there before the migration. */
  readonly table: string | undefined;
}
type Rule = (statement: Statement) => string | false;

const ON_TABLE =
  /^(?:ALTER TABLE(?: IF EXISTS)?(?: ONLY)?|CREATE (?:UNIQUE )?INDEX(?: IF NOT EXISTS)?(?: \w+)? ON|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?|LOCK(?: TABLE)?|DROP TABLE(?: IF EXISTS)?) (\w+)/i;

function statementsOf({ text }: Migration): Statement[] {
  const texts = text
    .replaceAll(/--[^\n]*/g, '')
    .split(/;(?=(?:[^']*'[^']*')*[^']*$)/)
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
  const made = new Set(texts.map((statement) => /^CREATE TABLE(?: IF NOT EXISTS)? (\w+)/i.exec(statement)?.[1]));
  return texts.map((statement) => {
    const table = ON_TABLE.exec(statement)?.[1];
    return { text: statement, table: made.has(table) ? undefined : table };
  });
}

const isLarge = ({ table }: Statement) => table !== undefined && !SMALL.has(table);
/** `ADD COLUMN a …, ADD COLUMN b …` is two additions: commas inside brackets belong to one. */
const additionsIn = ({ text }: Statement) =>
  text.split(/,\s*(?=ADD |ALTER |DROP )/i).flatMap((part) => /\bADD (?:COLUMN )?(?!CONSTRAINT\b).*/i.exec(part) ?? []);

const RULES: Readonly<Record<string, Rule>> = {
  'the release before uses it': ({ text, table }) =>
    /^DROP (?:TABLE|VIEW|SCHEMA|INDEX)/i.test(text) ||
    (table !== undefined && /\bDROP (?:COLUMN )?(?!CONSTRAINT\b|DEFAULT\b|NOT NULL\b|EXPRESSION\b)/i.test(text))
      ? 'drops'
      : false,
  'the release before knows it by its name': ({ text, table }) =>
    table !== undefined && /\bRENAME (?!CONSTRAINT)/i.test(text) ? 'renames' : false,
  'a change of type rewrites the table and changes what the release before reads': ({ text, table }) =>
    table !== undefined && /\bALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b/i.test(text) ? 'changes a type' : false,
  'the release before leaves a new column out': (statement) =>
    statement.table !== undefined &&
    additionsIn(statement).some((added) => /\bNOT NULL\b/i.test(added) && !/\bDEFAULT\b/i.test(added))
      ? 'adds NOT NULL without a default'
      : false,
  'the release before may still write NULL': ({ text, table }) =>
    table !== undefined && /\bSET NOT NULL\b/i.test(text) ? 'sets NOT NULL' : false,
  'a value worked out for every row rewrites the table': (statement) =>
    statement.table !== undefined &&
    additionsIn(statement).some(
      (added) => /\bGENERATED\b/i.test(added) || (/\bDEFAULT (?!now\(\))\w+\s*\(/i.exec(added) ?? false),
    )
      ? 'adds a column that is worked out'
      : false,
  'an index over a large table keeps everybody from writing while it is made': (statement) =>
    isLarge(statement) && /^CREATE (?:UNIQUE )?INDEX (?!IF NOT EXISTS)/i.test(statement.text)
      ? 'makes an index; have the operator make it CONCURRENTLY, and write IF NOT EXISTS'
      : false,
  'what the release before writes may break a new uniqueness': ({ text, table }) =>
    table !== undefined && (/^CREATE UNIQUE INDEX/i.test(text) || /\bADD\b.*\b(?:UNIQUE|PRIMARY KEY)\b/i.test(text))
      ? 'demands uniqueness'
      : false,
  'a constraint on a large table is checked row by row under a lock': (statement) =>
    isLarge(statement) &&
    /\bADD\b.*\b(?:CHECK|REFERENCES|FOREIGN KEY|CONSTRAINT)\b/i.test(statement.text) &&
    !/\bNOT VALID$/i.test(statement.text)
      ? 'adds a constraint; write NOT VALID, and VALIDATE CONSTRAINT in a migration after it'
      : false,
  'a large table is not changed row by row in one transaction': (statement) =>
    isLarge(statement) && /^(?:UPDATE|DELETE|TRUNCATE)/i.test(statement.text) ? 'changes rows' : false,
  'a lock is taken by what needs it, and let go': ({ text }) =>
    /^LOCK\b/i.test(text) || /\b(?:lock|statement)_timeout\b/i.test(text)
      ? 'takes or waits for locks its own way'
      : false,
};

/** @returns what is wrong with a migration, each fault with its rule */
function faultsOf(migration: Migration): string[] {
  const statements = statementsOf(migration).filter(
    ({ text }) => !Object.keys(EXCEPTIONS).some((exception) => text.startsWith(exception)),
  );
  const faults = statements.flatMap((statement) =>
    Object.entries(RULES).flatMap(([why, rule]) => {
      const found = rule(statement);
      return found === false ? [] : [`${statement.text.slice(0, 60)}: ${found} (${why})`];
    }),
  );
  const large = new Set(
    statements.filter((each) => isLarge(each) && /^ALTER/i.test(each.text)).map(({ table }) => table),
  );
  return large.size > 1
    ? [
        ...faults,
        `${[...large].join(', ')}: locks one large table while it waits for another (one large table a migration)`,
      ]
    : faults;
}

describe('a migration runs while the release before serves', async () => {
  const held = (await readMigrations()).filter(({ name }) => name >= FIRST_HELD);

  test('there are migrations to look at', () => assert.ok(held.length >= 3));

  for (const migration of held) {
    test(migration.name, () => assert.deepEqual(faultsOf(migration), []));
  }

  test('every exception is still needed', () => {
    const all = held.flatMap(statementsOf).map(({ text }) => text);
    const unneeded = Object.keys(EXCEPTIONS).filter((exception) => !all.some((text) => text.startsWith(exception)));
    assert.deepEqual(unneeded, []);
  });
});

describe('what would break it is found', () => {
  const PLANTED: readonly (readonly [string, RegExp])[] = [
    ['DROP TABLE key_lists', /drops/],
    ['ALTER TABLE payments DROP COLUMN context', /drops/],
    ['ALTER TABLE payments DROP context', /drops/],
    ['ALTER TABLE accounts ADD COLUMN a text, DROP COLUMN b', /drops/],
    ['ALTER TABLE clients RENAME COLUMN roles TO parts', /renames/],
    ['ALTER TABLE clients RENAME TO tpps', /renames/],
    ['ALTER TABLE clients ALTER COLUMN roles TYPE text', /changes a type/],
    ['ALTER TABLE accounts ALTER shard SET DATA TYPE bigint', /changes a type/],
    ['ALTER TABLE clients ADD COLUMN a integer NOT NULL', /NOT NULL without/],
    ["ALTER TABLE clients ADD a text DEFAULT '', ADD COLUMN b text NOT NULL", /NOT NULL without/],
    ['ALTER TABLE clients ALTER COLUMN software_id SET NOT NULL', /sets NOT NULL/],
    ['ALTER TABLE payments ADD COLUMN a uuid DEFAULT gen_random_uuid()', /worked out/],
    ['ALTER TABLE clients ADD COLUMN a integer GENERATED ALWAYS AS (1) STORED', /worked out/],
    ['CREATE INDEX a ON payments (status)', /CONCURRENTLY/],
    ['CREATE UNIQUE INDEX IF NOT EXISTS a ON payments (request)', /uniqueness/],
    ['ALTER TABLE clients ADD CONSTRAINT a UNIQUE (client_name)', /uniqueness/],
    ['ALTER TABLE payments ADD CONSTRAINT a CHECK (count > 0)', /NOT VALID/],
    ['ALTER TABLE payments ADD COLUMN a text CHECK (a <> $$$$)', /NOT VALID/],
    ['ALTER TABLE submissions ADD FOREIGN KEY (payment_id) REFERENCES payments', /NOT VALID/],
    ["UPDATE payments SET context = '{}'", /changes rows/],
    ['DELETE FROM audit_unsealed', /changes rows/],
    ['LOCK TABLE clients', /locks its own way/],
    ['SET LOCAL lock_timeout = 0', /locks its own way/],
    [
      'ALTER TABLE payments ADD COLUMN a text; ALTER TABLE submissions ADD COLUMN a text',
      /one large table a migration/,
    ],
  ];
  for (const [text, fault] of PLANTED) {
    test(text, () => assert.match(faultsOf({ name: '9999-planted.sql', text }).join('\n'), fault));
  }

  const GOOD = [
    'CREATE TABLE a (b text PRIMARY KEY, c integer NOT NULL CHECK (c > 0) REFERENCES clients); CREATE INDEX d ON a (c)',
    "ALTER TABLE payments ADD COLUMN a text; -- DROP COLUMN b\n ALTER TABLE payments ADD COLUMN b text NOT NULL DEFAULT ';'",
    'ALTER TABLE payments ADD CONSTRAINT a CHECK (count > 0) NOT VALID',
    'ALTER TABLE payments VALIDATE CONSTRAINT a',
    'ALTER TABLE payments DROP CONSTRAINT a; ALTER TABLE payments ALTER COLUMN b DROP NOT NULL',
    'CREATE INDEX IF NOT EXISTS a ON payments (status)',
    'CREATE INDEX a ON clients (client_name); ALTER TABLE clients ADD CONSTRAINT b CHECK (roles IS NOT NULL)',
    'ALTER TABLE clients ADD COLUMN since timestamptz NOT NULL DEFAULT now()',
  ];
  for (const text of GOOD) {
    test(`and nothing is found in: ${text.slice(0, 60)}`, () =>
      assert.deepEqual(faultsOf({ name: '9999-planted.sql', text }), []));
  }
});
