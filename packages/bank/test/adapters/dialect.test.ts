import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readMigrations } from '../../src/adapters/postgres/migrate.ts';

/**
 * The SQL keeps to what CockroachDB, YugabyteDB and Citus speak beside PostgreSQL. Read here are the migrations and every text in the
 * modules that hold statements: a statement put together from pieces is in them piece by piece, so that none is left out. What
 * this cannot say is that a statement runs there: none of the three was at hand (docs/scaling.md).
 */
interface Sql {
  readonly where: string;
  readonly text: string;
}
type Rule = RegExp;

/** Why it is not used, and how it is recognised. */
const LACKING: Readonly<Record<string, Rule>> = {
  'sequences: a hot spot in CockroachDB, one node’s business in YugabyteDB':
    /\b(?:small|big)?serial\b|\b(?:next|curr|set|last)val\s*\(|\bCREATE SEQUENCE\b|\bAS IDENTITY\b/i,
  'functions and blocks of one’s own: other languages, other limits':
    /\bCREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE|AGGREGATE|OPERATOR)\b|\bLANGUAGE\s+(?:sql|plpgsql|c|internal)\b|\bDO\s+\$|\bCALL\s+\w+\s*\(|\bplpgsql\b/i,
  'triggers and rules': /\bCREATE (?:OR REPLACE )?(?:CONSTRAINT |EVENT )?(?:TRIGGER|RULE)\b/i,
  'LISTEN and NOTIFY': /\b(?:UN)?LISTEN\s+\w|\bNOTIFY\s+\w|\bpg_notify\b/i,
  'advisory locks': /\bpg_(?:try_)?advisory_/i,
  'constraints that are checked later': /\bDEFERRABLE\b|\bINITIALLY DEFERRED\b|\bSET CONSTRAINTS\b/i,
  'temporary and unlogged tables': /\bCREATE (?:GLOBAL |LOCAL )?(?:TEMP|TEMPORARY|UNLOGGED)\b/i,
  'exclusion constraints': /\bEXCLUDE\s+(?:USING|\()/i,
  'kinds of index that not all have': /\bUSING\s+(?:gin|gist|brin|spgist|hash)\b/i,
  'partitions and inheritance, spelled differently everywhere': /\bPARTITION (?:BY|OF)\b|\bINHERITS\b/i,
  'locks on whole tables': /\bLOCK\s+(?:TABLE\s+)?\w+\s+IN\b|\bLOCK TABLE\b/i,
  'cursors and COPY': /\bDECLARE\s+\w+\s+.*CURSOR\b|\bFETCH (?:NEXT|ALL|FORWARD)\b|\bCOPY\s+\w+\s+(?:FROM|TO)\b/i,
  'MERGE, which CockroachDB does not know': /\bMERGE INTO\b/i,
  'extensions, domains and types of one’s own': /\bCREATE (?:EXTENSION|DOMAIN|TYPE|COLLATION)\b/i,
  'columns of the system': /\b(?:ctid|xmin|xmax|cmin|cmax|tableoid)\b/i,
  'recursion, which Citus does not distribute': /\bWITH RECURSIVE\b/i,
  'window functions, which Citus distributes in one case only': /\bOVER\s*\(/i,
};

/** Functions all four have; the note says where one is spelled or answers differently. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['coalesce', 'nullif', 'greatest', 'count', 'sum', 'min', 'max', 'exists', 'now', 'length', 'lpad', 'to_hex'].map(
      (name) => [name, ''],
    ),
  ),
  generate_series: 'in a migration alone',
  encode: '',
  decode: '',
  convert_to: '',
  sha256: "CockroachDB answers with hexadecimal text: for bytes it has digest(…, 'sha256')",
  jsonb_typeof: '',
  jsonb_build_object: '',
  json_build_object: '',
  json_build_array: '',
  json_agg: '',
  row_to_json: '',
  to_json: '',
  current_schema: '',
};
/** Words before a bracket that are no functions. */
const KEYWORDS = new Set(
  'and any as by cast check conflict from identity in include into join key not on or over primary references select set table then union unique using values when where with'.split(
    ' ',
  ),
);

/** What is used though not all have it, with what has to be changed there. Told in docs/scaling.md. */
const KNOWN: Readonly<Record<string, { readonly used: Rule; readonly change: string }>> = {
  'generated columns': {
    used: /\bGENERATED ALWAYS AS \(/,
    change: 'YugabyteDB has them from its releases on PostgreSQL 15 on',
  },
  'the privilege TRUNCATE': {
    used: /\bREVOKE UPDATE, DELETE, TRUNCATE\b/,
    change: 'CockroachDB has no such privilege: leave the word out of the two migrations',
  },
  'json beside jsonb': {
    used: /\bshown json\b/,
    change: 'CockroachDB keeps json as jsonb: the members of what was shown to a customer come back in another order',
  },
  'sha256 of bytes': { used: /\bsha256\(/, change: 'CockroachDB: see FUNCTIONS' },
};

const STATEMENTS = new URL('../../src/adapters/postgres/', import.meta.url);
const LITERAL = /`(?:\\[\s\S]|[^`\\])*`|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;
const LOOKS_LIKE_SQL =
  /\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WITH|SET|FROM|WHERE|VALUES|RETURNING)\b|\b[a-z_0-9]+\(/;

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');

/** Texts in a module that may be SQL or a piece of it. What is put into one is read where it stands. */
function sqlIn(source: string): string[] {
  return [...withoutComments(source).matchAll(LITERAL)]
    .map(([literal]) => literal.slice(1, -1).replaceAll(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, ' $0 '))
    .filter((text) => LOOKS_LIKE_SQL.test(text));
}

async function everything(): Promise<Sql[]> {
  const modules = readdirSync(STATEMENTS).filter((name) => name.endsWith('.ts'));
  return [
    ...(await readMigrations()).map(({ name, text }) => ({ where: name, text: text.replaceAll(/--[^\n]*/g, '') })),
    ...modules.flatMap((name) =>
      sqlIn(readFileSync(new URL(name, STATEMENTS), 'utf8')).map((text) => ({ where: name, text })),
    ),
  ];
}

function lackingIn({ where, text }: Sql): string[] {
  return Object.entries(LACKING)
    .filter(([, rule]) => rule.test(text))
    .map(([why]) => `${where}: ${why}`);
}

/** Calls of functions nobody has looked up. A name after INTO, TABLE, REFERENCES, ON or CONSTRAINT is a table or a column. */
function unknownFunctionsIn({ where, text }: Sql, tables: ReadonlySet<string>): string[] {
  const withoutTexts = text.replaceAll(/'(?:[^']|'')*'/g, "''");
  return [...withoutTexts.matchAll(/(?<![\w$"])([a-z_][a-z0-9_]*)\s*\(/gi)]
    .map(([, name = '']) => name.toLowerCase())
    .filter((name) => !KEYWORDS.has(name) && !tables.has(name) && !(name in FUNCTIONS))
    .map((name) => `${where}: ${name}() is in no list of functions that all four have`);
}

describe('the SQL is what CockroachDB, YugabyteDB and Citus speak too', async () => {
  const all = await everything();
  const tables = new Set(
    all.flatMap(({ text }) =>
      [...text.matchAll(/\bCREATE TABLE (?:IF NOT EXISTS )?(\w+)/gi)].map(([, name = '']) => name),
    ),
  );
  /** Names of the program’s own that a text of it puts before a bracket. */
  const OTHERS = new Set([...tables, 'pg_stat_activity', 'numeric', 'audit_events_before_chains']);

  test('there is something to read', () => {
    assert.ok(all.filter(({ where }) => where.endsWith('.sql')).length >= 12);
    assert.ok(all.filter(({ text }) => /\b(?:SELECT|INSERT|UPDATE|DELETE)\b/.test(text)).length > 100);
    assert.ok(tables.size > 25);
  });

  test('nothing is used that one of them lacks', () => assert.deepEqual(all.flatMap(lackingIn), []));

  test('every function is known to all of them', () =>
    assert.deepEqual(
      all.flatMap((sql) => unknownFunctionsIn(sql, OTHERS)),
      [],
    ));

  test('every function of the list is still used', () => {
    const texts = all.map(({ text }) => text.toLowerCase()).join('\n');
    assert.deepEqual(
      Object.keys(FUNCTIONS).filter((name) => !new RegExp(`\\b${name}\\s*\\(`).test(texts)),
      [],
    );
  });

  for (const [name, { used, change }] of Object.entries(KNOWN)) {
    test(`still used, and to be changed there: ${name} (${change})`, () =>
      assert.ok(all.some(({ text }) => used.test(text))));
  }
});

describe('what one of them lacks is found', () => {
  const PLANTED: readonly (readonly [string, RegExp])[] = [
    ['CREATE TABLE a (b bigserial PRIMARY KEY)', /sequences/],
    ["SELECT nextval('a')", /sequences/],
    ['CREATE TABLE a (b integer GENERATED BY DEFAULT AS IDENTITY)', /sequences/],
    ['CREATE OR REPLACE FUNCTION a() RETURNS void LANGUAGE plpgsql', /functions and blocks/],
    ['DO $$ BEGIN END $$', /functions and blocks/],
    ['CREATE TRIGGER a BEFORE INSERT ON b', /triggers/],
    ['LISTEN payments', /LISTEN/],
    ["SELECT pg_notify('a', 'b')", /LISTEN/],
    ['SELECT pg_try_advisory_xact_lock(1)', /advisory/],
    ['ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c DEFERRABLE INITIALLY DEFERRED', /checked later/],
    ['CREATE TEMPORARY TABLE a (b text)', /temporary/],
    ['CREATE UNLOGGED TABLE a (b text)', /temporary/],
    ['CREATE TABLE a (b int4range, EXCLUDE USING gist (b WITH &&))', /exclusion/],
    ['CREATE INDEX a ON b USING brin (c)', /kinds of index/],
    ['CREATE TABLE a (b uuid) PARTITION BY RANGE (b)', /partitions/],
    ['LOCK TABLE payments IN EXCLUSIVE MODE', /whole tables/],
    ['DECLARE a NO SCROLL CURSOR FOR SELECT 1', /cursors/],
    ['MERGE INTO a USING b ON true', /MERGE/],
    ['CREATE EXTENSION pgcrypto', /extensions/],
    ['DELETE FROM a WHERE ctid IN (SELECT ctid FROM a LIMIT 1)', /columns of the system/],
    ['WITH RECURSIVE a AS (SELECT 1) SELECT 1', /recursion/],
    ['SELECT row_number() OVER (ORDER BY a) FROM b', /window/],
  ];
  for (const [text, fault] of PLANTED) {
    test(text, () => assert.match(lackingIn({ where: 'planted', text }).join('\n'), fault));
  }

  test('every rule has a fault planted for it', () => {
    const found = PLANTED.flatMap(([text]) => lackingIn({ where: '', text }));
    assert.deepEqual(
      Object.keys(LACKING).filter((why) => !found.includes(`: ${why}`)),
      [],
    );
  });

  test('a function nobody has looked up', () => {
    const text = "SELECT pgp_sym_encrypt(a, 'count(') FROM payments WHERE b IN (SELECT coalesce(c, 1) FROM d)";
    assert.deepEqual(unknownFunctionsIn({ where: 'planted', text }, new Set()), [
      'planted: pgp_sym_encrypt() is in no list of functions that all four have',
    ]);
  });

  test('in a module, also where a statement is put together from pieces', () => {
    const source = [
      "const PIECE = 'nextval($1)';",
      '// SELECT pg_notify(1)',
      `const A = { name: 'a', text: \`SELECT \${PIECE}, pg_notify(\${f({ a: 1 })}) FROM b\` };`,
    ].join('\n');
    const found = sqlIn(source).flatMap((text) => lackingIn({ where: 'planted', text }));
    assert.equal(found.length, 2, found.join('\n'));
  });
});

