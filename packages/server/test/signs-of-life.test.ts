import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LEAST_LOOKS_TO_LOAD, LOOK_EVERY_MS, SIGN_EVERY_MS, SignsOfLife } from '../src/workers/signs-of-life.ts';

const LIMIT_LOOKS = 3;

/** Signs of life of workers that have loaded their program. */
function signsOf(...workers: readonly string[]): SignsOfLife<string> {
  const signs = new SignsOfLife<string>();
  for (const worker of workers) {
    signs.expectOf(worker);
    signs.heardOf(worker);
  }
  return signs;
}

/** Looks so many times. @returns those that were found to hang, look by look */
function look(signs: SignsOfLife<string>, times: number): string[][] {
  return Array.from({ length: times }, () => signs.look(LIMIT_LOOKS));
}

describe('a worker that gives no sign of life', () => {
  test('hangs when it was quiet for longer than the limit, and not before; it is told once', () => {
    const signs = signsOf('quiet');
    assert.deepEqual(look(signs, LIMIT_LOOKS).flat(), []);
    assert.deepEqual(look(signs, LIMIT_LOOKS * 2), [['quiet'], ...Array(LIMIT_LOOKS * 2 - 1).fill([])]);
  });

  test('is told apart from one that gives a sign at the last moment', () => {
    const signs = signsOf('quiet', 'slow');
    look(signs, LIMIT_LOOKS);
    signs.heardOf('slow');
    assert.deepEqual(look(signs, LIMIT_LOOKS).flat(), ['quiet']);
    assert.deepEqual(look(signs, 1).flat(), ['slow']);
  });

  test('is not counted on after two looks, and again as soon as it is heard of', () => {
    const signs = signsOf('busy');
    look(signs, 1);
    assert.equal(signs.isSilent('busy'), false);
    look(signs, 1);
    assert.equal(signs.isSilent('busy'), true);
    signs.heardOf('busy');
    assert.equal(signs.isSilent('busy'), false);
  });

  test('is nobody’s matter once it drains or has died, even if it is heard of again', () => {
    const signs = signsOf('draining');
    look(signs, LIMIT_LOOKS);
    signs.forget('draining');
    signs.heardOf('draining');
    assert.deepEqual(look(signs, LIMIT_LOOKS * 2).flat(), []);
    assert.equal(signs.isSilent('draining'), false);
  });

  test('hangs, too, when it was never heard of; for loading its program it has some looks more, where the limit is short', () => {
    for (const [limit, looks] of [
      [LIMIT_LOOKS, LEAST_LOOKS_TO_LOAD],
      [LEAST_LOOKS_TO_LOAD + 1, LEAST_LOOKS_TO_LOAD + 1],
    ] as const) {
      const signs = new SignsOfLife<string>();
      signs.expectOf('loading');
      const found = Array.from({ length: looks + 1 }, () => signs.look(limit));
      assert.deepEqual(found, [...Array(looks).fill([]), ['loading']]);
    }
  });

  test('has no looks more than others once it was heard of', () => {
    const signs = new SignsOfLife<string>();
    signs.expectOf('blocked');
    signs.heardOf('blocked');
    assert.deepEqual(look(signs, LIMIT_LOOKS + 1).at(-1), ['blocked']);
  });

  test('has given at least one sign between two looks, if it is well', () => {
    assert.ok(2 * SIGN_EVERY_MS < LOOK_EVERY_MS);
  });
});
