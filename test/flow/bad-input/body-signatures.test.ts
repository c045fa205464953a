import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ErrorCode, errorEntry, signCompactJws, signDetached } from '@lupa/protocol';
import { detached, forgedJws, publicKeyAsSecretJws, unsignedJws, withFlippedByte } from '../support/hostile-jws.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';
import { assertRefused, SAMPLE, type TestTpp } from '../support/test-tpp.ts';
import { newKey, registerAnotherTpp } from '../support/tpp-identity.ts';

const BODY = Buffer.from(JSON.stringify(SAMPLE));

describe('bodies whose signature does not hold', () => {
  let bank: TestSandbox;
  let tpp: TestTpp;
  let another: TestTpp;
  let token: string;

  before(async () => {
    bank = await startTestSandbox();
    tpp = bank.tpp;
    another = await bank.tppOf(await registerAnotherTpp(bank.sandbox));
    token = await tpp.clientToken();
  });
  after(() => bank.close());

  /** Asserts that creating a payment with this signature over this body is refused for this reason, and changes nothing. */
  async function assertUnsigned(
    signature: string | undefined,
    code: ErrorCode,
    body: Uint8Array = BODY,
  ): Promise<void> {
    const answer = await bank.store.unchangedBy(() => tpp.create(token, body, { 'x-jws-signature': signature }));
    const { message } = assertRefused(answer, 400, 'SECURITY');
    assert.ok(message.startsWith(errorEntry(code).message), `${code}: ${message}`);
  }

  const forge = (header: object, key = tpp.identity.signer.key) => detached(forgedJws(header, BODY, key));

  test('the true signature is accepted, over these very bytes', async () => {
    const spaced = Buffer.from(JSON.stringify(SAMPLE, null, 2));
    assert.equal((await tpp.create(token, spaced)).status, 201);
  });

  test('no signature, and an empty one', async () => {
    await assertUnsigned(undefined, 'SIGNATURE_MISSING');
    await assertUnsigned('', 'SIGNATURE_MISSING');
  });

  test('one flipped byte of the body, wherever it is', async () => {
    const signature = signDetached(BODY, tpp.identity.signer);
    for (const at of [0, 10, BODY.length - 3, BODY.length - 1]) {
      await assertUnsigned(signature, 'SIGNATURE_WRONG', withFlippedByte(BODY, at));
    }
    await assertUnsigned(signature, 'SIGNATURE_WRONG', Buffer.from(`${BODY} `));
  });

  test('the same JSON written otherwise: the bytes are what is signed', async () => {
    const signature = signDetached(BODY, tpp.identity.signer);
    await assertUnsigned(signature, 'SIGNATURE_WRONG', Buffer.from(JSON.stringify(SAMPLE, null, 1)));
  });

  test('one flipped bit of the signature', async () => {
    const [header, , signature = ''] = signDetached(BODY, tpp.identity.signer).split('.');
    const flipped = withFlippedByte(Buffer.from(signature, 'base64url'), 20).toString('base64url');
    await assertUnsigned(`${header}..${flipped}`, 'SIGNATURE_WRONG');
  });

  test('alg none', async () => {
    await assertUnsigned(detached(unsignedJws(tpp.identity.signer, BODY)), 'SIGNATURE_MALFORMED');
    const { kid } = tpp.identity.signer;
    for (const alg of ['None', 'NONE', 'nOnE']) await assertUnsigned(forge({ alg, kid }), 'SIGNATURE_MALFORMED');
  });

  test('HS256 with the public key as its secret', async () => {
    await assertUnsigned(detached(publicKeyAsSecretJws(tpp.identity.signer, BODY)), 'SIGNATURE_MALFORMED');
  });

  test('an alg that is not the key’s', async () => {
    const { kid } = tpp.identity.signer;
    for (const alg of ['RS256', 'PS256']) await assertUnsigned(forge({ alg, kid }), 'SIGNATURE_KEY_UNKNOWN');
    for (const alg of ['ES384', 'EdDSA', 'RS1', 256, null])
      await assertUnsigned(forge({ alg, kid }), 'SIGNATURE_MALFORMED');
  });

  test('an unknown kid, none, and another TPP’s', async () => {
    await assertUnsigned(forge({ alg: 'ES256', kid: 'unknown' }), 'SIGNATURE_KEY_UNKNOWN');
    await assertUnsigned(forge({ alg: 'ES256' }), 'SIGNATURE_MALFORMED');
    const { kid, key } = another.identity.signer;
    await assertUnsigned(forge({ alg: 'ES256', kid }, key), 'SIGNATURE_KEY_UNKNOWN');
    await assertUnsigned(forge({ alg: 'ES256', kid: tpp.identity.signer.kid }, key), 'SIGNATURE_WRONG');
  });

  test('b64 and crit, whatever they say', async () => {
    const { kid } = tpp.identity.signer;
    for (const extra of [
      { b64: false, crit: ['b64'] },
      { b64: false },
      { b64: true },
      { crit: ['exp'] },
      { crit: [] },
    ]) {
      await assertUnsigned(forge({ alg: 'ES256', kid, ...extra }), 'SIGNATURE_MALFORMED');
    }
  });

  test('a key that comes along in the header is not believed', async () => {
    const stranger = newKey();
    const { kid } = tpp.identity.signer;
    const { d: _private, ...jwk } = stranger.export({ format: 'jwk' });
    for (const extra of [{ jwk }, { jku: 'https://evil.example/jwks' }, { x5u: 'https://evil.example/x5u' }]) {
      await assertUnsigned(forge({ alg: 'ES256', kid, ...extra }, stranger), 'SIGNATURE_WRONG');
    }
  });

  test('what is no detached JWS', async () => {
    const signature = signDetached(BODY, tpp.identity.signer);
    const [header, , value] = signature.split('.');
    const compact = signCompactJws(BODY, tpp.identity.signer);
    for (const text of [
      compact,
      `${header}.${value}`,
      `${signature}.`,
      `${signature}=`,
      `${header}..`,
      '..',
      'x',
      `${header} ..${value}`,
    ]) {
      await assertUnsigned(text, 'SIGNATURE_MALFORMED');
    }
    const twice = `{"alg":"ES256","alg":"ES256","kid":"${tpp.identity.signer.kid}"}`;
    await assertUnsigned(`${Buffer.from(twice).toString('base64url')}..${value}`, 'SIGNATURE_MALFORMED');
  });

  test('a signature sent with a submission’s body is verified too', async () => {
    const payment = await tpp.created(token);
    const user = await tpp.userTokens(payment.authorizationId);
    const body = Buffer.from('{}');
    const path = `/sepa-payments/${payment.paymentId}/submissions/1`;
    const headers = { 'x-jws-signature': signDetached(BODY, tpp.identity.signer) };
    const put = { method: 'PUT', path, token: user.access_token, body };
    assertRefused(await bank.store.unchangedBy(() => tpp.call({ ...put, headers })), 400, 'SECURITY');
    const signed = { 'x-jws-signature': signDetached(body, tpp.identity.signer) };
    assert.equal((await tpp.call({ ...put, headers: signed })).status, 200);
  });
});
