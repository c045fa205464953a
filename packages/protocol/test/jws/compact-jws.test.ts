import assert from 'node:assert/strict';
import { createHmac, createSecretKey, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import * as jose from 'jose';
import { type ErrorCode, LupaError } from '../../src/errors.ts';
import { JWS_ALGORITHMS, type JwsAlgorithm } from '../../src/jws/algorithms.ts';
import {
  MAX_COMPACT_JWS_LENGTH,
  parseCompactJws,
  signCompactJws,
  verifyCompactJws,
} from '../../src/jws/compact-jws.ts';
import { assertCode } from '../assert-code.ts';
import { ec, ed25519, otherEc, p384, pairFor, rsa, weakRsa } from './keys.ts';

const PAYLOAD = Buffer.from('{"iss":"1ztgnp8NZzUmlmiAdNoC"}');
const b64 = (text: string): string => Buffer.from(text).toString('base64url');
const findEc = (kid: string) => (kid === 'k' ? ec.publicKey : undefined);

const signed = signCompactJws(PAYLOAD, { key: ec.privateKey, kid: 'k', alg: 'ES256' });
const [HEADER = '', BODY = '', SIGNATURE = ''] = signed.split('.');

/** A JWS whose header is this text and whose ES256 signature over it is right: only the header can be what is wrong. */
function withHeader(headerText: string): string {
  const input = `${b64(headerText)}.${BODY}`;
  const signature = sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

function assertRefused(code: ErrorCode, text: string, description?: string): void {
  const error = assertCode(code, () => verifyCompactJws(text, findEc));
  if (description !== undefined) assert.equal(error.description, description, text);
}

for (const alg of JWS_ALGORITHMS) {
  test(`what ${alg} has signed is verified and returned`, () => {
    const { privateKey, publicKey } = pairFor(alg);
    const text = signCompactJws(PAYLOAD, { key: privateKey, kid: 'k', alg, typ: 'JWT' });
    const asked: [string, string][] = [];
    const { header, payload } = verifyCompactJws(text, (kid, requested) => {
      asked.push([kid, requested]);
      return publicKey;
    });
    assert.deepEqual(header, { alg, kid: 'k', typ: 'JWT' });
    assert.deepEqual(Buffer.from(payload), PAYLOAD);
    assert.deepEqual(asked, [['k', alg]]);
  });

  test(`what ${alg} has signed is verified by jose, and the other way round`, async () => {
    const { privateKey, publicKey } = pairFor(alg);
    const ours = signCompactJws(PAYLOAD, { key: privateKey, kid: 'k', alg });
    const verified = await jose.compactVerify(ours, publicKey, { algorithms: [alg] });
    assert.deepEqual(Buffer.from(verified.payload), PAYLOAD);
    const theirs = await new jose.CompactSign(PAYLOAD).setProtectedHeader({ alg, kid: 'k' }).sign(privateKey);
    assert.deepEqual(Buffer.from(verifyCompactJws(theirs, () => publicKey).payload), PAYLOAD);
  });
}

test('any one bit flipped in any part is refused', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const texts = JWS_ALGORITHMS.map((alg) => ({
    publicKey: pairFor(alg).publicKey,
    text: signCompactJws(PAYLOAD, { key: pairFor(alg).privateKey, kid: 'k', alg }),
  }));
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(5), ({ text, publicKey }, place, bit) => {
      const index = place % text.length;
      const value = alphabet.indexOf(text[index] ?? '');
      fc.pre(value >= 0);
      const changed = `${text.slice(0, index)}${alphabet[value ^ (1 << bit)]}${text.slice(index + 1)}`;
      assert.throws(() => verifyCompactJws(changed, (kid) => (kid === 'k' ? publicKey : undefined)), LupaError);
    }),
  );
});

test('any payload is signed and verified', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.string({ minLength: 1, maxLength: 64 }),
      (payload, kid) => {
        fc.pre(kid.isWellFormed());
        const text = signCompactJws(payload, { key: ec.privateKey, kid, alg: 'ES256' });
        const verified = verifyCompactJws(text, (asked) => (asked === kid ? ec.publicKey : undefined));
        assert.deepEqual(new Uint8Array(verified.payload), payload);
      },
    ),
    { numRuns: 50 },
  );
});

