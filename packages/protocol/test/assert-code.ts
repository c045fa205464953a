import assert from 'node:assert/strict';
import { type ErrorCode, LupaError } from '../src/errors.ts';

/** Asserts that a call is refused with this code, and gives the error back for a closer look. */
export function assertCode(code: ErrorCode, call: () => unknown): LupaError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof LupaError, `expected ${code}, got ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`expected ${code}, but it was accepted`);
}
