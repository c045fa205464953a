import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type FindKey, verifyDetached } from '@lupa/protocol';
import fc from 'fast-check';
import { fetchResponseKeys } from '../flow/support/response-keys.ts';
import { startTestSandbox, type TestSandbox } from '../flow/support/test-sandbox.ts';
import { SAMPLE } from '../flow/support/test-tpp.ts';
import { newKey } from '../flow/support/tpp-identity.ts';
import { HOSTILE_JWS } from './support/hostile-jws-table.ts';
import { converse, openRaw, type RawAnswer, type RawDoor } from './support/raw-connection.ts';
import { CRLF } from './support/signed-call.ts';

const RUNS = 150;

/** What the bank counts of its callers, whatever it answers them. */
const COUNTED = ['rate_counts'];

/** Words that lead somewhere, so that chance gets past the first guard. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'QUERY', 'BREW'];
const SEGMENTS = [
  ...['payments-psd2', 'v1', 'sepa-payments', 'foreign-payments', 'payments', 'authorizations', 'submissions', 'oauth'],
  ...['token', 'authorize', 'revoke', 'introspect', 'jwks', 'PSD2_OIDC', '.well-known', 'openid-configuration', 'sca'],
  ...['tpp-registration', 'register', 'secret', 'sandbox-authorize', 'sandbox', 'key-card', 'ca.crl', 'audit', 'rails'],
  ...['..', '.', '', '%2e%2e', '%', '%00', '%ff', '%F0%9F%92%A9', '__proto__', 'constructor', '1', 'a'.repeat(300)],
  ...['0192b4c0-0000-7000-8000-000000000000', '{paymentId}', "';DROP TABLE payments--", 'ä', ':paymentId', '*', '~'],
];
const NAMES = [
  ...[
    'x-api-key',
    'authorization',
    'x-jws-signature',
    'x-idempotency-key',
    'x-fapi-interaction-id',
    'accept',
    'cookie',
  ],
  ...[
    'content-type',
    'content-encoding',
    'x-client-certificate',
    'x-sandbox-scenario',
    'origin',
    'traceparent',
    'range',
  ],
  ...['x-fapi-customer-ip-address', 'x-fapi-customer-last-logged-time', 'client-cert', 'x-forwarded-for', 'if-match'],
];

describe('whatever is sent to a running bank', () => {
  let bank: TestSandbox;
  let keys: FindKey;
  let words: readonly string[];
  before(async () => {
    bank = await startTestSandbox();
    keys = await fetchResponseKeys(bank.sandbox.authorize);
    const { apiKey } = bank.tpp.identity;
    words = [apiKey, `Bearer ${await bank.tpp.clientToken()}`, 'application/json', 'identity', 'InsufficientFunds'];
  });
  after(() => bank?.close());

  const doors = (): readonly RawDoor[] => [
    { url: bank.sandbox.api, tls: bank.tpp.identity.tls },
    { url: bank.sandbox.authorize, tls: { ca: bank.tpp.identity.tls.ca } },
  ];

  const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)) });
  const target = fc
    .tuple(
      fc.array(fc.oneof(fc.constantFrom(...SEGMENTS), visible), { maxLength: 7 }),
      fc.option(fc.webQueryParameters()),
    )
    .map(([segments, query]) => `/${segments.join('/').replace(/[\s#?]/g, '')}${query === null ? '' : `?${query}`}`);
  const body = fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((json) => Buffer.from(json)),
    fc.object().map((change) => Buffer.from(JSON.stringify({ ...SAMPLE, ...change }))),
    fc.webQueryParameters().map((form) => Buffer.from(`grant_type=client_credentials&${form}`)),
  );
  const header = fc.tuple(
    fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^[a-z-]{1,20}$/)),
    fc.oneof(fc.nat(4), visible),
  );
  const request = fc.record({
    door: fc.nat(1),
    method: fc.constantFrom(...METHODS),
    target,
    headers: fc.array(header, { maxLength: 8 }),
    body,
  });
  type FuzzedRequest = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

  const FRAMING = /^(?:content-length|transfer-encoding|connection|host|upgrade|expect|te|trailer|keep-alive)$/;

  function bytesOf({ method, target: path, headers, body: content }: FuzzedRequest): Buffer {
    const lines = headers
      .filter(([name]) => !FRAMING.test(name))
      .map(([name, value]) => `${name}: ${typeof value === 'number' ? words[value] : value}`);
    const own = ['Host: localhost', 'Connection: close', `Content-Length: ${content.length}`];
    const head = [`${method} ${path} HTTP/1.1`, ...own, ...lines, '', ''].join(CRLF);
    return Buffer.concat([Buffer.from(head, 'latin1'), content]);
  }

  function assertFit({ status, headers, body: content }: RawAnswer, what: string): void {
    assert.ok(status < 500 || status === 503, `${status} ${what}`);
    const isOauth = /\/oauth|registration/.test(what);
    if (!/^application\/json/.test(headers['content-type'] ?? '') || isOauth) return;
    JSON.parse(content.toString('utf8'));
    verifyDetached(headers['x-jws-signature'], content, keys);
  }

  test('it is answered, refused in its own words, and changes nothing', async () => {
    await bank.store.unchangedBy(async () => {
      await fc.assert(
        fc.asyncProperty(request, async (sent) => {
          // What would change something when it is right: nothing that is made by chance is signed.
          fc.pre(!/sandbox-|key-card|generator/.test(sent.target));
          const door = doors()[sent.door];
          assert.ok(door !== undefined);
          // The answer to HEAD says a length that it does not have.
          const asked = { ...sent, method: sent.method === 'HEAD' ? 'GET' : sent.method };
          const { answers, isClosed } = await converse(door, bytesOf(asked));
          assert.ok(isClosed && answers.length <= 1, `${answers.length} answers`);
          for (const answer of answers) {
            if (sent.door === 0) assertFit(answer, sent.target);
            else assert.ok(answer.status < 500 || answer.status === 503, `${answer.status} ${sent.target}`);
          }
        }),
        { numRuns: RUNS },
      );
    }, [...COUNTED]);
  });

  test('a request that breaks off anywhere leaves nothing behind', async () => {
    await bank.store.unchangedBy(async () => {
      await fc.assert(
        fc.asyncProperty(request, fc.double({ min: 0, max: 0.999, noNaN: true }), async (sent, share) => {
          const door = doors()[sent.door];
          assert.ok(door !== undefined);
          const bytes = bytesOf(sent);
          const socket = await openRaw(door);
          socket.end(bytes.subarray(0, Math.floor(bytes.length * share)));
          await new Promise((resolve) => socket.resume().once('close', resolve));
        }),
        { numRuns: RUNS },
      );
    }, [...COUNTED]);
    assert.equal((await bank.tpp.create(await bank.tpp.clientToken())).status, 201);
  });

  test('bytes that are no HTTP are answered with one 400 or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1), fc.uint8Array({ minLength: 1, maxLength: 300 }), async (at, bytes) => {
        const door = doors()[at];
        assert.ok(door !== undefined);
        const { answers } = await converse(door, Buffer.concat([Buffer.from(bytes), Buffer.from('\r\n\r\n\r\n')]));
        assert.ok(answers.length <= 1 && answers.every(({ status }) => status === 400));
      }),
      { numRuns: 40 },
    );
  });

  describe('no hostile JWS does anything', () => {
    const forge = () => ({ key: bank.tpp.identity.signer.key, kid: bank.tpp.identity.signer.kid, stranger: newKey() });
    const all = async (ask: (jws: readonly string[], name: string) => Promise<void>, payload: Uint8Array) => {
      await bank.store.unchangedBy(async () => {
        for (const vector of HOSTILE_JWS) await ask(vector.forge(payload, forge()), vector.name);
      }, COUNTED);
    };

    test('as the signature of a payment', async () => {
      const token = await bank.tpp.clientToken();
      const payment = Buffer.from(JSON.stringify(SAMPLE));
      await all(async ([head = '', , proof = ''], name) => {
        const value = `${head}..${proof}`;
        // What no header can carry never gets so far.
        if (/[^\x20-\x7e]/.test(value)) return;
        const answer = await bank.tpp.create(token, payment, {
          'x-jws-signature': value.trim() === value ? value : undefined,
        });
        // A long header is too large for all headers together before it is too long for a signature.
        assert.ok(answer.status === 400 || answer.status === 431, `${name}: ${answer.status}`);
      }, payment);
    });

    test('as a request object', async () => {
      const { authorizationId } = await bank.tpp.created(await bank.tpp.clientToken());
      let payload: Uint8Array = new Uint8Array();
      bank.tpp.authorizationUrl(authorizationId, {
        sign: (claims) => {
          payload = claims;
          return 'a.b.c';
        },
      });
      await all(async (parts, name) => {
        const url = bank.tpp.authorizationUrl(authorizationId, { sign: () => parts.join('.') });
        const answer = await fetch(url, { redirect: 'manual' });
        const location = answer.headers.get('location') ?? '';
        assert.ok([303, 400, 404, 431].includes(answer.status), `${name}: ${answer.status}`);
        assert.ok(answer.status !== 303 || location.includes('error=invalid_request_object'), `${name}: ${location}`);
      }, payload);
    });

    test('as an exemption JWT', async () => {
      const grant = {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        scope: 'payments',
        response_type: 'token',
      };
      await all(async (parts, name) => {
        const answer = await bank.tpp.form({ ...grant, assertion: parts.join('.') });
        assert.equal(answer.status, 400, `${name}: ${answer.bytes}`);
      }, Buffer.from('{}'));
    });
  });
});
