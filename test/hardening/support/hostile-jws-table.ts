import { constants, createHmac, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** What a forger has: a registered key pair of the TPP's, what it is called, and somebody else's. */
export interface Forge {
  readonly kid: string;
  /** P-256. */
  readonly key: KeyObject;
  readonly stranger: KeyObject;
}

/** One hostile JWS. Its signature is right wherever that is possible, so that only what the name says is wrong. */
export interface HostileJws {
  readonly name: string;
  readonly code: 'SIGNATURE_MALFORMED' | 'SIGNATURE_KEY_UNKNOWN' | 'SIGNATURE_WRONG';
  /** @returns the three parts of a compact JWS over this payload */
  readonly forge: (payload: Uint8Array, forge: Forge) => readonly [header: string, payload: string, signature: string];
}

type Parts = ReturnType<HostileJws['forge']>;

const encode = (data: string | Uint8Array) => Buffer.from(data).toString('base64url');
const es256 = (input: string, key: KeyObject) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });

/** Header text, signed as it stands. */
function signed(headerText: string | Uint8Array, payload: Uint8Array, key: KeyObject): Parts {
  const input = `${encode(headerText)}.${encode(payload)}`;
  const [header = '', body = ''] = input.split('.');
  return [header, body, encode(es256(input, key))];
}

/** The header's text, of which `KID` is the key's. */
const header = (name: string, text: string, code: HostileJws['code'] = 'SIGNATURE_MALFORMED'): HostileJws => ({
  name,
  code,
  forge: (payload, { kid, key }) => signed(text.replaceAll('KID', kid), payload, key),
});

const members = (name: string, more: object, code?: HostileJws['code']) =>
  header(name, JSON.stringify({ alg: 'ES256', kid: 'KID', ...more }), code);

/** Another signature under a right header. */
const signature = (
  name: string,
  of: (right: Buffer, input: Buffer, forge: Forge) => string | Uint8Array,
  code: HostileJws['code'] = 'SIGNATURE_WRONG',
): HostileJws => ({
  name,
  code,
  forge: (payload, forge) => {
    const [head, body, right] = signed(JSON.stringify({ alg: 'ES256', kid: forge.kid }), payload, forge.key);
    const other = of(Buffer.from(right, 'base64url'), Buffer.from(`${head}.${body}`), forge);
    return [head, body, typeof other === 'string' ? other : encode(other)];
  },
});

const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const ORDER_VALUE = BigInt(`0x${ORDER.toString('hex')}`);
const word = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0').slice(-64), 'hex');
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const pem = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'pem' });
const ZERO = Buffer.alloc(32);
const ONES = Buffer.alloc(32, 255);

/** The signature algorithms that are not ours, and what is none at all. */
const OTHER_ALGORITHMS: readonly unknown[] = [
  ...['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'HS384', 'HS512', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed25519'],
  ...[
    'RS1',
    'RS384',
    'RS512',
    'PS384',
    'PS512',
    'RSA1_5',
    'RSA-OAEP',
    'dir',
    'A128KW',
    'es256',
    'ES256 ',
    ' ES256',
    'ES256\u0000',
  ],
  ...[null, 1, true, ['ES256'], { alg: 'ES256' }],
];

/** The nearest that is right. */
export const rightJws: HostileJws['forge'] = (payload, { kid, key }) =>
  signed(JSON.stringify({ alg: 'ES256', kid }), payload, key);

