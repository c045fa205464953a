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
} from '../../bench/support/statistics.ts';

const round = (requestsPerSecond: number, p99Ms = 10): Round => ({ requestsPerSecond, p50Ms: p99Ms / 2, p99Ms });
const interleaved = (bank: number, bare: number, control = bare): Interleaved => ({
  bank: round(bank),
  bare: round(bare),
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

describe('the comparison', () => {
  test('is the bank to the mean of the two bare servers', () => {
    const { ratio, controlRatio } = compareRounds([interleaved(300, 390, 410)]);
    assert.equal(ratio, 0.75);
    assert.equal(controlRatio, 410 / 390);
  });

  test('is made round by round, so that one disturbed round changes nothing', () => {
    const calm = [interleaved(300, 400), interleaved(330, 440), interleaved(270, 360), interleaved(300, 400)];
    assert.equal(compareRounds([...calm, interleaved(20, 400)]).ratio, 0.75);
    assert.equal(compareRounds([...calm, interleaved(300, 20)]).ratio, 0.75);
  });

  test('calls a slower 99th percentile a ratio above 1', () => {
    const bare = round(400, 10);
    assert.equal(compareRounds([{ bank: round(300, 15), bare, control: bare }]).p99Ratio, 1.5);
  });

  test('gives the medians of each server beside it', () => {
    const { bank, bare } = compareRounds([interleaved(1, 10), interleaved(3, 30), interleaved(2, 20)]);
    assert.deepEqual([bank.requestsPerSecond, bare.requestsPerSecond], [2, 20]);
  });

  test('of no rounds is refused', () => assert.throws(() => compareRounds([]), RangeError));
});

test('the limit is what the bare servers reach on average', () => {
  assert.deepEqual(limitOf(round(100, 4), round(300, 8)), { requestsPerSecond: 200, p50Ms: 3, p99Ms: 6 });
});

describe('a run is void', () => {
  const withControl = (controlRatio: number) => ({ controlRatio }) as Comparison;
  test('when the bare server differs from itself by more than 5 %, either way', () => {
    assert.equal(isVoid(withControl(1.051)), true);
    assert.equal(isVoid(withControl(0.949)), true);
  });
  test('but not when it does by less', () => {
    assert.equal(isVoid(withControl(1.049)), false);
    assert.equal(isVoid(withControl(0.951)), false);
  });
  test('when there is no telling', () => assert.equal(isVoid(withControl(Number.NaN)), true));
});
