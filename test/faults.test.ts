import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { PlantedBug } from '../bench/faults/bank/planted-bugs.ts';
import { checkRun } from '../bench/faults/checker/check-run.ts';
import { countsOf, describeCounts, describeViolations } from '../bench/faults/report.ts';
import { runSeed, type SeedResult } from '../bench/faults/run-seed.ts';
import { TAMPERINGS, type Tampering } from './bench/support/tamperings.ts';

/** `LUPA_TEST_SEED` repeats a run, as far as the machine's timing lets it be: docs/faults.md. */
const SEED = Number(process.env.LUPA_TEST_SEED ?? randomInt(2 ** 31));

/** The short run; `npm run faults` is the long one. */
describe('the bank under faults', () => {
  let run: SeedResult;

  before(async () => {
    run = await runSeed({ seed: SEED, workers: 2, faults: 4 });
  });
  after(() => rmSync(run.directory, { recursive: true, force: true }));

  test('whatever is killed, cut, filled or moved: nothing acknowledged is lost, nothing is done twice', (t) => {
    const counts = countsOf(run);
    t.diagnostic(`LUPA_TEST_SEED=${SEED}, ${run.store}, ${run.seconds.toFixed(1)} s\n${describeCounts(counts)}`);
    assert.deepEqual(run.violations, [], describeViolations(run.violations, run.history));
    assert.ok(counts.acknowledgedPayments > 10 && counts.bookings > 10, 'there was no load to speak of');
  });

  for (const { rule, name, tamper } of TAMPERINGS) {
    test(`the checker finds it when ${name}`, () => {
      const { history, snapshot } = structuredClone({ history: run.history, snapshot: run.snapshot });
      const tampered = tamper({ history, store: snapshot } as Parameters<Tampering['tamper']>[0]);
      const broken = checkRun(tampered.history, tampered.store).map((violation) => violation.rule);
      assert.ok(broken.includes(rule), `broken are: ${[...new Set(broken)].join('; ') || 'none'}`);
    });
  }
});

test('the checker shares no code with the bank', () => {
  const directory = new URL('../bench/faults/checker/', import.meta.url);
  const files = readdirSync(directory);
  assert.ok(files.length > 10);
  const imported = files.flatMap((file) => {
    const text = readFileSync(new URL(file, directory), 'utf8');
    return [...text.matchAll(/^(import type|import|export)\b[^;]*? from '([^']+)';/gm)];
  });
  const foreign = imported.filter(
    ([, how, name = '']) => !/^(?:\.\/[a-z-]+\.ts|node:[a-z/]+|pg)$/.test(name) && how !== 'import type',
  );
  assert.deepEqual(
    foreign.map(([line]) => line),
    [],
  );
  const types = imported.filter(([, , name]) => name?.startsWith('../'));
  assert.deepEqual([...new Set(types.map(([, how, name]) => `${how} ${name}`))], ['import type ../history.ts']);
});

/**
 * Bugs that the harness plants into the bank's processes. Each is found by one of the rules it breaks; a lock that is missing
 * is only found where two meet, which takes more requests.
 */
const PLANTED: readonly { bug: PlantedBug; seed: number; quietRequests: number; rules: readonly string[] }[] = [
  {
    ...{ bug: 'no-idempotency', seed: 2, quietRequests: 60 },
    rules: ['one order is one payment', 'the same key and body give the same answer'],
  },
  { ...{ bug: 'books-twice', seed: 3, quietRequests: 60 }, rules: ['one submission is one booking'] },
  {
    ...{ bug: 'no-lock', seed: 4, quietRequests: 110 },
    rules: ['a payment is booked no more often than its count', 'what is reserved is what waits for its booking'],
  },
];

describe('a planted bug is found', () => {
  for (const { bug, rules, ...load } of PLANTED) {
    test(bug, async () => {
      const { violations, directory } = await runSeed({
        ...load,
        ...{ workers: 2, faults: 0, store: 'shared', planted: bug, settleMs: 2_000 },
      });
      rmSync(directory, { recursive: true });
      const broken = new Set(violations.map(({ rule }) => rule));
      assert.ok(
        rules.some((rule) => broken.has(rule)),
        `broken are: ${[...broken].join('; ') || 'none'}`,
      );
    });
  }
});
