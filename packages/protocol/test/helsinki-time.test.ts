import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatHelsinki } from '../src/helsinki-time.ts';

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
