import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeFloor, describeResult, jsonLine } from '../../bench/support/report.ts';
import { figuresOf, furthestControl, resultOf, verdictOf } from '../../bench/support/result.ts';
import { grownTables } from '../../bench/support/row-counts.ts';
import { createResult } from './support/results.ts';

describe('the report', () => {
  test('puts the ratios beside every time', () => {
    const lines = describeResult(createResult(4000)).split('\n');
    assert.deepEqual(
      lines
        .filter((line) => /^(?:bank|bare| {2}first| {2}second)/.test(line))
        .map((line) => line.trim().split(/\s{2,}/)),
      [
        ['bank', '3210', '4.00', '9.00', '200', '0.80', '1.13', '1.00'],
        ['bare', '4000', '4.00', '8.00', '200', '1.00', '1.00', '1.00'],
        ['first', '4000', '4.00', '8.00', '200', '1.00', '1.00', '1.00'],
        ['second', '4000', '4.00', '8.00', '200', '1.00', '1.00', '1.00'],
      ],
    );
  });

  test('says how each floor was met', () => {
    const text = describeResult(createResult(4000));
    assert.match(text, /^ {2}pass {2}throughput 0\.803 \(at least 0\.75, goal 0\.85\)$/m);
    assert.match(text, /^ {2}FAIL {2}p99 1\.125 \(at most 1\)$/m);
  });

  test('says that a run is void, and why, and judges no floor by it', () => {
    const text = describeResult(createResult(3700));
    assert.match(text, /VOID: the limit is 92\.5 % of itself/);
    assert.doesNotMatch(text, /FAIL|pass/);
    assert.doesNotMatch(describeResult(createResult(3900)), /VOID/);
  });

  test('says how often a run was void before', () => {
    assert.match(describeResult(createResult(3700, { attempts: 3 })), /and so were the 2 before it/);
  });

  test('is one line for programs, with these members and no others', () => {
    const line = jsonLine(createResult(4000));
    assert.doesNotMatch(line, /\n/);
    assert.deepEqual(JSON.parse(line), { name: 'create', ratio: 0.803, p99Ratio: 1.125, ours: 3210.4, limit: 4000 });
  });
});

describe('a floor', () => {
  const atLeast = (value: number) => verdictOf({ what: '', value, bound: { atLeast: 0.75, goal: 0.85 } });
  test('is met by what reaches it', () => assert.equal(atLeast(0.75), 'pass'));
  test('is missed by what is just below', () => assert.equal(atLeast(0.749), 'FAIL'));
  test('has its goal reached by what reaches that', () => assert.equal(atLeast(0.85), 'goal'));
  test('is missed by what is not a number', () => assert.equal(atLeast(Number.NaN), 'FAIL'));

  test('from above is met by what does not pass it', () => {
    assert.equal(verdictOf({ what: '', value: 1.5, bound: { atMost: 1.5 } }), 'pass');
    assert.equal(verdictOf({ what: '', value: 1.501, bound: { atMost: 1.5 } }), 'FAIL');
  });

  test('is told with its value and what was asked', () => {
    assert.equal(describeFloor({ what: 'p99', value: 1.2, bound: { atMost: 1.5 } }), 'p99 1.200 (at most 1.5)');
  });
});

test('of several controls the one furthest off counts, on either side', () => {
  assert.equal(furthestControl([1.01, 0.9, 1.05]), 0.9);
  assert.equal(furthestControl([1.2, 0.9]), 1.2);
  assert.equal(furthestControl([1.2, Number.NaN, 0.9]), Number.NaN);
});

describe('the result of several contests', () => {
  const outcomeOf = (controlPerSecond: number) => {
    const comparison = createResult(controlPerSecond).sections[0]?.comparison;
    assert.ok(comparison);
    return { comparison, attempts: 1 };
  };
  const said = { name: 'handshake', title: 'Two', how: 'As a test does it.' } as const;

  test('has the figures of the first, and a section for each', () => {
    const first = outcomeOf(4000);
    const names = ['new', 'old'] as const;
    const result = resultOf(said, { section: 'One', ...first }, { section: 'Other', names, ...outcomeOf(3950) });
    assert.equal(result.ratio, first.comparison.ratio);
    assert.deepEqual(
      result.sections.map(({ title, names }) => [title, ...names]),
      [
        ['One', 'bank', 'bare node:https'],
        ['Other', 'new', 'old'],
      ],
    );
    assert.deepEqual([result.isVoid, result.floors, result.notes, result.plots], [false, [], [], []]);
  });

  test('is void when one of them is, and says its control', () => {
    const spoilt = outcomeOf(3700);
    const result = resultOf(said, { section: 'One', ...outcomeOf(4000) }, { section: 'Other', ...spoilt });
    assert.deepEqual([result.isVoid, result.controlRatio], [true, spoilt.comparison.controlRatio]);
  });

  test('says what the benchmark says instead', () => {
    const result = resultOf({ ...said, unit: 'flows/s', ratio: 0.5 }, { section: 'One', ...outcomeOf(4000) });
    assert.deepEqual([result.unit, result.ratio], ['flows/s', 0.5]);
  });
});

test("a contest's limit is the mean of its two processes", () => {
  const comparison = createResult(4400).sections[0]?.comparison;
  assert.ok(comparison);
  assert.equal(figuresOf(comparison, 1).limit, 4200);
});

test('tables that did not grow are left out of the comparison of work, new tables are not', () => {
  assert.deepEqual(grownTables({ clients: 1, payments: 5 }, { clients: 1, payments: 8, outbox: 3 }), {
    payments: 3,
    outbox: 3,
  });
});
