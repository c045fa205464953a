import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BankKeys } from '@lupa/bank';
import { type JwsSigner, signCompactJws } from '@lupa/protocol';
import { playCustomer } from '@lupa/sandbox';
import { type Clock, type PendingAuthorization, systemClock, Tpp, TppError } from '@lupa/tpp';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import { keepBankSecrets } from '../../packages/sandbox/src/certificates/keep-bank-keys.ts';
import { readClientSettings } from '../../packages/sandbox/src/demo-tpp/client-settings.ts';
import { dataDirectory } from '../../packages/sandbox/src/files/data-directory.ts';
import { rotateBankKeys } from '../../packages/sandbox/src/keys/rotate-bank-keys.ts';
import { openBankOutsideTheSandbox } from './support/bank-outside-the-sandbox.ts';
import { startTestSandbox, type TestSandbox } from './support/test-sandbox.ts';
import { TestTpp } from './support/test-tpp.ts';

const REDIRECT_URI = 'http://localhost/callback';
const AINO = { username: 'aino', password: 'aino-salasana' };
const PAYEE = { iban: 'FI4950009420028730', name: 'Test Person' };
const RESPONSE_KEYS = '/jwks/payments/jwks.json';
const ID_TOKEN_KEYS = '/oauth/jwks/PSD2_OIDC';

