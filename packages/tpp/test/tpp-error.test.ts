import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { TPP_ERROR_CODES, TppError, type TppErrorCode } from '../src/index.ts';

test('an error prints what is known and nothing else', () => {
  const shown = inspect(new TppError('NOT_FOUND', { status: 404, requestId: 'r-1', detail: 'the bank says: gone.' }));
  assert.match(
    shown,
    /^TppError: The bank knows no such thing of this client\. Check the ids\. Here: the bank says: gone\.\n/,
  );
  assert.match(shown, /code: 'NOT_FOUND'/);
  assert.match(shown, /requestId: 'r-1'/);
  assert.doesNotMatch(shown, /undefined/);
});

test('what a caller further out knows is added, and the code, the cause and the place stay', () => {
  const cause = new Error('below');
  const error = new TppError('CONNECTION_LOST', { cause, detail: 'ECONNRESET' });
  const wider = error.with({ outcomeUnknown: true, retryWith: { submissionId: 's-1' } });
  assert.equal(wider.code, 'CONNECTION_LOST');
  assert.equal(wider.cause, cause);
  assert.equal(wider.detail, 'ECONNRESET');
  assert.match(wider.message, /ECONNRESET.*same submissionId is safe/);
  assert.equal(wider.stack?.split('\n')[1], error.stack?.split('\n')[1]);
  assert.ok(wider.stack?.includes(wider.message));
});

test('every code says what happened and what to do, in whole sentences', () => {
  for (const [code, { message }] of Object.entries(TPP_ERROR_CODES)) {
    assert.match(message, /^[A-Z].*\.$/, code);
    assert.equal(new TppError(code as TppErrorCode).message, message);
  }
});
