import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addDuration,
  formatHelsinki,
  helsinkiYear,
  nextHelsinkiMidnight,
  parseIsoDuration,
  startOfHelsinkiYear,
} from '../src/index.ts';

const at = (text: string): string => formatHelsinki(new Date(text));

test('a time is printed as the workflow document prints it', () => {
  assert.equal(at('2019-11-01T08:00:00.000Z'), '2019-11-01T10:00:00.000+02:00');
});

test('summer time starts on the last Sunday of March at 01:00 UTC', () => {
  assert.equal(at('2026-03-29T00:59:59.999Z'), '2026-03-29T02:59:59.999+02:00');
  assert.equal(at('2026-03-29T01:00:00.000Z'), '2026-03-29T04:00:00.000+03:00');
});

test('summer time ends on the last Sunday of October at 01:00 UTC, and the hour that comes twice is told apart', () => {
  assert.equal(at('2026-10-25T00:30:00.000Z'), '2026-10-25T03:30:00.000+03:00');
  assert.equal(at('2026-10-25T00:59:59.999Z'), '2026-10-25T03:59:59.999+03:00');
  assert.equal(at('2026-10-25T01:00:00.000Z'), '2026-10-25T03:00:00.000+02:00');
  assert.equal(at('2026-10-25T01:30:00.000Z'), '2026-10-25T03:30:00.000+02:00');
});

test('the day in Helsinki may be the next one', () => {
  assert.equal(at('2025-12-31T22:00:00.000Z'), '2026-01-01T00:00:00.000+02:00');
  assert.equal(at('2026-06-30T20:59:59.999Z'), '2026-06-30T23:59:59.999+03:00');
});

test('what is printed names the same instant', () => {
  const instants = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, (date) => {
      const text = formatHelsinki(date);
      assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[23]:00$/);
      assert.equal(new Date(text).getTime(), date.getTime());
    }),
  );
});

test('far more hours than are remembered still print right', () => {
  for (let hour = 0; hour < 10_000; hour += 1) {
    const date = new Date(Date.UTC(2026, 0, 1, hour));
    assert.equal(new Date(formatHelsinki(date)).getTime(), date.getTime());
  }
});

test('an invalid date is refused', () => {
  assert.throws(() => formatHelsinki(new Date(Number.NaN)), RangeError);
});

for (const [name, at, midnight] of [
  ['the last millisecond of a winter day', '2026-11-22T21:59:59.999Z', '2026-11-23T00:00:00.000+02:00'],
  ['midnight itself, which has the next one', '2026-11-22T22:00:00.000Z', '2026-11-24T00:00:00.000+02:00'],
  ['the last millisecond of a summer day', '2026-07-01T20:59:59.999Z', '2026-07-02T00:00:00.000+03:00'],
  ['the last evening of winter time', '2026-03-28T21:59:59.999Z', '2026-03-29T00:00:00.000+02:00'],
  ['the first minute of the day of 23 hours', '2026-03-28T22:00:00.000Z', '2026-03-30T00:00:00.000+03:00'],
  ['the last minute before the clocks go forward', '2026-03-29T00:59:00.000Z', '2026-03-30T00:00:00.000+03:00'],
  ['the evening of the day of 23 hours', '2026-03-29T20:59:59.999Z', '2026-03-30T00:00:00.000+03:00'],
  ['the last evening of summer time', '2026-10-24T20:59:59.999Z', '2026-10-25T00:00:00.000+03:00'],
  ['the first minute of the day of 25 hours', '2026-10-24T21:00:00.000Z', '2026-10-26T00:00:00.000+02:00'],
  ['the hour shown twice, the first time', '2026-10-25T00:30:00.000Z', '2026-10-26T00:00:00.000+02:00'],
  ['the hour shown twice, the second time', '2026-10-25T01:30:00.000Z', '2026-10-26T00:00:00.000+02:00'],
  ['the evening of the day of 25 hours', '2026-10-25T21:59:59.999Z', '2026-10-26T00:00:00.000+02:00'],
  ['the last evening of a year', '2026-12-31T21:59:59.999Z', '2027-01-01T00:00:00.000+02:00'],
] as const) {
  test(`the next midnight of ${name}`, () =>
    assert.equal(formatHelsinki(nextHelsinkiMidnight(new Date(at))), midnight));
}

for (const [year, start] of [
  [2016, '2015-12-31T22:00:00.000Z'],
  [2027, '2026-12-31T22:00:00.000Z'],
] as const) {
  test(`the year ${year} begins at ${start}, and is the year from then on`, () => {
    assert.equal(startOfHelsinkiYear(year).toISOString(), start);
    assert.equal(helsinkiYear(new Date(start)), year);
    assert.equal(helsinkiYear(new Date(Date.parse(start) - 1)), year - 1);
  });
}

for (const [at, duration, sum] of [
  ['2026-03-28T12:00:00+02:00', 'P1D', '2026-03-29T12:00:00.000+03:00'],
  ['2026-03-28T12:00:00+02:00', 'PT24H', '2026-03-29T13:00:00.000+03:00'],
  ['2026-03-28T03:30:00+02:00', 'P1D', '2026-03-29T04:30:00.000+03:00'],
  ['2026-10-24T12:00:00+03:00', 'P1D', '2026-10-25T12:00:00.000+02:00'],
  ['2026-10-25T03:30:00+03:00', 'PT1H', '2026-10-25T03:30:00.000+02:00'],
  ['2026-10-25T03:30:00+03:00', 'P0D', '2026-10-25T03:30:00.000+03:00'],
  ['2026-01-31T10:00:00+02:00', 'P1M', '2026-02-28T10:00:00.000+02:00'],
  ['2024-02-29T10:00:00+02:00', 'P1Y', '2025-02-28T10:00:00.000+02:00'],
  ['2026-11-22T10:00:00+02:00', 'P1Y2M3W4DT5H6M7.008S', '2028-02-16T15:06:07.008+02:00'],
] as const) {
  test(`${at} and ${duration} make ${sum}`, () => {
    const parsed = parseIsoDuration(duration);
    assert.ok(parsed);
    assert.equal(formatHelsinki(addDuration(new Date(at), parsed)), sum);
  });
}
