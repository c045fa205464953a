import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Answer, callHttps, jsonOf } from '../flow/support/https-call.ts';
import { assertRefused, type TestTpp } from '../flow/support/test-tpp.ts';
import type { CertificateWishes, IssuedCertificate } from '../support/certificate-authority.ts';
import { type CertificateBank, openCertificateBank } from './support/certificate-bank.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A call that any token of the client's may make; nothing has that id. */
const CALL = { path: `/payments/${randomUUID()}` };

describe('contract §1 and §10, certificates on every call', () => {
  let bank: CertificateBank;
  before(async () => {
    bank = await openCertificateBank();
  });
  after(() => bank.close());
  beforeEach(() => {
    bank.clock.aheadMs = 0;
    bank.service.list.behaviour = 'serve';
  });

  const tokenOf = (tpp: TestTpp): Promise<Answer> => tpp.form({ grant_type: 'client_credentials', scope: 'payments' });

  /** The certificate is refused at every endpoint, each in its own words. */
  async function assertCertificateRefused(tpp: TestTpp, token: string, why: RegExp, status = 401): Promise<void> {
    const body = assertRefused(await tpp.call({ ...CALL, token }), status, 'SECURITY');
    assert.match(body.message, why);
    for (const path of ['/oauth/token', '/oauth/revoke', '/oauth/introspect']) {
      const answer = await tpp.form({ grant_type: 'client_credentials', token }, path);
      const { error, error_description } = jsonOf<{ error: string; error_description: string }>(answer);
      assert.deepEqual([answer.status, error], [401, 'invalid_client'], path);
      assert.match(error_description, why);
      assert.match(error_description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
      assert.equal(answer.headers['cache-control'], 'no-store');
    }
  }

  async function assertLetIn(tpp: TestTpp, token: string): Promise<void> {
    assertRefused(await tpp.call({ ...CALL, token }), 404, 'VALIDATION');
    assert.equal((await tokenOf(tpp)).status, 200);
  }

  describe('under TLS', () => {
    test('a QWAC for payment initiation is let in', async () => {
      const tpp = await bank.tppOf();
      await assertLetIn(tpp, await tpp.clientToken());
    });

    // Before any test has moved the clock: the trust service's lists are dated by it.
    test('one that is revoked while nothing is said loses its idle connection; the one beside it stays', async () => {
      const certificate = await bank.service.issue();
      const [tpp, other] = [await bank.tppOf({ certificate }), await bank.tppOf()];
      const [connection, beside] = [openConnection(tpp), openConnection(other)];
      const token = await other.clientToken();
      // It is idle for longer than the other: were keep-alive to end that, it would have ended this one before.
      await beside.call(token);
      await connection.call(await tpp.clientToken());
      bank.service.revoke(certificate);
      await connection.closed();
      assert.equal((await beside.call(token)).status, 404);
      assert.equal(beside.opened(), 1);
    });

    const WRONG: readonly [name: string, CertificateWishes, why: RegExp, status?: number][] = [
      ['a seal', { type: 'seal' }, /QcType seal\. Under TLS present a QWAC/],
      ['without the PI role', { roles: ['PSP_AI', 'PSP_IC'] }, /\(PSP_AI, PSP_IC\) lack PSP_PI/, 403],
    ];
    for (const [name, wishes, why, status] of WRONG) {
      test(`one that is ${name} is not`, async () => {
        const tpp = await bank.tppOf({ certificate: await bank.service.issue(wishes) });
        const own = await bank.tppOf();
        await assertCertificateRefused(tpp, await own.clientToken(), why, status);
      });
    }

    test('one of another organisation is not the client’s, even where it is registered for it', async () => {
      const certificate = await bank.service.issue({ organizationIdentifier: 'PSDFI-FINFSA-7654321-0' });
      const tpp = await bank.tppOf({ certificate });
      const answer = await tokenOf(tpp);
      assert.equal(answer.status, 401);
      assert.match(
        jsonOf<{ error_description: string }>(answer).error_description,
        /that of the organisation FI-FINFSA-7654321-0, and not of the client/,
      );
    });

    test('one that expires while its connection is open is refused from then on', async () => {
      const certificate = await bank.service.issue({ lifetimeDays: 1 });
      const tpp = await bank.tppOf({ certificate });
      const token = await tpp.clientToken();
      const connection = openConnection(tpp);
      assert.equal((await connection.call(token)).status, 404);
      bank.clock.aheadMs = certificate.read.notAfter.getTime() - Date.now() - 10 * SECOND;
      assert.equal((await connection.call(token)).status, 404);
      bank.clock.aheadMs += 20 * SECOND;
      const refused = await connection.call(token);
      assert.match(assertRefused(refused, 401, 'SECURITY').message, /The certificate expired at/);
      assert.equal(refused.headers.connection, 'close');
      assert.equal(connection.opened(), 1);
      await assertCertificateRefused(tpp, token, /The certificate expired at/);
    });

    test('one that is not valid yet is refused until it is', async () => {
      const certificate = await bank.service.issue();
      const tpp = await bank.tppOf({ certificate });
      const token = await tpp.clientToken();
      bank.clock.aheadMs = certificate.read.notBefore.getTime() - Date.now() - 10 * SECOND;
      await assertCertificateRefused(tpp, token, /The certificate is valid from .* on/);
      bank.clock.aheadMs += 20 * SECOND;
      await assertLetIn(tpp, token);
    });

    test('one that is revoked is refused within a minute, on a connection that has long been open', async () => {
      const certificate = await bank.service.issue();
      const [tpp, other] = [await bank.tppOf({ certificate }), await bank.tppOf()];
      const token = await tpp.clientToken();
      const connection = openConnection(tpp);
      assert.equal((await connection.call(token)).status, 404);
      bank.service.revoke(certificate);
      // Renewed every second; were that not so, the minute that passes by the clock would have it renewed.
      bank.clock.aheadMs = MINUTE;
      const refused = await connection.call(token);
      assert.match(assertRefused(refused, 401, 'SECURITY').message, /was revoked by its issuer at/);
      assert.equal(connection.opened(), 1);
      await assertCertificateRefused(tpp, token, /was revoked by its issuer at/);
      await assertLetIn(other, await other.clientToken());
    });

    test('when the revocation list cannot be had, the last one serves for an hour', async () => {
      const tpp = await bank.tppOf();
      const token = await tpp.clientToken();
      bank.service.list.behaviour = 'break';
      bank.clock.aheadMs = 59 * MINUTE;
      await assertLetIn(tpp, token);
      bank.clock.aheadMs = 61 * MINUTE;
      await assertCertificateRefused(tpp, token, /revocation list of its issuer was last had at .*, too long ago/);
      bank.service.list.behaviour = 'serve';
      bank.clock.aheadMs = 63 * MINUTE;
      await assertLetIn(tpp, token);
    });
  });

  describe('of signing keys', () => {
    async function signedBy(tpp: TestTpp): Promise<Answer> {
      return tpp.create(await tpp.clientToken());
    }

    /** The key is refused for bodies and for request objects, for the same reason. */
    async function assertKeyRefused(tpp: TestTpp, why: RegExp): Promise<void> {
      const body = assertRefused(await signedBy(tpp), 400, 'SECURITY');
      assert.match(body.message, /^No key that may sign/);
      assert.match(body.message, why);
      const answer = await fetch(tpp.authorizationUrl(randomUUID()), { redirect: 'manual' });
      const told = new URL(answer.headers.get('location') ?? '').searchParams;
      assert.equal(told.get('error'), 'invalid_request_object');
      assert.match(told.get('error_description') ?? '', why);
    }

    test('a QSEALC of the client’s organisation lets its key sign', async () => {
      const tpp = await bank.tppOf();
      const answer = await signedBy(tpp);
      assert.equal(answer.status, 201, answer.bytes.toString());
      const { authorizationId } = jsonOf<{ authorizationId: string }>(answer);
      const sent = await fetch(tpp.authorizationUrl(authorizationId), { redirect: 'manual' });
      assert.equal(sent.status, 303);
      assert.doesNotMatch(sent.headers.get('location') ?? '', /error/);
    });

    type Certified = { readonly seal: IssuedCertificate; readonly jwk?: object };
    const WRONG: readonly [name: string, why: RegExp, certified: () => Promise<Certified>][] = [
      ['without a certificate', /has no certificate/, () => bareKey()],
      ['whose certificate is for another key', /is for another key/, () => withCertificateOf({})],
      ['whose certificate is a QWAC', /QcType web\. For signatures present a QSEALC/, () => sealed({ type: 'web' })],
      [
        'whose certificate is another organisation’s',
        /that of the organisation FI-FINFSA-7654321-0/,
        () => sealed({ organizationIdentifier: 'PSDFI-FINFSA-7654321-0' }),
      ],
      ['whose certificate lacks the PI role', /lack PSP_PI/, () => sealed({ roles: ['PSP_AI'] })],
      [
        'whose certificate has expired',
        /The certificate expired at/,
        () => sealed({ lifetimeDays: 1, now: new Date(Date.now() - 2 * DAY) }),
      ],
      [
        'whose certificate is not valid yet',
        /The certificate is valid from/,
        () => sealed({ now: new Date(Date.now() + DAY) }),
      ],
      ['whose certificate is of an issuer nobody knows', /none of those that are trusted/, () => strangers()],
      ['whose certificate is none', /cannot be read/, () => unreadable()],
    ];
    for (const [name, why, certified] of WRONG) {
      test(`a key ${name} may not sign`, async () => {
        await assertKeyRefused(await bank.tppOf(await certified()), why);
      });
    }

    test('a key whose certificate is revoked may not sign any more', async () => {
      const seal = await bank.service.issue({ type: 'seal' });
      const tpp = await bank.tppOf({ seal });
      assert.equal((await signedBy(tpp)).status, 201);
      bank.service.revoke(seal);
      bank.clock.aheadMs = MINUTE + SECOND;
      await assertKeyRefused(tpp, /was revoked by its issuer at/);
    });

    test('a key whose certificate expires may not sign any more', async () => {
      const seal = await bank.service.issue({ type: 'seal', lifetimeDays: 1 });
      const tpp = await bank.tppOf({ seal });
      const left = seal.read.notAfter.getTime() - Date.now();
      bank.clock.aheadMs = left - 10 * SECOND;
      assert.equal((await signedBy(tpp)).status, 201);
      bank.clock.aheadMs = left + 10 * SECOND;
      await assertKeyRefused(tpp, /The certificate expired at/);
    });

    const sealed = async (wishes: CertificateWishes): Promise<Certified> => ({
      seal: await bank.service.issue({ type: 'seal', ...wishes }),
    });
    async function bareKey(): Promise<Certified> {
      const { seal } = await sealed({});
      return { seal, jwk: seal.read.publicKey.export({ format: 'jwk' }) };
    }
    async function withCertificateOf(wishes: CertificateWishes): Promise<Certified> {
      const [{ seal }, { seal: other }] = [await sealed(wishes), await sealed(wishes)];
      return { seal, jwk: { ...seal.read.publicKey.export({ format: 'jwk' }), x5c: [base64(other.read.raw)] } };
    }
    async function unreadable(): Promise<Certified> {
      const { seal } = await sealed({});
      const spoilt = Buffer.from(seal.read.raw.subarray(0, -1));
      return { seal, jwk: { ...seal.read.publicKey.export({ format: 'jwk' }), x5c: [base64(spoilt)] } };
    }
    async function strangers(): Promise<Certified> {
      const { issuer } = await bank.service.issueAuthority();
      return sealed({ issuer: { key: issuer.key, subject: [{ CN: ['Nobody'] }] } });
    }
  });
});

function base64(der: Uint8Array): string {
  return Buffer.from(der).toString('base64');
}

/** One connection that is kept open, with the TPP's certificate. */
function openConnection(tpp: TestTpp) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<Socket>();
  agent.on('free', (socket: Socket) => sockets.add(socket));
  return {
    call: async (token: string): Promise<Answer> => {
      const answer = await callHttps({
        url: `${tpp.bank.api}/payments-psd2/v1${CALL.path}`,
        method: 'GET',
        tls: tpp.identity.tls,
        agent,
        headers: { 'x-api-key': tpp.identity.apiKey, authorization: `Bearer ${token}` },
      });
      return answer;
    },
    /** How many connections were opened so far and used more than once. */
    opened: () => sockets.size,
    /** Resolves when the bank has ended it. */
    closed: async () => {
      const [socket] = sockets;
      assert.ok(socket, 'it was used and is idle');
      if (!socket.destroyed) await once(socket, 'close');
    },
  };
}
