import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseUsername } from '../../src/domain/sca-username.ts';

test('one username has one spelling, however a telephone writes it', () => {
  for (const typed of ['aino', 'Aino', ' AINO ', 'aino\u00a0', 'ａｉｎｏ']) {
    assert.equal(normaliseUsername(typed), 'aino');
  }
  assert.notEqual(normaliseUsername('ainо'), 'aino', 'a Cyrillic letter is another one');
});

test('a username that nobody can have takes no more room than one that somebody can', () => {
  assert.equal(normaliseUsername('x'.repeat(100_000)).length, 64);
  assert.equal(normaliseUsername('\ufdfa'.repeat(300)).length <= 64, true);
});

test('what a database does not take as text is left out', () => {
  assert.equal(normaliseUsername('ai\0no'), 'aino');
  assert.equal(normaliseUsername('aino\ud800').isWellFormed(), true);
  assert.equal(normaliseUsername(`${'x'.repeat(63)}😀`).isWellFormed(), true);
});
