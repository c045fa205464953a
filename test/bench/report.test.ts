import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeRun, jsonLine } from '../../bench/support/report.ts';
import { grownTables } from '../../bench/support/row-counts.ts';
import { compareRounds, type Round } from '../../bench/support/statistics.ts';

const round = (requestsPerSecond: number, p99Ms: number): Round => ({ requestsPerSecond, p50Ms: 4, p99Ms });
const run = (control: Round) => compareRounds([{ bank: round(3210.4, 9), bare: round(4000, 8), control }]);
const shape = { rounds: 1, requestsPerRound: 2000, connections: 16 };

describe('the report', () => {
  test('puts the ratios beside every time', () => {
    const lines = describeRun(run(round(4000, 8)), shape).split('\n');
    assert.deepEqual(
      lines.filter((line) => /^(?:bank|bare)/.test(line)).map((line) => line.trim().split(/\s{2,}/)),
      [
        ['bank', '3210', '4.00', '9.00', '0.80', '1.13'],
        ['bare', '4000', '4.00', '8.00', '1.00', '1.00'],
        ['bare, first', '4000', '4.00', '8.00', '1.00', '1.00'],
        ['bare, second', '4000', '4.00', '8.00', '1.00', '1.00'],
      ],
    );
  });

  test('says that a run is void, and why', () => {
    assert.match(describeRun(run(round(3700, 8)), shape), /VOID: the bare server is 92\.5 % of itself/);
    assert.doesNotMatch(describeRun(run(round(3900, 8)), shape), /VOID/);
  });

  test('is one line for programs', () => {
    assert.deepEqual(JSON.parse(jsonLine(run(round(4000, 8)))), {
      name: 'create',
      ratio: 0.803,
      p99Ratio: 1.125,
      ours: 3210,
      limit: 4000,
    });
  });
});

test('tables that did not grow are left out of the comparison of work, new tables are not', () => {
  assert.deepEqual(grownTables({ clients: 1, payments: 5 }, { clients: 1, payments: 8, outbox: 3 }), {
    payments: 3,
    outbox: 3,
  });
});
