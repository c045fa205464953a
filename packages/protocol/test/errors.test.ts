import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerChallenge, ERROR_CODES, type ErrorCode, type ErrorEntry, errorBody, LupaError } from '../src/errors.ts';
import { VIOLATION_TYPES, type Violation } from '../src/violations.ts';

const entries = Object.entries(ERROR_CODES) as [ErrorCode, ErrorEntry][];

test('every code has an HTTP status that fits its type', () => {
  for (const [code, { httpStatus, type }] of entries) {
    assert.ok(httpStatus >= 400 && httpStatus <= 599, code);
    if (httpStatus === 401 || httpStatus === 403) assert.equal(type, 'SECURITY', code);
    if (httpStatus === 409 || httpStatus === 422) assert.equal(type, 'BUSINESS', code);
    if (httpStatus === 429 || httpStatus >= 500) assert.equal(type, 'TECHNICAL', code);
  }
});

test('every message is two sentences or more of printable ASCII without quotes, for it also stands in a header', () => {
  for (const [code, { message }] of entries) {
    assert.match(message, /^[\x20-\x7e]+\.$/, code);
    assert.doesNotMatch(message, /["\\]/, code);
    assert.ok(message.split(/[.:;] /).length >= 2, code);
  }
});

test('every 401 challenges for a bearer token and says why', () => {
  for (const [code, { httpStatus }] of entries) {
    const challenge = bearerChallenge(code);
    if (httpStatus === 401)
      assert.match(challenge ?? '', /^Bearer error="invalid_(request|token)", error_description="/, code);
    else if (httpStatus !== 403) assert.equal(challenge, undefined, code);
  }
});

test('what may be sent again later says when', () => {
  for (const [code, { httpStatus, retryAfterSeconds }] of entries) {
    assert.equal(retryAfterSeconds !== undefined, httpStatus === 429 || httpStatus === 503, code);
  }
  assert.equal(new LupaError('TOO_MANY_REQUESTS').retryAfterSeconds, 1);
  assert.equal(new LupaError('TOO_MANY_REQUESTS', { retryAfterSeconds: 30 }).retryAfterSeconds, 30);
  assert.equal(new LupaError('NOT_FOUND').retryAfterSeconds, undefined);
});

test('an error body has the four members of the contract, violations always an array', () => {
  const body = errorBody(new LupaError('NOT_FOUND'), '0192');
  assert.deepEqual(body, { type: 'VALIDATION', message: ERROR_CODES.NOT_FOUND.message, id: '0192', violations: [] });
});

test('a body that breaks one rule is described by that rule, several by the first and their number', () => {
  const first: Violation = { type: 'SepaIban', path: 'payee.iban', message: 'payee.iban is not a valid IBAN' };
  const second: Violation = { type: 'Required', path: 'payee.name', message: 'payee.name is missing' };
  assert.equal(new LupaError('BODY_INVALID', { violations: [first] }).message, first.message);
  const both = new LupaError('BODY_INVALID', { violations: [first, second] });
  assert.equal(both.message, 'payee.iban is not a valid IBAN (and 1 more, see violations)');
  assert.deepEqual(errorBody(both, 'x').violations, [first, second]);
});

test('a description is added to the message, and a cause is kept', () => {
  const cause = new Error('socket closed');
  const error = new LupaError('OUTCOME_UNKNOWN', { description: 'the payment was being stored', cause });
  assert.ok(error.message.endsWith('Here: the payment was being stored'));
  assert.equal(error.cause, cause);
  assert.equal(error.name, 'LupaError');
  assert.equal('cause' in new LupaError('INTERNAL'), false);
});

test('the violation types are those of the contract, each once', () => {
  assert.equal(VIOLATION_TYPES.length, 26);
  assert.equal(new Set(VIOLATION_TYPES).size, 26);
});