test('a compact JWS has exactly three parts', () => {
  for (const text of [
    '',
    '.',
    '..',
    'a',
    `${HEADER}.${BODY}`,
    `${signed}.`,
    `${signed}.${SIGNATURE}`,
    `.${signed}`,
    `${signed}....`,
  ]) {
    assertRefused('SIGNATURE_MALFORMED', text);
  }
  assertRefused('SIGNATURE_MALFORMED', `.${BODY}.${SIGNATURE}`);
  assertRefused('SIGNATURE_MALFORMED', `${HEADER}..${SIGNATURE}`, 'its payload is missing');
  assertRefused('SIGNATURE_MALFORMED', `${HEADER}.${BODY}.`, 'its signature has no possible length');
});

test('a space, a line break or padding anywhere is refused', () => {
  for (const stray of [' ', '\n', '\r\n', '\t', '=', '==', '\u0000', '\u00a0', '\u200b', '%20', '"']) {
    for (let index = 0; index <= signed.length; index += 7) {
      assertRefused('SIGNATURE_MALFORMED', signed.slice(0, index) + stray + signed.slice(index));
    }
    for (const text of [
      `${signed}${stray}`,
      `${HEADER}${stray}.${BODY}.${SIGNATURE}`,
      `${HEADER}.${BODY}${stray}.${SIGNATURE}`,
    ]) {
      assertRefused('SIGNATURE_MALFORMED', text);
    }
  }
});

test('base64url whose unused bits are not zero is refused, though it decodes to the same bytes', () => {
  // 64 bytes leave four unused bits in the last of 86 characters, so 15 other characters decode alike.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(SIGNATURE.at(-1) ?? '');
  for (let unused = 1; unused < 16; unused += 1) {
    const other = SIGNATURE.slice(0, -1) + alphabet[last ^ unused];
    assert.deepEqual(Buffer.from(other, 'base64url'), Buffer.from(SIGNATURE, 'base64url'));
    assertRefused('SIGNATURE_MALFORMED', `${HEADER}.${BODY}.${other}`, 'its signature is not canonical base64url');
  }
  const payload = b64('{}');
  assert.equal(payload, 'e30');
  const text = signCompactJws(Buffer.from('{}'), { key: ec.privateKey, kid: 'k', alg: 'ES256' });
  assertRefused('SIGNATURE_MALFORMED', text.replace('.e30.', '.e31.'), 'its payload is not canonical base64url');
});

test('the alphabet of plain base64 is refused', () => {
  const text = withPart(signed, 2, SIGNATURE.replaceAll('-', '+').replaceAll('_', '/'));
  if (text !== signed) assertRefused('SIGNATURE_MALFORMED', text);
  assertRefused('SIGNATURE_MALFORMED', withPart(signed, 1, 'ab+/'));
});

test('a length no base64 can have is refused', () => {
  assertRefused('SIGNATURE_MALFORMED', withPart(signed, 1, 'abcde'));
  assertRefused('SIGNATURE_MALFORMED', withPart(signed, 2, 'A'));
});

test('a header that is not one JSON object is refused', () => {
  for (const header of ['[]', 'null', '"ES256"', '1', '[{"alg":"ES256","kid":"k"}]']) {
    assertRefused('SIGNATURE_MALFORMED', withHeader(header), 'its header is not a JSON object');
  }
  const twice = '{"alg":"ES256","kid":"k"}';
  for (const header of [
    '',
    '{',
    `${twice}${twice}`,
    `${twice} x`,
    `\ufeff${twice}`,
    "{'alg':'ES256'}",
    '{"alg":"ES256","kid":"k",}',
  ]) {
    assertRefused('SIGNATURE_MALFORMED', withHeader(header));
  }
});

test('a header with a member twice is refused, also when it is escaped', () => {
  assertRefused('SIGNATURE_MALFORMED', withHeader('{"alg":"none","alg":"ES256","kid":"k"}'));
  assertRefused('SIGNATURE_MALFORMED', withHeader('{"alg":"ES256","kid":"other","kid":"k"}'));
  assertRefused('SIGNATURE_MALFORMED', withHeader('{"alg":"ES256","k\\u0069d":"other","kid":"k"}'));
  assertRefused('SIGNATURE_MALFORMED', withHeader('{"alg":"ES256","kid":"k","x":{"y":1,"y":1}}'));
});

test('spaces inside the header’s own JSON are allowed: they are signed like everything else', () => {
  assert.equal(verifyCompactJws(withHeader(' { "kid" : "k" , "alg" : "ES256" } '), findEc).header.kid, 'k');
});

test('alg none is refused, in every spelling and with no signature', () => {
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
    const header = JSON.stringify({ alg, kid: 'k' });
    assertRefused('SIGNATURE_MALFORMED', withHeader(header), 'its alg is not RS256, ES256 or PS256');
    assertRefused('SIGNATURE_MALFORMED', `${b64(header)}.${BODY}.`);
  }
});

