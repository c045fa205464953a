import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  LupaError,
  parseCompactJws,
  parseDetachedJws,
  verifyCompactJws,
  verifyDetached,
  verifyParsedDetached,
  verifyParsedJws,
} from '@lupa/protocol';
import { readSignedClaims } from '../../packages/bank/src/operations/read-signed-claims.ts';
import type { ClientKeys } from '../../packages/bank/src/ports/client-keys.ts';
import type { Client } from '../../packages/bank/src/ports/clients.ts';
import { HOSTILE_JWS, rightJws, rsaSignature } from './support/hostile-jws-table.ts';

const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { privateKey: stranger } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const forge = { kid: 'sealed', key, stranger };
const findKey = (kid: string) => (kid === forge.kid ? publicKey : undefined);
const PAYLOAD = Buffer.from('{"amountEUR":"4.00"}');
const encode = (data: string | Uint8Array) => Buffer.from(data).toString('base64url');

/** The client's keys, as the bank finds them for request objects and exemption JWTs. */
const clientKeys: ClientKeys = {
  find: async (_client, kid) => (kid === forge.kid ? { key: publicKey } : { problem: undefined }),
} as ClientKeys;
const client = { clientId: 'a' } as Client;

/** Each takes a compact JWS apart and verifies it, and says as what it refuses it. */
const DOORS: Record<string, (parts: readonly string[]) => Promise<string | undefined>> = {
  'a compact JWS: registration JWT, software statement, ID token': async (parts) =>
    codeOf(() => verifyCompactJws(parts.join('.'), findKey)),
  'a compact JWS taken apart first, as at registration': async (parts) =>
    codeOf(() => verifyParsedJws(parseCompactJws(parts.join('.')), findKey)),
  'a detached signature': async ([head, , proof]) =>
    codeOf(() => verifyDetached(`${head}..${proof}`, PAYLOAD, findKey)),
  'a detached signature taken apart first, as of a payment': async ([head, , proof]) =>
    codeOf(() => verifyParsedDetached(parseDetachedJws(`${head}..${proof}`), PAYLOAD, findKey)),
  'a request object': (parts) => problemOf(parts, 'the request object'),
  'an exemption JWT': (parts) => problemOf(parts, 'the assertion'),
};

function codeOf(verify: () => unknown): string | undefined {
  try {
    verify();
    return undefined;
  } catch (error) {
    if (error instanceof LupaError) return error.code;
    throw error;
  }
}

async function problemOf(parts: readonly string[], what: 'the request object' | 'the assertion') {
  const read = await readSignedClaims(parts.join('.'), { client, clientKeys }, what);
  if ('payload' in read) return undefined;
  const said: readonly [RegExp, string][] = [
    [/is not an acceptable JWS/, 'SIGNATURE_MALFORMED'],
    [/^no key that may sign/, 'SIGNATURE_KEY_UNKNOWN'],
    [/does not fit it$/, 'SIGNATURE_WRONG'],
  ];
  return said.find(([pattern]) => pattern.test(read.problem))?.[1] ?? read.problem;
}

for (const [door, verify] of Object.entries(DOORS)) {
  describe(`${door} is refused for`, () => {
    test('nothing when it is right', async () => {
      assert.equal(await verify(rightJws(PAYLOAD, forge)), undefined);
    });
    for (const { name, code, forge: forged } of HOSTILE_JWS) {
      test(name, async () => assert.equal(await verify(forged(PAYLOAD, forge)), code));
    }
  });
}

describe('RSA', () => {
  const pairs = { 1024: rsa(1024), 2048: rsa(2048), 3072: rsa(3072) };

  function verify(
    alg: 'RS256' | 'PS256',
    bits: keyof typeof pairs,
    signing: { saltLength?: number; as?: 'RS256' | 'PS256'; cut?: number } = {},
  ) {
    const { privateKey, publicKey: known } = pairs[bits];
    const input = `${encode(JSON.stringify({ alg, kid: 'k' }))}.${encode(PAYLOAD)}`;
    const proof = rsaSignature(signing.as ?? alg, Buffer.from(input), privateKey, signing.saltLength);
    const text = `${input}.${encode(proof.subarray(0, signing.cut))}`;
    return codeOf(() => verifyCompactJws(text, () => known));
  }

  for (const alg of ['RS256', 'PS256'] as const) {
    test(`${alg} with 2048 bits and more is taken, with 1024 no key at all`, () => {
      assert.deepEqual([verify(alg, 2048), verify(alg, 3072)], [undefined, undefined]);
      assert.equal(verify(alg, 1024), 'SIGNATURE_KEY_UNKNOWN');
    });
    test(`${alg} that is shorter than its key, or of the other padding, is wrong`, () => {
      assert.equal(verify(alg, 2048, { cut: 255 }), 'SIGNATURE_WRONG');
      assert.equal(verify(alg, 2048, { as: alg === 'RS256' ? 'PS256' : 'RS256' }), 'SIGNATURE_WRONG');
    });
  }

  test('PS256 with a salt of any length but that of the hash is wrong', () => {
    for (const saltLength of [0, 20, 31, 33, 64])
      assert.equal(verify('PS256', 2048, { saltLength }), 'SIGNATURE_WRONG');
  });

  function rsa(modulusLength: number) {
    return generateKeyPairSync('rsa', { modulusLength });
  }
});
