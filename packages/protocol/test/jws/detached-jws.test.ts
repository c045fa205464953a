import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import * as jose from 'jose';
import { JWS_ALGORITHMS } from '../../src/jws/algorithms.ts';
import { signCompactJws } from '../../src/jws/compact-jws.ts';
import { signDetached, verifyDetached } from '../../src/jws/detached-jws.ts';
import { assertCode } from '../assert-code.ts';
import { ec, otherEc, pairFor } from './keys.ts';

const BODY = Buffer.from('{"payee":{"iban":"FI4950009420028730", "name":"Test_Person"}, "amountEUR":"4.00"}');
const signer = { key: ec.privateKey, kid: 'qeseal-AfUxhg', alg: 'ES256' } as const;
const findKey = (kid: string) => (kid === signer.kid ? ec.publicKey : undefined);
const signature = signDetached(BODY, signer);

for (const alg of JWS_ALGORITHMS) {
  test(`a body signed with ${alg} is verified`, () => {
    const { privateKey, publicKey } = pairFor(alg);
    const header = signDetached(BODY, { key: privateKey, kid: 'k', alg });
    assert.deepEqual(
      verifyDetached(header, BODY, () => publicKey),
      { alg, kid: 'k' },
    );
  });

  test(`a body signed with ${alg} is verified by jose once the payload is put back`, async () => {
    const { privateKey, publicKey } = pairFor(alg);
    const [header, , proof] = signDetached(BODY, { key: privateKey, kid: 'k', alg }).split('.');
    const compact = `${header}.${BODY.toString('base64url')}.${proof}`;
    await jose.compactVerify(compact, publicKey, { algorithms: [alg] });
  });
}

test('the header is that of the workflow document: kid, then alg, nothing else', () => {
  assert.ok(signature.startsWith('eyJraWQiOiJxZXNlYWwtQWZVeGhnIiwiYWxnIjoiRVMyNTYifQ..'));
});

test('a detached JWS is a compact one without its middle', () => {
  const [header, , proof] = signCompactJws(BODY, signer).split('.');
  assert.deepEqual(verifyDetached(`${header}..${proof}`, BODY, findKey), { alg: 'ES256', kid: signer.kid });
});

test('a header that is missing or empty is told apart from a malformed one', () => {
  assertCode('SIGNATURE_MISSING', () => verifyDetached(undefined, BODY, findKey));
  assertCode('SIGNATURE_MISSING', () => verifyDetached('', BODY, findKey));
  for (const text of [
    ' ',
    '..',
    '.',
    'x',
    'a..',
    '..b',
    signature.replace('..', '.'),
    signature.replace('..', '...'),
    `${signature}.`,
  ]) {
    assertCode('SIGNATURE_MALFORMED', () => verifyDetached(text, BODY, findKey));
  }
});

test('a payload that is not left out is refused, even the right one', () => {
  const error = assertCode('SIGNATURE_MALFORMED', () => verifyDetached(signCompactJws(BODY, signer), BODY, findKey));
  assert.equal(error.description, 'its payload is not left out');
});

test('two signatures joined by a proxy are refused', () => {
  assertCode('SIGNATURE_MALFORMED', () => verifyDetached(`${signature}, ${signature}`, BODY, findKey));
});

test('one flipped bit of the body is refused', () => {
  fc.assert(
    fc.property(fc.nat(BODY.length - 1), fc.nat(7), (index, bit) => {
      const changed = Buffer.from(BODY);
      changed[index] = (changed[index] ?? 0) ^ (1 << bit);
      assertCode('SIGNATURE_WRONG', () => verifyDetached(signature, changed, findKey));
    }),
  );
});

test('the same JSON in other bytes is another body', () => {
  const reserialised = Buffer.from(JSON.stringify(JSON.parse(BODY.toString())));
  assert.notDeepEqual(reserialised, BODY);
  assertCode('SIGNATURE_WRONG', () => verifyDetached(signature, reserialised, findKey));
  assertCode('SIGNATURE_WRONG', () => verifyDetached(signature, Buffer.concat([BODY, Buffer.from('\n')]), findKey));
});

test('the bytes count, not the buffer they lie in', () => {
  const within = new Uint8Array(Buffer.concat([Buffer.from('xx'), BODY, Buffer.from('yy')])).subarray(
    2,
    2 + BODY.length,
  );
  assert.equal(verifyDetached(signature, within, findKey).kid, signer.kid);
  assert.equal(verifyDetached(signDetached(within, signer), BODY, findKey).kid, signer.kid);
});

test('any body is signed and verified, an empty one too', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
      assert.equal(verifyDetached(signDetached(body, signer), body, findKey).alg, 'ES256');
    }),
    { numRuns: 50 },
  );
});

test('another key’s signature, an unknown kid and a wrong key are refused', () => {
  const foreign = signDetached(BODY, { ...signer, key: otherEc.privateKey });
  assertCode('SIGNATURE_WRONG', () => verifyDetached(foreign, BODY, findKey));
  assertCode('SIGNATURE_KEY_UNKNOWN', () =>
    verifyDetached(signDetached(BODY, { ...signer, kid: 'other' }), BODY, findKey),
  );
  assertCode('SIGNATURE_KEY_UNKNOWN', () => verifyDetached(signature, BODY, () => pairFor('RS256').publicKey));
});

test('b64, crit, alg none and padding are refused', () => {
  const detached = (header: object | string): string => {
    const encoded = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header)).toString('base64url');
    const input = Buffer.concat([Buffer.from(`${encoded}.`), Buffer.from(BODY.toString('base64url'))]);
    return `${encoded}..${sign('sha256', input, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const good = { alg: 'ES256', kid: signer.kid };
  assert.equal(verifyDetached(detached(good), BODY, findKey).kid, signer.kid);
  const bad = [
    { ...good, b64: false, crit: ['b64'] },
    { ...good, b64: true },
    { ...good, crit: [] },
    { ...good, alg: 'none' },
    { ...good, alg: 'HS256' },
  ];
  for (const header of bad) assertCode('SIGNATURE_MALFORMED', () => verifyDetached(detached(header), BODY, findKey));
  const twice = `{"alg":"ES256","kid":"x","kid":"${signer.kid}"}`;
  assertCode('SIGNATURE_MALFORMED', () => verifyDetached(detached(twice), BODY, findKey));
  assertCode('SIGNATURE_MALFORMED', () => verifyDetached(`${signature}==`, BODY, findKey));
  assertCode('SIGNATURE_MALFORMED', () => verifyDetached(signature.replace('..', '=..'), BODY, findKey));
});

test('a header longer than any request header is refused', () => {
  assertCode('SIGNATURE_MALFORMED', () => verifyDetached('A'.repeat(16_385), BODY, findKey));
});