/**
 * Citus keeps a table on many machines by one of its columns, which every key of it then has to contain. The column would be the
 * client. That does not hold today, and docs/scaling.md says what it would take; here is what holds and what does not.
 */
const ON_CITUS: Readonly<
  Record<string, 'by client' | 'by client, once it has the column' | 'on every machine' | 'in one place'>
> = {
  ...{ idempotency_keys: 'by client', request_nonces: 'by client' },
  ...{ authorizations: 'by client, once it has the column', payments: 'by client, once it has the column' },
  ...{ submissions: 'by client, once it has the column', booking_queue: 'by client, once it has the column' },
  ...{ exemption_grants: 'by client, once it has the column', outgoing_messages: 'by client, once it has the column' },
  ...{ access_tokens: 'by client, once it has the column', token_artifacts: 'by client, once it has the column' },
  ...{ sca_sessions: 'by client, once it has the column', sandbox_decisions: 'by client, once it has the column' },
  ...{ clients: 'on every machine', customers: 'on every machine', registering_organisations: 'on every machine' },
  ...{
    registration_jtis: 'on every machine',
    revocation_lists: 'on every machine',
    schema_migrations: 'on every machine',
  },
  ...{ reaper_positions: 'on every machine', audit_seals: 'on every machine', factor_attempts: 'on every machine' },
  ...{ key_lists: 'on every machine', exemption_counters: 'on every machine', rate_counts: 'on every machine' },
  // Money moves between accounts of customers whichever TPP asked for it: no client has them.
  ...{ accounts: 'in one place', entries: 'in one place', bookings: 'in one place' },
  ...{ audit_events: 'in one place', audit_chains: 'in one place', audit_unsealed: 'in one place' },
  ...{ record_removals: 'on every machine', audit_released: 'in one place' },
  ...{ audit_sealed_heads: 'in one place', audit_events_before_chains: 'in one place' },
};

