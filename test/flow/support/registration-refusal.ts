import assert from 'node:assert/strict';
import { REGISTRATION_CHECKS, type RegistrationCheck, type RegistrationErrorBody } from '@lupa/protocol';
import { type Answer, jsonOf } from './https-call.ts';

/**
 * Asserts that a registration was refused by this check, in the contract's form (§10; RFC 7591 section 3.2.2).
 *
 * @returns the description, which names what is wrong and what to do
 */
export function assertRegistrationRefused(answer: Answer, check: RegistrationCheck, what?: string): string {
  const { error, error_description: description, check: failed } = jsonOf<RegistrationErrorBody>(answer);
  assert.equal(failed, check, what === undefined ? description : `${what}: ${description}`);
  assert.equal(error, REGISTRATION_CHECKS[check].error);
  assert.equal(answer.status, REGISTRATION_CHECKS[check].httpStatus);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.headers['www-authenticate'] !== undefined, answer.status === 401);
  // RFC 6749 section 5.2: what an error_description may consist of.
  assert.match(description, /^[\x20\x21\x23-\x5b\x5d-\x7e]{20,}$/);
  return description;
}
