import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { REGISTRATION_CHECKS } from '@lupa/protocol';

test('docs/registration.md lists every check of a registration, in its order, as it is answered', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/registration.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| `(\w+)` \| .+\|$/gm)].map(([, ...row]) => row);
  const checks = Object.entries(REGISTRATION_CHECKS).map(([check, { httpStatus, error }]) => [
    check,
    String(httpStatus),
    error,
  ]);
  assert.deepEqual(rows, checks);
});