describe('distributed by client, as Citus would', async () => {
  const schema = (await readMigrations()).map(({ text }) => text.replaceAll(/--[^\n]*/g, '')).join('\n');
  const bodies = new Map(
    [...schema.matchAll(/CREATE TABLE (\w+) \(([\s\S]*?)\n\);/g)].map(([, name = '', body = '']) => [name, body]),
  );
  const keysOf = (body: string) => [
    ...[...body.matchAll(/^ {2}(\w+) [^\n]*\b(?:PRIMARY KEY|UNIQUE)\b/gm)].map(([, column = '']) => [column]),
    ...[...body.matchAll(/(?:PRIMARY KEY|UNIQUE) \(([^)]*)\)/g)].map(([, columns = '']) => columns.split(', ')),
  ];

  test('every table has its place', () => {
    const tables = [...bodies.keys(), 'audit_events_before_chains', 'schema_migrations'];
    assert.deepEqual(Object.keys(ON_CITUS).sort(), [...new Set(tables)].sort());
  });

  for (const [table, place] of Object.entries(ON_CITUS)) {
    if (place !== 'by client') continue;
    test(`every key of ${table} contains its client`, () => {
      const keys = keysOf(bodies.get(table) ?? '');
      assert.ok(keys.length > 0);
      assert.deepEqual(
        keys.filter((columns) => !columns.includes('client_id')),
        [],
      );
    });
  }

  test('a key without the client is seen', () => {
    const body = '\n  client_id text NOT NULL,\n  a text UNIQUE,\n  PRIMARY KEY (client_id, a),\n  UNIQUE (b, c)';
    assert.deepEqual(keysOf(body), [['a'], ['client_id', 'a'], ['b', 'c']]);
  });
});
