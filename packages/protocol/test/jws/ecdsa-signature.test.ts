import assert from 'node:assert/strict';
import { sign, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { derFromJws, jwsFromDer } from '../../src/jws/ecdsa-signature.ts';
import { ec } from './keys.ts';

test('Node verifies what we have converted, and we convert what Node has signed', () => {
  for (let round = 0; round < 300; round += 1) {
    const data = Buffer.from(`message ${round}`);
    const jws = jwsFromDer(sign('sha256', data, ec.privateKey));
    assert.equal(jws.length, 64);
    assert.ok(verify('sha256', data, { key: ec.publicKey, dsaEncoding: 'ieee-p1363' }, jws));
    const raw = sign('sha256', data, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
    assert.ok(verify('sha256', data, ec.publicKey, derFromJws(raw)));
  }
});

test('numbers with leading zeros and with a high first bit go to DER and back', () => {
  const number = fc
    .tuple(fc.nat(32), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([zeros, bytes]) => bytes.map((byte, index) => (index < zeros ? 0 : byte)));
  fc.assert(
    fc.property(number, number, (r, s) => {
      const jws = Buffer.concat([r, s]);
      const der = Buffer.from(derFromJws(jws));
      assert.deepEqual(jwsFromDer(der), jws);
      assert.equal(der[0], 0x30);
      assert.equal(der[1], der.length - 2);
      for (const start of [2, 4 + (der[3] ?? 0)]) {
        const integer = der.subarray(start + 2, start + 2 + (der[start + 1] ?? 0));
        assert.equal(der[start], 0x02);
        assert.ok(integer.length >= 1 && (integer[0] ?? 0) < 0x80);
        assert.ok(integer.length === 1 || integer[0] !== 0 || (integer[1] ?? 0) >= 0x80, 'shortest spelling');
      }
    }),
  );
});
