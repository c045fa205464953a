import assert from 'node:assert/strict';
import { LupaError } from '@lupa/protocol';

/** The code of the refusal, or `done` where nothing was refused. Anything but a refusal of ours fails the test. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    assert.ok(error instanceof LupaError, String(error));
    return error.code;
  }
}
