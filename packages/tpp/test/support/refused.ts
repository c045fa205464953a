import assert from 'node:assert/strict';
import { TppError, type TppErrorCode } from '../../src/index.ts';

/** Expects a refusal with exactly this code, and gives it back for a closer look. */
export async function refused(work: Promise<unknown> | (() => unknown), code: TppErrorCode): Promise<TppError> {
  let result: unknown;
  try {
    result = await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (!(error instanceof TppError)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`expected ${code}, but it succeeded: ${JSON.stringify(result)}`);
}
