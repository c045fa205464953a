import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Comparison,
  compareRounds,
  type Interleaved,
  isVoid,
  limitOf,
  median,
  percentile,
  type Round,
  roundOf,
  slopeOf,
} from '../../bench/support/statistics.ts';

const round = (requestsPerSecond: number, p99Ms = 10, cpuMicroseconds = 100): Round => ({
  requestsPerSecond,
  p50Ms: p99Ms / 2,
  p99Ms,
  cpuMicroseconds,
});
const interleaved = (ours: number, limit: number, control = limit): Interleaved => ({
  ours: round(ours),
  limit: round(limit),
  control: round(control),
});

describe('the median', () => {
  test('of an odd number of values is the middle one', () => assert.equal(median([9, 1, 5]), 5));
  test('of an even number of values lies between the middle two', () => assert.equal(median([1, 9, 4, 6]), 5));
  test('orders numbers as numbers', () => assert.equal(median([100, 9, 20]), 20));
  test('of nothing is refused', () => assert.throws(() => median([]), RangeError));
});

describe('the percentile', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  test('99 of a hundred values is the 99th', () => assert.equal(percentile(hundred, 0.99), 99));
  test('50 of a hundred values is the 50th', () => assert.equal(percentile(hundred, 0.5), 50));
  test('of one value is that value', () => assert.equal(percentile(Float64Array.of(7), 0.99), 7));
  test('of nothing is refused', () => assert.throws(() => percentile(new Float64Array(0), 0.99), RangeError));
});

describe('a round', () => {
  test('is told by its calls, whatever the order in which they ended', () => {
    assert.deepEqual(roundOf([4, 1, 3, 2], 2, 400), { requestsPerSecond: 2, p50Ms: 2, p99Ms: 4, cpuMicroseconds: 100 });
  });

  test('without a call is refused', () => assert.throws(() => roundOf([], 1, 0), RangeError));
});

describe('the slope', () => {
  const of = (...values: number[]) => slopeOf(values.map((y, x) => ({ x, y })));
  test('of what grows by two each time is two', () => assert.equal(of(1, 3, 5, 7), 2));
  test('of what stays is none', () => assert.equal(of(5, 5, 5), 0));
  test('of what shrinks is below none', () => assert.equal(of(9, 8, 7), -1));
  test('of one point is none', () => assert.equal(of(3), 0));
});

describe('the comparison', () => {
  test('is ours to the mean of the two processes of the limit', () => {
    const { ratio, controlRatio } = compareRounds([interleaved(300, 390, 410)]);
    assert.equal(ratio, 0.75);
    assert.equal(controlRatio, 410 / 390);
  });

  test('is made round by round, so that one disturbed round changes nothing', () => {
    const calm = [interleaved(300, 400), interleaved(330, 440), interleaved(270, 360), interleaved(300, 400)];
    assert.equal(compareRounds([...calm, interleaved(20, 400)]).ratio, 0.75);
    assert.equal(compareRounds([...calm, interleaved(300, 20)]).ratio, 0.75);
  });

  test('calls a slower 99th percentile a ratio above 1, and a slower median too', () => {
    const limit = round(400, 10);
    const { p99Ratio, p50Ratio } = compareRounds([{ ours: round(300, 15), limit, control: limit }]);
    assert.deepEqual([p99Ratio, p50Ratio], [1.5, 1.5]);
  });

  test('calls more processor time for a call a ratio below 1', () => {
    const limit = round(400, 10, 150);
    assert.equal(compareRounds([{ ours: round(300, 10, 200), limit, control: limit }]).cpuRatio, 0.75);
  });

  test('gives the medians of each beside it, and the rounds in order', () => {
    const { ours, limit, series } = compareRounds([interleaved(1, 10), interleaved(3, 15), interleaved(2, 20)]);
    assert.deepEqual([ours.requestsPerSecond, limit.requestsPerSecond], [2, 15]);
    assert.deepEqual(
      series.map(({ ratio }) => ratio),
      [0.1, 0.2, 0.1],
    );
  });

  test('of no rounds is refused', () => assert.throws(() => compareRounds([]), RangeError));
});

describe('the limit', () => {
  test('is the mean of its two processes', () => {
    assert.deepEqual(limitOf(round(100, 10), round(200, 20)), round(150, 15));
  });
});

describe('a run', () => {
  const run = (controlRatio: number): Pick<Comparison, 'controlRatio'> => ({ controlRatio });
  test('whose control is off by less than 5 % counts', () => {
    assert.equal(isVoid(run(1.049)), false);
    assert.equal(isVoid(run(0.951)), false);
  });
  test('whose control is off by more is void', () => {
    assert.equal(isVoid(run(1.051)), true);
    assert.equal(isVoid(run(0.949)), true);
  });
  test('whose control is not a number is void', () => assert.equal(isVoid(run(Number.NaN)), true));
});