/** Every way of getting a JWS past a verifier that we know of. Doors differ in what they call it; none may take one. */
export const HOSTILE_JWS: readonly HostileJws[] = [
  ...OTHER_ALGORITHMS.map((alg) => members(`alg ${JSON.stringify(alg)}`, { alg })),
  header('no alg', '{"kid":"KID"}'),
  header('no kid', '{"alg":"ES256"}'),
  ...[null, 7, '', ['KID'], {}, 'k'.repeat(257)].map((kid) =>
    members(`kid ${JSON.stringify(kid).slice(0, 12)}`, { kid }),
  ),
  ...[[], ['exp'], ['b64'], ['alg'], [1], null, '', 'b64'].map((crit) =>
    members(`crit ${JSON.stringify(crit)}`, { crit }),
  ),
  ...[true, false, null, 'false', 0].map((b64) => members(`b64 ${JSON.stringify(b64)}`, { b64 })),
  members('b64 and crit', { b64: false, crit: ['b64'] }),
  ...[1, null, ['JWT'], {}].map((typ) => members(`typ ${JSON.stringify(typ)}`, { typ })),
  header('alg twice', '{"alg":"none","alg":"ES256","kid":"KID"}'),
  header('kid twice', '{"alg":"ES256","kid":"other","kid":"KID"}'),
  header('kid twice, once escaped', '{"alg":"ES256","k\\u0069d":"other","kid":"KID"}'),
  header('alg twice, once escaped', '{"\\u0061lg":"none","alg":"ES256","kid":"KID"}'),
  header('crit that is escaped', '{"alg":"ES256","kid":"KID","\\u0063rit":[]}'),
  header(
    'b64 that is escaped',
    '{"alg":"ES256","kid":"KID","\\u006264":false}'.replace('\\u006264', '\\u0062\\u00364'),
  ),
  header('a member twice further down', '{"alg":"ES256","kid":"KID","x":{"y":1,"y":1}}'),
  header('__proto__', '{"alg":"ES256","__proto__":{"kid":"KID"},"kid":"KID"}'),
  header('half of a surrogate pair', '{"alg":"ES256","kid":"KID","x":"\\ud800"}'),
  header('a header that is a list', '[{"alg":"ES256","kid":"KID"}]'),
  ...['null', '1', '"ES256"', 'true', '', ' ', '{', '{}{}', '{"alg":"ES256","kid":"KID",}', "{'alg':'ES256'}"].map(
    (text) => header(`header ${JSON.stringify(text)}`, text),
  ),
  header('something behind the header', '{"alg":"ES256","kid":"KID"} x'),
  header('a comment in the header', '{"alg":"ES256",/**/"kid":"KID"}'),
  header('a byte order mark', '\ufeff{"alg":"ES256","kid":"KID"}'),
  header('a header nested deep', `{"alg":"ES256","kid":"KID","x":${nested(9)}}`),
  header('a header nested very deep', `{"alg":"ES256","kid":"KID","x":${nested(4_000)}}`),
  header('a header that is very long', `{"alg":"ES256","kid":"KID","x":"${'x'.repeat(9_300)}"}`),
  {
    name: 'a header that is not UTF-8',
    code: 'SIGNATURE_MALFORMED',
    forge: (payload, { kid, key }) =>
      signed(Buffer.from(`{"alg":"ES256","kid":"${kid}","x":"\xff"}`, 'latin1'), payload, key),
  },
  header('a kid nobody knows', '{"alg":"ES256","kid":"nobody"}', 'SIGNATURE_KEY_UNKNOWN'),
  header('RS256 with a key on P-256', '{"alg":"RS256","kid":"KID"}', 'SIGNATURE_KEY_UNKNOWN'),
  header('PS256 with a key on P-256', '{"alg":"PS256","kid":"KID"}', 'SIGNATURE_KEY_UNKNOWN'),
  {
    name: 'HS256 whose secret is the public key',
    code: 'SIGNATURE_MALFORMED',
    forge: (payload, { kid, key }) => {
      const input = `${encode(JSON.stringify({ alg: 'HS256', kid }))}.${encode(payload)}`;
      const [head = '', body = ''] = input.split('.');
      return [head, body, createHmac('sha256', pem(key)).update(input).digest('base64url')];
    },
  },
  ...(['jwk', 'jku', 'x5u', 'x5c'] as const).map(
    (member): HostileJws => ({
      name: `a stranger’s key that comes along as ${member}`,
      code: 'SIGNATURE_WRONG',
      forge: (payload, { kid, stranger }) => {
        const jwk = createPublicKey(stranger).export({ format: 'jwk' });
        const brought = { jwk, jku: 'https://evil.example/keys', x5u: 'https://evil.example/x5u', x5c: ['MIIB'] }[
          member
        ];
        return signed(JSON.stringify({ alg: 'ES256', kid, [member]: brought }), payload, stranger);
      },
    }),
  ),
  signature('a stranger’s', (_right, input, { stranger }) => es256(input.toString(), stranger)),
  signature('none', () => '', 'SIGNATURE_MALFORMED'),
  signature('a single byte', () => Buffer.alloc(1)),
  signature('one byte short', (right) => right.subarray(0, 63)),
  signature('one byte more behind', (right) => Buffer.concat([right, ZERO.subarray(0, 1)])),
  signature('one byte more in front', (right) => Buffer.concat([ZERO.subarray(0, 1), right])),
  signature('twice as long', (right) => Buffer.concat([right, right])),
  signature('longer than any', () => Buffer.alloc(1_025), 'SIGNATURE_MALFORMED'),
  signature('as DER', (_right, input, { key }) => sign('sha256', input, key)),
  signature('r and s zero', () => Buffer.concat([ZERO, ZERO])),
  signature('r zero', (right) => Buffer.concat([ZERO, right.subarray(32)])),
  signature('s zero', (right) => Buffer.concat([right.subarray(0, 32), ZERO])),
  signature('r and s one', () => Buffer.concat([word(1n), word(1n)])),
  signature('r and s the order', () => Buffer.concat([ORDER, ORDER])),
  signature('r the order', (right) => Buffer.concat([ORDER, right.subarray(32)])),
  signature('s the order', (right) => Buffer.concat([right.subarray(0, 32), ORDER])),
  signature('r and s all ones', () => Buffer.concat([ONES, ONES])),
  signature('r past the order', (right) =>
    Buffer.concat([word(number(right.subarray(0, 32)) + ORDER_VALUE), right.subarray(32)]),
  ),
  signature('r and s exchanged', (right) => Buffer.concat([right.subarray(32), right.subarray(0, 32)])),
  signature('made with SHA-512', (_right, input, { key }) => sign('sha512', input, { key, dsaEncoding: 'ieee-p1363' })),
  signature('over the header alone', (_right, input, { key }) => es256(input.toString().split('.')[0] ?? '', key)),
  signature('padded', (right) => `${encode(right)}==`, 'SIGNATURE_MALFORMED'),
  signature('with a space', (right) => `${encode(right)} `, 'SIGNATURE_MALFORMED'),
  signature('in the other alphabet', (right) => `+/${encode(right).slice(2)}`, 'SIGNATURE_MALFORMED'),
  signature('of a length base64 cannot have', (right) => encode(right).slice(0, 85), 'SIGNATURE_MALFORMED'),
  signature(
    'with unused bits set',
    (right) => `${encode(right).slice(0, -1)}${unused(encode(right))}`,
    'SIGNATURE_MALFORMED',
  ),
  ...['=', ' ', '\n', '%3d', '\u0000'].map(
    (stray): HostileJws => ({
      name: `a header followed by ${JSON.stringify(stray)}`,
      code: 'SIGNATURE_MALFORMED',
      forge: (payload, { kid, key }) => {
        const [head, body, proof] = signed(JSON.stringify({ alg: 'ES256', kid }), payload, key);
        return [`${head}${stray}`, body, proof];
      },
    }),
  ),
];

/** RSA signatures under a right header: what a key pair of one size must not pass for. */
export function rsaSignature(alg: 'RS256' | 'PS256', input: Uint8Array, key: KeyObject, saltLength = 32): Buffer {
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
  return alg === 'RS256'
    ? sign('sha256', input, { key, padding: RSA_PKCS1_PADDING })
    : sign('sha256', input, { key, padding: RSA_PKCS1_PSS_PADDING, saltLength });
}

/** Another last character that decodes to the same 64 bytes: four of its bits are not used. */
function unused(encoded: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(encoded.at(-1) ?? '') ^ 1] ?? '';
}