describe("the bank's keys rotate without a pause", () => {
  let bank: TestSandbox;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + bank.clock.aheadMs) };
  before(async () => {
    bank = await startTestSandbox();
  });
  after(() => bank.close());

  const pass = (seconds: number) => {
    bank.clock.aheadMs += seconds * 1000;
  };
  const files = () => dataDirectory(bank.sandbox.dataDir);
  const published = (path: string, origin = bank.sandbox.authorize) => kidsAt(origin + path);

  async function discover(): Promise<Tpp> {
    const client = await readClientSettings(bank.sandbox, REDIRECT_URI);
    const tpp = await Tpp.discover({ ...client, bank: bank.sandbox.authorize, clock });
    return tpp;
  }

  /** Rotates by the bank's clock, and waits until the bank has seen it. @returns the kids of before and of after */
  async function rotate(options: { atOnce?: boolean } = {}) {
    const { keys: old } = await keepBankSecrets(files());
    const { responseSigning, idTokens } = await rotateBankKeys(files(), clock.now(), options);
    await seen(RESPONSE_KEYS, responseSigning[0].kid);
    await seen(ID_TOKEN_KEYS, idTokens[0].kid);
    const newKids = { response: responseSigning[0].kid, idToken: idTokens[0].kid };
    return { old, oldKids: { response: signerOf(old.responseSigning), idToken: signerOf(old.idTokens) }, newKids };
  }
  /** Before each rotation of this file the last one is over: the list's first key signs. */
  const signerOf = (keys: BankKeys['idTokens']) => keys[0].kid;

  async function seen(path: string, kid: string, origin = bank.sandbox.authorize): Promise<void> {
    for (let tries = 0; !(await published(path, origin)).includes(kid); tries += 1) {
      assert.ok(tries < 600, `the bank did not publish ${kid}`);
      await sleep(100);
    }
  }

  async function create(tpp: Tpp) {
    return tpp.createPayment({ amountEUR: '0.10', payee: PAYEE, message: 'Order 1234' });
  }

  /** A customer who has approved and is on the way back. */
  async function onTheWayBack(tpp: Tpp): Promise<{ callback: string; pending: PendingAuthorization }> {
    const { authorizationId } = await create(tpp);
    const { url, pending } = tpp.authorizationUrl({ authorizationId, responseType: 'code id_token' });
    return { callback: await playCustomer({ authorizationUrl: url, ...AINO }), pending };
  }

  test('a client that read the keys before verifies every answer, from before the switch until the old key is gone', async (t) => {
    const tpp = await discover();
    t.after(() => tpp.close());
    const { paymentId } = await create(tpp);
    const signedBy = () => kidOfAnswer(bank.tpp, paymentId);
    const { oldKids, newKids } = await rotate();
    const stages: { pass: number; signs: string; published: string[] }[] = [
      { pass: 0, signs: oldKids.response, published: [newKids.response, oldKids.response] },
      { pass: 570, signs: oldKids.response, published: [newKids.response, oldKids.response] },
      { pass: 30, signs: newKids.response, published: [newKids.response, oldKids.response] },
      { pass: 3_600, signs: newKids.response, published: [newKids.response, oldKids.response] },
      { pass: 86_400 - 3_600 - 60, signs: newKids.response, published: [newKids.response, oldKids.response] },
      { pass: 60, signs: newKids.response, published: [newKids.response] },
    ];
    for (const stage of stages) {
      // Calls are under way all the while the clock goes over the switch.
      const reads = Array.from({ length: 10 }, () => tpp.readPayment(paymentId));
      pass(stage.pass);
      reads.push(...Array.from({ length: 10 }, () => tpp.readPayment(paymentId)));
      await Promise.all(reads);
      assert.equal(await signedBy(), stage.signs);
      assert.deepEqual(await published(RESPONSE_KEYS), stage.published);
    }
  });

  test('a customer who approved before the switch comes back after it: both ID tokens are verified', async (t) => {
    const tpp = await discover();
    t.after(() => tpp.close());
    await tpp.handleCallback(...asArguments(await onTheWayBack(tpp)));
    const { oldKids, newKids } = await rotate();
    pass(570);
    const { callback, pending } = await onTheWayBack(tpp);
    assert.equal(kidOf(idTokenOf(callback)), oldKids.idToken);
    pass(40);
    const verified = await tpp.handleCallback(callback, pending);
    await tpp.exchangeCode(verified);
    assert.equal(kidOf(idTokenOf((await onTheWayBack(tpp)).callback)), newKids.idToken);

    // As long as any token of the old key may live it is published, and not for ever.
    pass(3_600 - 60);
    assert.deepEqual(await published(ID_TOKEN_KEYS), [newKids.idToken, oldKids.idToken]);
    pass(60);
    assert.deepEqual(await published(ID_TOKEN_KEYS), [newKids.idToken]);
  });

  test('what a retired key signs is refused by the SDK, and the same token of the key there is now is not', async (t) => {
    const tpp = await discover();
    t.after(() => tpp.close());
    const { old } = await rotate();
    pass(600 + 3_600);
    const { callback, pending } = await onTheWayBack(tpp);
    const claims = Buffer.from(JSON.stringify(decodeJwt(idTokenOf(callback))));
    const forgedWith = ({ idTokens: [{ kid, alg, privateKey: key }] }: BankKeys) => {
      const signer: JwsSigner = { kid, alg, key, typ: 'JWT' };
      return callback.replace(idTokenOf(callback), signCompactJws(claims, signer));
    };
    const fresh = await discover();
    t.after(() => fresh.close());
    await refused(fresh.handleCallback(forgedWith(old), pending), 'ID_TOKEN_KEY_UNKNOWN');
    const { keys } = await keepBankSecrets(files());
    await fresh.handleCallback(forgedWith(keys), pending);
  });

  test('with --now the new keys sign within seconds, clients follow, and tokens of the old ones are refused', async (t) => {
    const tpp = await discover();
    t.after(() => tpp.close());
    const { paymentId } = await create(tpp);
    const { callback, pending } = await onTheWayBack(tpp);
    const { oldKids, newKids } = await rotate({ atOnce: true });
    assert.equal(kidOf(idTokenOf(callback)), oldKids.idToken);
    pass(10);
    await Promise.all(Array.from({ length: 10 }, () => tpp.readPayment(paymentId)));
    assert.equal(await kidOfAnswer(bank.tpp, paymentId), newKids.response);
    assert.deepEqual(await published(RESPONSE_KEYS), [newKids.response]);
    assert.deepEqual(await published(ID_TOKEN_KEYS), [newKids.idToken]);
    const fresh = await discover();
    t.after(() => fresh.close());
    await refused(fresh.handleCallback(callback, pending), 'ID_TOKEN_KEY_UNKNOWN');
    const again = await onTheWayBack(fresh);
    await fresh.exchangeCode(await fresh.handleCallback(again.callback, again.pending));
  });

  test('two banks on the same keys: whichever signs, whichever is asked for the keys, every answer can be verified', async (t) => {
    const { keySource } = await keepBankSecrets(files());
    const other = await openBankOutsideTheSandbox(bank, { keys: keySource, clock });
    t.after(() => other.close());
    const tpp = await discover();
    t.after(() => tpp.close());
    const { paymentId } = await create(tpp);
    const { newKids } = await rotate();
    await seen(RESPONSE_KEYS, newKids.response, other.tpp.bank.authorize);
    for (const seconds of [0, 570, 40, 86_400]) {
      pass(seconds);
      const signers = [await kidOfAnswer(bank.tpp, paymentId), await kidOfAnswer(other.tpp, paymentId)];
      assert.equal(signers[0], signers[1]);
      for (const origin of [bank.sandbox.authorize, other.tpp.bank.authorize]) {
        const kids = await published(RESPONSE_KEYS, origin);
        assert.ok(signers.every((kid) => kids.includes(kid)));
      }
    }
  });

  describe('openid-client follows', () => {
    let dispatcher: Agent;
    before(() => {
      dispatcher = new Agent({ connect: { ...bank.tpp.identity.tls } });
    });
    after(() => dispatcher.close());

    async function configure(): Promise<oidc.Configuration> {
      const { clientId, clientSecret } = bank.tpp.identity;
      const overTls: oidc.CustomFetch = (url, options) =>
        undiciFetch(url, { ...options, dispatcher } as Parameters<
          typeof undiciFetch
        >[1]) as unknown as Promise<Response>;
      const config = await oidc.discovery(
        new URL(bank.sandbox.authorize),
        clientId,
        { use_mtls_endpoint_aliases: true, [oidc.clockSkew]: Math.round(bank.clock.aheadMs / 1000) },
        oidc.ClientSecretPost(clientSecret),
        { execute: [oidc.allowInsecureRequests, oidc.useCodeIdTokenResponseType], [oidc.customFetch]: overTls },
      );
      oidc.enableDetachedSignatureResponseChecks(config);
      return config;
    }

    /** The same client later: what it read of the keys is that much older. */
    async function later(config: oidc.Configuration, seconds: number): Promise<oidc.Configuration> {
      const cache = oidc.getJwksCache(config);
      assert.ok(cache !== undefined);
      const next = await configure();
      oidc.setJwksCache(next, { ...cache, uat: cache.uat - seconds });
      return next;
    }

    async function finish(config: oidc.Configuration, { callback, pending }: Awaited<ReturnType<typeof onTheWayBack>>) {
      const checks = { expectedState: pending.state, expectedNonce: pending.nonce };
      return oidc.authorizationCodeGrant(config, new URL(callback), checks);
    }

    test('with keys read before the rotation, with those of before the switch, and with a token on its way over it', async (t) => {
      const tpp = await discover();
      t.after(() => tpp.close());
      const before = await configure();
      await finish(before, await onTheWayBack(tpp));
      const { newKids } = await rotate();
      pass(310);
      const between = await configure();
      await finish(between, await onTheWayBack(tpp));
      pass(270);
      const crossing = await onTheWayBack(tpp);
      pass(30);
      await finish(await configure(), crossing);
      for (const config of [await later(before, 610), await later(between, 299)]) {
        const tokens = await finish(config, await onTheWayBack(tpp));
        assert.equal(kidOf(tokens.id_token ?? ''), newKids.idToken);
      }
    });
  });
});

async function kidsAt(url: string): Promise<string[]> {
  const { keys } = (await (await fetch(url)).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

/** The kid of an answer, which a TPP that reads the keys just now can verify. */
async function kidOfAnswer({ identity, bank }: TestTpp, paymentId: string): Promise<string> {
  const tpp = await TestTpp.of(identity, bank);
  const answer = await tpp.call({ path: `/payments/${paymentId}`, token: await tpp.clientToken() });
  tpp.close();
  assert.equal(answer.status, 200);
  return kidOf(String(answer.headers['x-jws-signature']));
}

const kidOf = (jws: string) => decodeProtectedHeader({ protected: jws.split('.')[0] ?? '' }).kid ?? '';
const idTokenOf = (callback: string) => new URLSearchParams(new URL(callback).hash.slice(1)).get('id_token') ?? '';
const asArguments = ({ callback, pending }: { callback: string; pending: PendingAuthorization }) =>
  [callback, pending] as const;

async function refused(call: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(call, (error) => error instanceof TppError && error.code === code);
}
