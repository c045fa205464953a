import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  blockedUntil,
  blocksCustomer,
  decideAttempt,
  hasIdled,
  idleBefore,
  SCA_LIMITS,
} from '../../src/domain/sca-limits.ts';

const NOON = new Date('2026-11-20T12:00:00.000Z');
const later = (milliseconds: number) => new Date(NOON.getTime() + milliseconds);

describe('five idle minutes', () => {
  test('4 minutes 59.999 seconds are not too long, 5 minutes are', () => {
    assert.equal(hasIdled({ lastSeen: NOON }, later(299_999), SCA_LIMITS), false);
    assert.equal(hasIdled({ lastSeen: NOON }, later(300_000), SCA_LIMITS), true);
  });

  test('what was last used before the limit has been idle for too long', () => {
    const limit = idleBefore(later(300_000), SCA_LIMITS);
    assert.deepEqual(limit, NOON);
  });
});

describe('five wrong factors in a row', () => {
  test('the fifth attempt is still looked at, the sixth is not', () => {
    assert.equal(decideAttempt(5, SCA_LIMITS), 'check');
    assert.equal(decideAttempt(6, SCA_LIMITS), 'block-now');
    assert.equal(decideAttempt('blocked', SCA_LIMITS), 'blocked');
  });

  test('the fourth wrong one does not block, the fifth does', () => {
    assert.equal(blocksCustomer(4, SCA_LIMITS), false);
    assert.equal(blocksCustomer(5, SCA_LIMITS), true);
  });

  test('a block lasts half an hour', () => {
    assert.deepEqual(blockedUntil(NOON, SCA_LIMITS), new Date('2026-11-20T12:30:00.000Z'));
  });
});