test('every other algorithm is refused, HMAC keyed with the public key above all', () => {
  const header = b64('{"alg":"HS256","kid":"k"}');
  const secret = createSecretKey(Buffer.from(ec.publicKey.export({ type: 'spki', format: 'pem' })));
  const mac = createHmac('sha256', secret).update(`${header}.${BODY}`).digest('base64url');
  assertRefused('SIGNATURE_MALFORMED', `${header}.${BODY}.${mac}`, 'its alg is not RS256, ES256 or PS256');
  for (const alg of [
    'ES384',
    'ES512',
    'ES256K',
    'EdDSA',
    'RS384',
    'RS512',
    'PS384',
    'RSA1_5',
    'es256',
    'ES256 ',
    null,
    1,
    ['ES256'],
    undefined,
  ]) {
    assertRefused(
      'SIGNATURE_MALFORMED',
      withHeader(JSON.stringify({ alg, kid: 'k' })),
      'its alg is not RS256, ES256 or PS256',
    );
  }
});

test('crit and b64 are refused, whatever they say', () => {
  for (const crit of [[], ['b64'], ['exp'], null, 'b64']) {
    assertRefused(
      'SIGNATURE_MALFORMED',
      withHeader(JSON.stringify({ alg: 'ES256', kid: 'k', crit })),
      'its header has crit',
    );
  }
  for (const value of [false, true, null, 'false']) {
    assertRefused(
      'SIGNATURE_MALFORMED',
      withHeader(JSON.stringify({ alg: 'ES256', kid: 'k', b64: value })),
      'its header has b64',
    );
  }
  assertRefused(
    'SIGNATURE_MALFORMED',
    withHeader('{"alg":"ES256","kid":"k","\\u0062\\u00364":false}'),
    'its header has b64',
  );
});

test('a kid is a text of 1 to 256 characters', () => {
  for (const kid of [undefined, null, '', 4, ['k'], { k: 1 }, 'k'.repeat(257)]) {
    assertRefused('SIGNATURE_MALFORMED', withHeader(JSON.stringify({ alg: 'ES256', kid })), 'its header has no kid');
  }
  assertRefused('SIGNATURE_KEY_UNKNOWN', withHeader(JSON.stringify({ alg: 'ES256', kid: 'k'.repeat(256) })));
});

test('a typ that is not a text is refused', () => {
  for (const typ of [null, 1, ['JWT']]) {
    assertRefused(
      'SIGNATURE_MALFORMED',
      withHeader(JSON.stringify({ alg: 'ES256', kid: 'k', typ })),
      'its typ is not a string',
    );
  }
});

test('a key that the header brings along is not believed', () => {
  const jwk = otherEc.publicKey.export({ format: 'jwk' });
  const header = {
    alg: 'ES256',
    kid: 'k',
    jwk,
    jku: 'https://evil.example/jwks',
    x5u: 'https://evil.example/x5c',
    x5c: ['MIIB'],
  };
  const input = `${b64(JSON.stringify(header))}.${BODY}`;
  const forged = sign('sha256', Buffer.from(input), { key: otherEc.privateKey, dsaEncoding: 'ieee-p1363' });
  assertRefused('SIGNATURE_WRONG', `${input}.${forged.toString('base64url')}`);
  const verified = verifyCompactJws(withHeader(JSON.stringify(header)), findEc);
  assert.deepEqual(verified.header, { alg: 'ES256', kid: 'k' });
});

test('an unknown kid is told apart from a wrong signature', () => {
  assertRefused('SIGNATURE_KEY_UNKNOWN', withHeader('{"alg":"ES256","kid":"K"}'));
  const forged = signCompactJws(PAYLOAD, { key: otherEc.privateKey, kid: 'k', alg: 'ES256' });
  assertRefused('SIGNATURE_WRONG', forged);
});

test('a key that does not fit the algorithm is no key for it', () => {
  const cases: [JwsAlgorithm, typeof ec][] = [
    ['RS256', ec],
    ['PS256', ec],
    ['ES256', rsa],
    ['ES256', p384],
    ['ES256', ed25519],
    ['RS256', weakRsa],
    ['PS256', weakRsa],
  ];
  for (const [alg, { publicKey, privateKey }] of cases) {
    const text = signCompactJws(PAYLOAD, { key: pairFor(alg).privateKey, kid: 'k', alg });
    assertCode('SIGNATURE_KEY_UNKNOWN', () => verifyCompactJws(text, () => publicKey));
    assert.throws(() => signCompactJws(PAYLOAD, { key: privateKey, kid: 'k', alg }), TypeError);
  }
});

