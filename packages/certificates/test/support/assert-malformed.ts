import assert from 'node:assert/strict';
import { CertificateError } from '../../src/index.ts';

/** Asserts that a reading is refused as malformed, and for what. */
export function assertMalformed(read: () => unknown, reason: RegExp): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof CertificateError, `expected a CertificateError, got ${String(error)}`);
    assert.equal(error.code, 'malformed');
    assert.match(error.message, reason);
    return;
  }
  assert.fail(`expected a refusal (${reason}), but it was read`);
}
