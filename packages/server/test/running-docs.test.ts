import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkConfiguration } from '../src/configuration/check-configuration.ts';
import { MEMBERS, type Member, variableOf } from '../src/configuration/members.ts';
import { parseCustomers } from '../src/customers/parse-customers.ts';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/running.md', root), 'utf8');

test('docs/running.md has a line for every member, with its variable, and for nothing else', () => {
  const lines = [...page.matchAll(/^\| `([\w.]+)` \| `(LUPA_\w+)`( \*)? \|/gm)].map(([, ...parts]) => parts);
  const members = MEMBERS.map(({ path, ...member }: Member) => [
    path,
    variableOf(path),
    member.inFile ? ' *' : undefined,
  ]);
  assert.deepEqual(lines, members, 'give each member its line in the table, in the order of members.ts');
});

test('the example configuration has no mistake but the files and secrets that are not on this machine', async () => {
  const file = new URL('examples/serve/lupa.json', root).pathname;
  const { problems } = await checkConfiguration({ file, environment: {} });
  for (const { what } of problems) assert.match(what, /cannot be read: there is no such file/);
  assert.ok(problems.length > 0);
});

test('the example of customers is read, but for the hash that is nobody’s', () => {
  const bytes = readFileSync(new URL('examples/serve/customers.json', root));
  const parsed = parseCustomers(bytes, ['5']);
  assert.ok('customers' in parsed, JSON.stringify(parsed));
  assert.deepEqual(
    parsed.customers.flatMap(({ accounts }) =>
      accounts.map(({ openingBalanceCents, limitCents }) => [openingBalanceCents, limitCents]),
    ),
    [
      [250_000, 0],
      [0, -50_000],
    ],
  );
});