test('a symmetric key is no key for anything', () => {
  const secret = createSecretKey(Buffer.alloc(32));
  assertCode('SIGNATURE_KEY_UNKNOWN', () => verifyCompactJws(signed, () => secret));
  assert.throws(() => signCompactJws(PAYLOAD, { key: secret, kid: 'k', alg: 'ES256' }), TypeError);
  assert.throws(() => signCompactJws(PAYLOAD, { key: ec.publicKey, kid: 'k', alg: 'ES256' }), /needs a private key/);
});

test('the algorithm of the header is the one verified with: RS256 and PS256 are not exchanged', () => {
  const headers = { RS256: b64('{"alg":"RS256","kid":"k"}'), PS256: b64('{"alg":"PS256","kid":"k"}') };
  for (const [claimed, used] of [
    ['RS256', 'PS256'],
    ['PS256', 'RS256'],
  ] as const) {
    const honest = signCompactJws(PAYLOAD, { key: rsa.privateKey, kid: 'k', alg: used });
    assertCode('SIGNATURE_WRONG', () => verifyCompactJws(withPart(honest, 0, headers[claimed]), () => rsa.publicKey));
  }
});

test('an ES256 signature in DER is wrong, and so is any that is not 64 bytes', () => {
  const der = sign('sha256', Buffer.from(`${HEADER}.${BODY}`), ec.privateKey);
  assertRefused('SIGNATURE_WRONG', withPart(signed, 2, der.toString('base64url')));
  const raw = Buffer.from(SIGNATURE, 'base64url');
  for (const bytes of [
    raw.subarray(0, 63),
    Buffer.concat([raw, Buffer.alloc(1)]),
    Buffer.concat([Buffer.alloc(1), raw]),
    Buffer.alloc(1),
  ]) {
    assertRefused('SIGNATURE_WRONG', withPart(signed, 2, bytes.toString('base64url')));
  }
});

test('an ES256 signature of zeros, of the order, or of ones is wrong', () => {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const raw = Buffer.from(SIGNATURE, 'base64url');
  const zero = Buffer.alloc(32);
  const halves = [zero, order, Buffer.alloc(32, 255), Buffer.concat([zero.subarray(1), Buffer.of(1)])];
  for (const half of halves) {
    for (const bytes of [
      [half, half],
      [half, raw.subarray(32)],
      [raw.subarray(0, 32), half],
    ]) {
      assertRefused('SIGNATURE_WRONG', withPart(signed, 2, Buffer.concat(bytes).toString('base64url')));
    }
  }
});

test('a text that is too long is refused before it is looked at', () => {
  assertRefused('SIGNATURE_MALFORMED', 'A'.repeat(MAX_COMPACT_JWS_LENGTH + 1), 'it is too long');
  assertRefused(
    'SIGNATURE_MALFORMED',
    withHeader(JSON.stringify({ alg: 'ES256', kid: 'k', x5c: ['M'.repeat(9999)] })),
    'its header is too long',
  );
  assertRefused(
    'SIGNATURE_MALFORMED',
    withPart(signed, 2, Buffer.alloc(1025).toString('base64url')),
    'its signature has no possible length',
  );
  assertRefused('SIGNATURE_MALFORMED', '.'.repeat(MAX_COMPACT_JWS_LENGTH));
});

test('a text is only taken apart, and not verified, by parseCompactJws', () => {
  const { header, signingInput, payload } = parseCompactJws(withPart(signed, 2, b64('x'.repeat(64))));
  assert.equal(header.kid, 'k');
  assert.equal(signingInput, `${HEADER}.${BODY}`);
  assert.deepEqual(Buffer.from(payload), PAYLOAD);
});

test('no text makes the parser fail in any other way', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.string({ maxLength: 9 }), { maxLength: 5 }).map((parts) => parts.join('.')),
      ),
      (text) => {
        assertCode('SIGNATURE_MALFORMED', () => verifyCompactJws(text, findEc));
      },
    ),
  );
  fc.assert(
    fc.property(fc.json({ maxDepth: 2 }), (header) => {
      assertCode('SIGNATURE_MALFORMED', () => verifyCompactJws(withHeader(header), findEc));
    }),
    { numRuns: 50 },
  );
});

function withPart(text: string, part: 0 | 1 | 2, value: string): string {
  return text.split('.').with(part, value).join('.');
}
