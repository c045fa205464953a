import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type FindKey, type JwsSigner, signDetached, verifyDetached } from '@lupa/protocol';
import { detached, forgedJws, withFlippedByte } from '../flow/support/hostile-jws.ts';
import type { Answer } from '../flow/support/https-call.ts';
import { fetchResponseKeys } from '../flow/support/response-keys.ts';
import { assertRefused, type Call, SAMPLE, type TestTpp } from '../flow/support/test-tpp.ts';
import { newKey, registerAnotherTpp } from '../flow/support/tpp-identity.ts';
import { type ContractBank, openContractBank } from './support/contract-bank.ts';

const BODY = Buffer.from(JSON.stringify(SAMPLE));

let bank: ContractBank;
before(async () => {
  bank = await openContractBank();
});
after(() => bank.close());

describe('contract §5, headers of an answer', () => {
  let tpp: TestTpp;
  let keys: FindKey;
  let answers: readonly Answer[];

  before(async () => {
    ({ tpp } = bank);
    keys = await fetchResponseKeys(bank.sandbox.authorize);
    const { token } = bank;
    const created = await tpp.create(token);
    const calls: Call[] = [
      { path: '/nowhere', token },
      { path: '/payments/x' },
      { method: 'PATCH', path: '/sepa-payments', token },
      { path: '/payments/x', token, headers: { accept: 'text/html' } },
      { path: '/payments/x', token, headers: { 'x-session-id': 'x'.repeat(20_000) } },
    ];
    answers = [created, ...(await Promise.all(calls.map((call) => tpp.call(call))))];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 404, 401, 405, 406, 431],
    );
  });

  const signatureOf = ({ headers }: Answer) => String(headers['x-jws-signature']);
  const headerOf = (answer: Answer) =>
    JSON.parse(Buffer.from(signatureOf(answer).split('.')[0] ?? '', 'base64url').toString());

  test('"Content-Type: application/json; charset=utf-8", Date, x-fapi-interaction-id and x-request-id, "errors included"', () => {
    for (const { headers } of answers) {
      assert.equal(headers['content-type'], 'application/json; charset=utf-8');
      for (const name of ['date', 'x-fapi-interaction-id', 'x-request-id']) assert.ok(headers[name], name);
    }
  });

  test('"x-jws-signature" is "on every JSON answer of this API, errors included"', () => {
    for (const answer of answers) verifyDetached(signatureOf(answer), answer.bytes, keys);
  });

  test('it is "over exactly the bytes of the body": one flipped bit breaks it', () => {
    for (const answer of answers) {
      const flipped = withFlippedByte(answer.bytes, answer.bytes.length >> 1);
      assert.throws(() => verifyDetached(signatureOf(answer), flipped, keys), { code: 'SIGNATURE_WRONG' });
    }
  });

  test('it is "verifiable with the payments JWKS", which names no private key', async () => {
    const { keys: published } = (await (await fetch(`${bank.sandbox.authorize}/jwks/payments/jwks.json`)).json()) as {
      keys: { kid: string; d?: string }[];
    };
    assert.ok(published.some(({ kid }) => kid === headerOf(answers[0] ?? assert.fail()).kid));
    for (const key of published) assert.equal(key.d, undefined);
  });

  test('"ES256 by default"', () => {
    for (const answer of answers) assert.equal(headerOf(answer).alg, 'ES256');
  });
});

describe('contract §5, "The detached JWS, both ways"', () => {
  let tpp: TestTpp;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  before(async () => {
    const identity = await registerAnotherTpp(bank.sandbox, {
      moreKeys: [{ key: rsa.publicKey, kid: 'rsa-key' }],
    });
    tpp = await bank.tppOf(identity);
  });

  const creating = async (signature: string | undefined, body: Uint8Array = BODY) =>
    tpp.create(await tpp.clientToken(), body, { 'x-jws-signature': signature });
  const assertAccepted = async (signature: string) => assert.equal((await creating(signature)).status, 201);
  const assertSignatureRefused = async (signature: string, body?: Uint8Array) =>
    assertRefused(await creating(signature, body), 400, 'SECURITY');
  const forge = (header: object) => detached(forgedJws(header, BODY, tpp.identity.signer.key));

  test('it is "an ordinary compact JWS whose middle part is left out, header..signature"', async () => {
    const whole = forgedJws({ alg: 'ES256', kid: tpp.identity.signer.kid }, BODY, tpp.identity.signer.key);
    await assertAccepted(detached(whole));
    await assertSignatureRefused(whole);
  });

  test('"No b64, no crit: with either one it is refused"', async () => {
    const { kid } = tpp.identity.signer;
    await assertAccepted(forge({ alg: 'ES256', kid }));
    for (const extra of [{ b64: true }, { b64: false }, { crit: ['b64'] }, { crit: [] }]) {
      await assertSignatureRefused(forge({ alg: 'ES256', kid, ...extra }));
    }
  });

  test('"alg RS256, ES256 or PS256"', async () => {
    const signers: JwsSigner[] = [
      tpp.identity.signer,
      { key: rsa.privateKey, kid: 'rsa-key', alg: 'RS256' },
      { key: rsa.privateKey, kid: 'rsa-key', alg: 'PS256' },
    ];
    for (const signer of signers) await assertAccepted(signDetached(BODY, signer));
    const { kid } = tpp.identity.signer;
    for (const alg of ['none', 'HS256', 'ES384', 'EdDSA']) await assertSignatureRefused(forge({ alg, kid }));
  });

  test('the kid is "among the client\'s registered keys"', async () => {
    const { signer } = tpp.identity;
    await assertSignatureRefused(signDetached(BODY, { ...signer, kid: 'unknown' }));
    await assertSignatureRefused(signDetached(BODY, { ...signer, key: newKey() }));
    await assertSignatureRefused(signDetached(BODY, bank.tpp.identity.signer));
  });

  test('"jwk, jku, x5u, x5c are ignored"', async () => {
    const { kid } = tpp.identity.signer;
    const stranger = newKey();
    const { d: _private, ...jwk } = stranger.export({ format: 'jwk' });
    for (const extra of [
      { jwk },
      { jku: 'https://tpp.example/jwks' },
      { x5u: 'https://tpp.example' },
      { x5c: ['x'] },
    ]) {
      const header = { alg: 'ES256', kid, ...extra };
      await assertAccepted(forge(header));
      await assertSignatureRefused(detached(forgedJws(header, BODY, stranger)));
    }
  });

  test('"Verify the bytes received, never a re-serialised object"', async () => {
    const spaced = Buffer.from(JSON.stringify(SAMPLE, null, 2));
    const { signer } = tpp.identity;
    assert.equal((await creating(signDetached(spaced, signer), spaced)).status, 201);
    await assertSignatureRefused(signDetached(BODY, signer), spaced);
  });
});
