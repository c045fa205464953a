import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LupaError } from '@lupa/protocol';
import {
  checkHeaders,
  interactionId,
  recordedHeaders,
  requireIdempotencyKey,
  sandboxScenario,
} from '../../src/http/request-headers.ts';

const bank = { sandbox: false };

function refusal(work: () => unknown): LupaError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof LupaError);
    return error;
  }
  assert.fail('nothing was refused');
}

function pathsRefused(headers: Record<string, string>, where: { sandbox: boolean }): string[] {
  const error = refusal(() => checkHeaders(headers, where));
  assert.equal(error.code, 'HEADER_INVALID');
  return error.violations.map(({ path }) => path);
}

for (const accept of [undefined, '', '*/*', 'application/json', 'application/*;q=0.5', 'text/html, */*;q=0.1']) {
  test(`Accept ${accept ?? 'absent'} is fine`, () => {
    checkHeaders(accept === undefined ? {} : { accept }, bank);
  });
}

for (const accept of ['text/html', 'application/xml', 'application/json;q=0', '*/*, application/json;q=0']) {
  test(`Accept ${accept} excludes JSON and is refused`, () => {
    assert.equal(refusal(() => checkHeaders({ accept }, bank)).code, 'NOT_ACCEPTABLE');
  });
}

test('Content-Encoding identity is fine and any other is refused', () => {
  checkHeaders({ 'content-encoding': 'identity' }, bank);
  assert.equal(refusal(() => checkHeaders({ 'content-encoding': 'gzip' }, bank)).code, 'MEDIA_TYPE');
});

test('every malformed header is told at once', () => {
  const error = refusal(() =>
    checkHeaders(
      {
        'x-fapi-interaction-id': 'not-a-uuid',
        'x-fapi-customer-ip-address': '300.1.1.1',
        'x-fapi-customer-last-logged-time': 'yesterday',
      },
      bank,
    ),
  );
  assert.equal(error.code, 'HEADER_INVALID');
  assert.deepEqual(
    error.violations.map((violation) => violation.path),
    ['x-fapi-interaction-id', 'x-fapi-customer-ip-address', 'x-fapi-customer-last-logged-time'],
  );
});

test("the workflow document's own header values are fine", () => {
  const headers = {
    'x-fapi-interaction-id': '351cd754-1177-4f87-812e-3a996a44aba8',
    'x-fapi-customer-last-logged-time': 'Sun, 10 Sep 2017 19:43:31 UTC',
    'x-fapi-customer-ip-address': '2001:db8::1',
    'x-fapi-financial-id': 'test',
  };
  checkHeaders(headers, bank);
  assert.equal(interactionId(headers), '351cd754-1177-4f87-812e-3a996a44aba8');
  assert.deepEqual(recordedHeaders({ ...headers, authorization: 'Bearer secret', 'x-api-key': 'secret' }), {
    'x-fapi-customer-ip-address': '2001:db8::1',
    'x-fapi-customer-last-logged-time': 'Sun, 10 Sep 2017 19:43:31 UTC',
    'x-fapi-financial-id': 'test',
  });
});

test('x-client-certificate is refused outside the sandbox and let be in it', () => {
  const headers = { 'x-client-certificate': 'anything' };
  assert.equal(refusal(() => checkHeaders(headers, bank)).code, 'HEADER_INVALID');
  checkHeaders(headers, { sandbox: true });
});

test('x-sandbox-scenario is refused outside the sandbox, right or wrong; in it a wrong one is', () => {
  const right = { 'x-sandbox-scenario': 'FutureSimulation=P1D' };
  const wrong = { 'x-sandbox-scenario': 'FutureSimulation=tomorrow' };
  for (const headers of [right, wrong]) {
    assert.deepEqual(pathsRefused(headers, { sandbox: false }), ['x-sandbox-scenario']);
  }
  checkHeaders(right, { sandbox: true });
  assert.deepEqual(pathsRefused(wrong, { sandbox: true }), ['x-sandbox-scenario']);
  assert.equal(sandboxScenario(right)?.kind, 'FutureSimulation');
});

test('the idempotency key is required, and must be printable and short', () => {
  assert.equal(requireIdempotencyKey({ 'x-idempotency-key': 'idempotent_5' }), 'idempotent_5');
  assert.equal(refusal(() => requireIdempotencyKey({})).violations[0]?.type, 'Required');
  for (const key of ['', 'has space', 'k'.repeat(256)]) {
    const error = refusal(() => requireIdempotencyKey({ 'x-idempotency-key': key }));
    assert.equal(error.violations[0]?.type, 'InvalidValue');
  }
});
