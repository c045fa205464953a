import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isPasswordHash, SCRYPT_COST, scryptPasswords } from '../../src/adapters/passwords.ts';

const QUICK = { N: 1024, r: 8, p: 1 };

describe('passwords', () => {
  const passwords = scryptPasswords(QUICK);

  test('the right one fits its hash, one with a letter changed does not', async () => {
    const hash = await passwords.hash('aino-salasana');
    assert.equal(await passwords.verify('aino-salasana', hash), true);
    assert.equal(await passwords.verify('aino-salasanA', hash), false);
    assert.equal(await passwords.verify('', hash), false);
  });

  // That it costs the same work is held in equal-work.test.ts.
  test('nothing fits where there is no customer', async () => {
    assert.equal(await passwords.verify('aino-salasana', undefined), false);
    assert.equal(await passwords.verify('', undefined), false);
  });

  test('two hashes of one password differ, and say what they cost', async () => {
    const [one, other] = await Promise.all([passwords.hash('same'), passwords.hash('same')]);
    assert.notEqual(one, other);
    assert.match(one, /^scrypt\$1024\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  });

  test('a hash made at another cost is still understood', async () => {
    const hash = await passwords.hash('aino-salasana');
    assert.equal(await scryptPasswords({ N: 2048, r: 8, p: 1 }).verify('aino-salasana', hash), true);
  });

  test('one password typed in two Unicode forms is one password', async () => {
    const hash = await passwords.hash('yö-\u00e4\u00e4ni');
    assert.equal(await passwords.verify('yö-a\u0308a\u0308ni', hash), true);
  });

  test('an endless password is refused', async () => {
    const long = 'x'.repeat(1025);
    assert.equal(await passwords.verify(long, await passwords.hash(long)), false);
    const longest = 'x'.repeat(1024);
    assert.equal(await passwords.verify(longest, await passwords.hash(longest)), true);
  });

  test('a hash from outside is taken at the cost of today, and at no other', async () => {
    const hash = await scryptPasswords().hash('aino-salasana');
    assert.equal(isPasswordHash(hash), true);
    for (const other of [
      hash.replace('16384', '8192'),
      hash.replace('$5$', '$6$'),
      `${hash}x`,
      hash.slice(1),
      'aino',
    ]) {
      assert.equal(isPasswordHash(other), false, other);
    }
  });

  test('a stored hash that is none of ours is our own mistake', async () => {
    await assert.rejects(passwords.verify('x', 'scrypt$none'), TypeError);
  });

  test('the cost is at least what OWASP asks for', () => {
    assert.ok(SCRYPT_COST.N * SCRYPT_COST.r * SCRYPT_COST.p >= 16_384 * 8 * 5);
  });
});
