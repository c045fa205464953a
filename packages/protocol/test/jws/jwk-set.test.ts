import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFinder, parseJwkSet } from '../../src/jws/jwk-set.ts';
import { assertCode } from '../assert-code.ts';
import { ec, ed25519, otherEc, p384, rsa, weakRsa } from './keys.ts';

const EC_JWK = { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec' };
const RSA_JWK = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' };
const kids = (...keys: unknown[]): string[] => [...parseJwkSet({ keys }).keys()];

test('P-256 and RSA keys are read, with the algorithm they are meant for', () => {
  const keys = parseJwkSet({ keys: [{ ...EC_JWK, alg: 'ES256', use: 'sig', key_ops: ['verify'] }, RSA_JWK] });
  assert.deepEqual([...keys.keys()], ['ec', 'rsa']);
  assert.equal(keys.get('ec')?.alg, 'ES256');
  assert.ok(keys.get('ec')?.key.equals(ec.publicKey));
  assert.equal(keys.get('rsa')?.alg, undefined);
  assert.equal(keys.get('rsa')?.key.type, 'public');
});

test('a key is found only under its kid and for its algorithm', () => {
  const findKey = keyFinder(parseJwkSet({ keys: [{ ...RSA_JWK, alg: 'RS256' }, EC_JWK] }));
  assert.ok(findKey('rsa', 'RS256'));
  assert.equal(findKey('rsa', 'PS256'), undefined);
  assert.equal(findKey('RSA', 'RS256'), undefined);
  assert.ok(findKey('ec', 'ES256'));
});

test('a key that cannot verify our algorithms is left out, and the others are kept', () => {
  const unusable = [
    null,
    'key',
    [],
    {},
    { ...EC_JWK, kid: undefined },
    { ...EC_JWK, kid: 7 },
    { ...EC_JWK, use: 'enc' },
    { ...EC_JWK, key_ops: ['encrypt'] },
    { ...EC_JWK, alg: 'ES384' },
    { ...EC_JWK, alg: 'RS256' },
    { ...EC_JWK, alg: 'none' },
    { ...EC_JWK, crv: 'P-384' },
    { ...EC_JWK, x: 'AAAA' },
    { ...EC_JWK, y: EC_JWK.x },
    { ...RSA_JWK, alg: 'ES256' },
    { ...RSA_JWK, n: '' },
    { ...RSA_JWK, e: 5 },
    { kty: 'oct', k: 'c2VjcmV0', kid: 'oct', alg: 'HS256' },
    { ...p384.publicKey.export({ format: 'jwk' }), kid: 'p384' },
    { ...weakRsa.publicKey.export({ format: 'jwk' }), kid: 'weak' },
    { ...ed25519.publicKey.export({ format: 'jwk' }), kid: 'ed' },
  ];
  for (const jwk of unusable) assert.deepEqual(kids(jwk), [], JSON.stringify(jwk));
  assert.deepEqual(kids(...unusable, EC_JWK), ['ec']);
});

test('a private key is left out: it is nobody’s secret any more', () => {
  assert.deepEqual(kids({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'leaked' }), []);
  assert.deepEqual(kids({ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'leaked' }), []);
});

test('of two keys with one kid the first that can be used counts', () => {
  const second = { ...otherEc.publicKey.export({ format: 'jwk' }), kid: 'ec' };
  assert.ok(
    parseJwkSet({ keys: [EC_JWK, second] })
      .get('ec')
      ?.key.equals(ec.publicKey),
  );
  assert.ok(
    parseJwkSet({ keys: [{ ...EC_JWK, use: 'enc' }, second] })
      .get('ec')
      ?.key.equals(otherEc.publicKey),
  );
});

test('what is no JWK Set is refused', () => {
  for (const json of [null, undefined, [], 'keys', {}, { keys: {} }, { keys: null }]) {
    assertCode('SIGNATURE_KEY_UNKNOWN', () => parseJwkSet(json));
  }
  assert.equal(parseJwkSet({ keys: [] }).size, 0);
});

test('only the first 64 keys are looked at', () => {
  const many = Array.from({ length: 65 }, (_, index) => ({ ...EC_JWK, kid: `k${index}` }));
  assert.equal(parseJwkSet({ keys: many }).size, 64);
});
