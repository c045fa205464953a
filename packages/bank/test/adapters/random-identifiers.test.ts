import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { randomIdentifiers } from '../../src/adapters/random-identifiers.ts';

const START = Date.UTC(2026, 0, 1);

/** Identifiers of a clock that stands still until it is moved. */
function identifiersAt(milliseconds: number) {
  const clock = { milliseconds, now: () => new Date(clock.milliseconds) };
  return { clock, identifiers: randomIdentifiers(clock) };
}

const timeOf = (uuid: string) => Number.parseInt(uuid.replace('-', '').slice(0, 12), 16);

describe('an id', () => {
  test('is a UUID of version 7 and of the RFC variant, in canonical form', () => {
    const { clock, identifiers } = identifiersAt(START);
    for (let made = 0; made < 10_000; made += 1) {
      clock.milliseconds += made % 3 === 0 ? 1 : 0;
      assert.match(identifiers.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  test('begins with the time', () => assert.equal(timeOf(identifiersAt(START).identifiers.uuid()), START));

  test('sorts behind every earlier one, within one millisecond too', () => {
    const { clock, identifiers } = identifiersAt(START);
    const made = Array.from({ length: 20_000 }, () => identifiers.uuid());
    clock.milliseconds += 1_000;
    made.push(identifiers.uuid());
    assert.deepEqual(made.toSorted(), made);
    assert.equal(new Set(made).size, made.length);
  });

  test('sorts behind every earlier one when the clock is set back', () => {
    const { clock, identifiers } = identifiersAt(START);
    const before = identifiers.uuid();
    clock.milliseconds -= 60_000;
    assert.ok(identifiers.uuid() > before);
  });

  test('of another process at the same time is another one', () => {
    const made = Array.from({ length: 1_000 }, () => identifiersAt(START).identifiers.uuid());
    assert.equal(new Set(made.map((uuid) => uuid.slice(19))).size, made.length);
  });
});

test('a secret has as many random bytes as asked for', () => {
  const { identifiers } = identifiersAt(START);
  assert.equal(Buffer.from(identifiers.secret(32), 'base64url').length, 32);
  assert.notEqual(identifiers.secret(32), identifiers.secret(32));
});

test('an archive id begins with its day and has as many characters as all others', () => {
  const { identifiers } = identifiersAt(START);
  for (let made = 0; made < 1_000; made += 1) assert.match(identifiers.archiveId(), /^20260101[0-9A-Z]{12}$/);
});
