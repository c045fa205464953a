import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCustomerId } from '@lupa/protocol';
import { derivedFactorSecrets } from '../../src/adapters/factor-secrets.ts';

const SECRET = 'a secret of thirty-two bytes or more, for tests';
const AINO = asCustomerId('aino');

describe('key codes', () => {
  const secrets = derivedFactorSecrets(SECRET);

  test('are six digits, the same every time', () => {
    for (let number = 1; number <= 100; number += 1) assert.match(secrets.keyCode(AINO, 1, number), /^\d{6}$/);
    assert.equal(secrets.keyCode(AINO, 1, 42), derivedFactorSecrets(SECRET).keyCode(AINO, 1, 42));
  });

  test('differ by customer, list, number and secret', () => {
    const code = secrets.keyCode(AINO, 1, 11);
    assert.notEqual(secrets.keyCode(asCustomerId('ville'), 1, 11), code);
    assert.notEqual(secrets.keyCode(AINO, 11, 1), code);
    assert.notEqual(secrets.keyCode(AINO, 2, 11), code);
    assert.notEqual(secrets.keyCode(AINO, 1, 12), code);
    assert.notEqual(derivedFactorSecrets(`${SECRET}!`).keyCode(AINO, 1, 11), code);
  });

  test('a secret of 31 bytes is refused, one of 32 is not', () => {
    assert.throws(() => derivedFactorSecrets('x'.repeat(31)), RangeError);
    derivedFactorSecrets('x'.repeat(32));
  });
});
