import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type KeyTimes,
  keyTimesFault,
  nextKeyChange,
  publishedKeys,
  signingKey,
} from '../../src/domain/key-schedule.ts';

interface NamedKey extends KeyTimes {
  readonly kid: string;
}
type Keys = readonly [NamedKey, ...NamedKey[]];

const at = (text: string) => new Date(`2026-11-22T${text}Z`);
/** What begins at noon, and what retires at one. */
const ROTATION: Keys = [
  { kid: 'new', signsFrom: at('12:00:00') },
  { kid: 'old', retiresAt: at('13:00:00') },
];
const signerAt = (keys: Keys, time: string) => signingKey(keys, at(time)).kid;
const publishedAt = (keys: Keys, time: string) => publishedKeys(keys, at(time)).map(({ kid }) => kid);

test('the old key signs until the very millisecond the new one begins, whichever comes first in the list', () => {
  for (const keys of [ROTATION, ROTATION.toReversed() as unknown as Keys]) {
    assert.equal(signerAt(keys, '11:59:59.999'), 'old');
    assert.equal(signerAt(keys, '12:00:00.000'), 'new');
    assert.equal(signerAt(keys, '13:00:00.000'), 'new');
  }
});

test('both keys are published from before the new one signs until the old one retires', () => {
  assert.deepEqual(publishedAt(ROTATION, '00:00:00'), ['new', 'old']);
  assert.deepEqual(publishedAt(ROTATION, '12:59:59.999'), ['new', 'old']);
  assert.deepEqual(publishedAt(ROTATION, '13:00:00.000'), ['new']);
});

test('of three keys the one that began last signs', () => {
  const keys: Keys = [{ kid: 'first' }, { kid: 'second', signsFrom: at('10:00:00') }, ROTATION[0]];
  assert.deepEqual(
    ['09:59:59.999', '10:00:00', '11:59:59.999', '12:00:00'].map((time) => signerAt(keys, time)),
    ['first', 'second', 'second', 'new'],
  );
});

test('without any times the first key signs and all are published', () => {
  const keys: Keys = [{ kid: 'a' }, { kid: 'b' }];
  assert.equal(signerAt(keys, '12:00:00'), 'a');
  assert.deepEqual(publishedAt(keys, '12:00:00'), ['a', 'b']);
});

test('a bank whose clock is behind all its keys signs with the one that begins first', () => {
  const keys: Keys = [ROTATION[0], { kid: 'later', signsFrom: at('14:00:00') }];
  assert.equal(signerAt(keys, '11:00:00'), 'new');
  assert.equal(signerAt(keys.toReversed() as unknown as Keys, '11:00:00'), 'new');
});

test('a key that has retired never signs, though it began last', () => {
  const keys: Keys = [{ kid: 'stays' }, { kid: 'gone', signsFrom: at('10:00:00'), retiresAt: at('11:00:00') }];
  assert.equal(signerAt(keys, '10:59:59.999'), 'gone');
  assert.equal(signerAt(keys, '11:00:00'), 'stays');
});

test('the next change is the next beginning or retirement still to come', () => {
  const changes = ['11:00:00', '11:59:59.999', '12:00:00', '12:59:59.999', '13:00:00'].map((time) =>
    nextKeyChange(ROTATION, at(time)),
  );
  const [noon, one] = [at('12:00:00').getTime(), at('13:00:00').getTime()];
  assert.deepEqual(changes, [noon, noon, one, one, Number.POSITIVE_INFINITY]);
});

test('a list after which one day nobody signs is a fault; with one key that stays it is none', () => {
  const retires = { kid: 'old', retiresAt: at('13:00:00') };
  assert.match(keyTimesFault([retires]) ?? '', /every key retires/);
  assert.equal(keyTimesFault([retires, { kid: 'stays' } as NamedKey]), undefined);
});

test('a key that retires when it begins, or has a time that is none, is a fault', () => {
  const stays = {};
  const noon = at('12:00:00');
  assert.match(keyTimesFault([stays, { signsFrom: noon, retiresAt: noon }]) ?? '', /before it signs/);
  assert.equal(keyTimesFault([stays, { signsFrom: noon, retiresAt: at('12:00:00.001') }]), undefined);
  assert.match(keyTimesFault([stays, { signsFrom: new Date('soon') }]) ?? '', /a time that is none/);
  assert.match(keyTimesFault([stays, { retiresAt: new Date('soon') }]) ?? '', /a time that is none/);
});
