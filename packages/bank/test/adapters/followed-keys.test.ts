import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { followKeys } from '../../src/adapters/followed-keys.ts';
import type { BankKey, BankKeys } from '../../src/ports/bank-keys.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const response: BankKey = { kid: 'response', alg: 'ES256', privateKey: ec.privateKey };
const idToken: BankKey = { kid: 'id-token', alg: 'RS256', privateKey: rsa.privateKey };
const GOOD: BankKeys = { responseSigning: [response], idTokens: [idToken], cookieKeys: ['cookies'] };

test('keys that never change are followed as they are', async () => {
  const keys = await followKeys(GOOD);
  await keys.reread();
  assert.equal(keys.current(), GOOD);
});

test('what the source has anew serves from then on; what cannot be used, or read, leaves the last keys in place', async () => {
  let given: BankKeys | Error = GOOD;
  const read = async () => {
    if (given instanceof Error) throw given;
    return given;
  };
  const keys = await followKeys({ read });
  const rotated: BankKeys = { ...GOOD, responseSigning: [{ ...response, kid: 'response-2' }, response] };
  given = rotated;
  assert.equal(keys.current(), GOOD);
  await keys.reread();
  assert.equal(keys.current(), rotated);
  given = { ...GOOD, idTokens: [{ ...idToken, privateKey: ec.privateKey }] };
  await assert.rejects(keys.reread(), /idTokens cannot be used: the key id-token is no private key for RS256/);
  assert.equal(keys.current(), rotated);
  given = new Error('the disk is gone');
  await assert.rejects(keys.reread(), /the disk is gone/);
  assert.equal(keys.current(), rotated);
});

const noon = new Date('2026-11-22T12:00:00Z');
const REFUSED: readonly { what: string; keys: BankKeys; says: RegExp }[] = [
  {
    what: 'a public key',
    keys: { ...GOOD, responseSigning: [{ ...response, privateKey: ec.publicKey }] },
    says: /no private key/,
  },
  { what: 'an ID-token key for ES256', keys: { ...GOOD, idTokens: [{ ...response }] }, says: /signed with RS256/ },
  { what: 'two keys of one name', keys: { ...GOOD, responseSigning: [response, { ...response }] }, says: /same kid/ },
  { what: 'a key without a name', keys: { ...GOOD, responseSigning: [{ ...response, kid: '' }] }, says: /no kid/ },
  {
    what: 'keys that all retire',
    keys: { ...GOOD, idTokens: [{ ...idToken, retiresAt: noon }] },
    says: /idTokens cannot be used: every key retires/,
  },
];
for (const { what, keys, says } of REFUSED) {
  test(`a bank does not open with ${what}`, async () => {
    await assert.rejects(followKeys(keys), (error) => error instanceof TypeError && says.test(error.message));
  });
}
