import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';
import { endOfTerm, firstIdSince } from '../../src/domain/record-term.ts';

describe('the term that records are kept for', () => {
  for (const [now, years, end] of [
    ['2026-11-22T10:00:00Z', 10, '2015-12-31T22:00:00.000Z'],
    ['2025-12-31T21:59:59.999Z', 10, '2014-12-31T22:00:00.000Z'],
    ['2025-12-31T22:00:00.000Z', 10, '2015-12-31T22:00:00.000Z'],
    ['2026-11-22T10:00:00Z', 5, '2020-12-31T22:00:00.000Z'],
  ] as const) {
    test(`at ${now} it has ended for what is from before ${end}, after ${years} years`, () =>
      assert.equal(endOfTerm(new Date(now), years).toISOString(), end));
  }

  test('ids made from a time on are above its first id, those made before below it', () => {
    const time = new Date('2016-01-01T00:00:00.000Z');
    const idAt = (milliseconds: number) =>
      randomIdentifiers({ now: () => new Date(time.getTime() + milliseconds) }).uuid();
    assert.ok(idAt(0) > firstIdSince(time));
    assert.ok(idAt(-1) < firstIdSince(time));
  });
});
