import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { ErrorBody } from '@lupa/protocol';
import { findFreePort } from '../packages/sandbox/src/free-port.ts';
import { callHttps, jsonOf } from './flow/support/https-call.ts';
import { TestTpp } from './flow/support/test-tpp.ts';
import type { TppIdentity } from './flow/support/tpp-identity.ts';
import { openRaw } from './hardening/support/raw-connection.ts';
import { type ServeProcess, startServe } from './serve/support/serve-process.ts';
import { registerTpp } from './serve/support/serve-tpp.ts';
import { prepareServedBank, type ServedBank } from './serve/support/served-bank.ts';
import { type Haproxy, startHaproxy } from './support/haproxy.ts';

const OTHER_MACHINE = '127.0.0.2';

/** Of one address in ten seconds: more than any flow here takes. */
const CONNECTIONS = 60;

describe('behind HAProxy', () => {
  let bank: ServedBank;
  before(async () => {
    bank = await prepareServedBank();
  });
  after(() => bank?.close());

  /** The bank on ports of its own, HAProxy before it on others, which are the ones the bank is known by. */
  async function start(example: 'pass-through' | 'terminating') {
    const inner = await bank.configuration();
    const spokenFor = new Set([inner.api.port, inner.authorize.port]);
    const [api, authorize, proxied] = [
      await findFreePort(0, spokenFor),
      await findFreePort(0, spokenFor),
      await findFreePort(0, spokenFor),
    ];
    const file = bank.files.write({
      ...inner,
      api: { ...inner.api, url: `https://localhost:${api}` },
      authorize: { ...inner.authorize, url: `https://localhost:${authorize}` },
      ...(example === 'terminating' && { proxy: { port: proxied, addresses: ['127.0.0.1/32'], host: '127.0.0.1' } }),
    });
    const served = await startServe(file, { workers: 2 });
    const read = (name: string) => readFileSync(join(bank.files.directory, name), 'utf8');
    const certificate = join(bank.files.directory, 'api-and-key.pem');
    writeFileSync(certificate, read('api.pem') + read('api-key.pem'), { mode: 0o600 });
    const haproxy = await startHaproxy(
      example,
      {
        API_BIND: `127.0.0.1:${api}`,
        AUTHORIZE_BIND: `127.0.0.1:${authorize}`,
        API_SERVER: `127.0.0.1:${example === 'terminating' ? proxied : inner.api.port}`,
        AUTHORIZE_SERVER: `127.0.0.1:${inner.authorize.port}`,
        CONNECTIONS_IN_10S: String(CONNECTIONS),
        CERTIFICATE: certificate,
        TRUSTED_ISSUERS: bank.files.ca.certificate,
      },
      [api, authorize],
    );
    const tpp = await TestTpp.of(bank.tpp, served);
    return { served, haproxy, tpp, proxied, ownApi: `https://localhost:${inner.api.port}` };
  }

  async function defaultFlow(tpp: TestTpp): Promise<void> {
    const token = await tpp.clientToken();
    const { paymentId, authorizationId } = await tpp.created(token);
    const user = await tpp.userTokens(authorizationId, { readKey: bank.readKey('aino') });
    const submitted = await tpp.submit(user.access_token, paymentId);
    assert.equal(submitted.status, 200, submitted.bytes.toString());
    assert.equal((await tpp.readPayment(user.access_token, paymentId)).status, 'Completed');
  }

  /** From an address that is nobody else's. */
  async function assertLimited({ bank: { api, authorize }, identity: { tls } }: TestTpp): Promise<void> {
    const from = '127.0.0.2';
    const opened = await Promise.all(Array.from({ length: CONNECTIONS }, () => openRaw({ url: api, tls, from })));
    for (const socket of opened) socket.destroy();
    await assert.rejects(openRaw({ url: api, tls, from }));
    await assert.rejects(openRaw({ url: authorize, tls: { ca: tls.ca }, from }));
    (await openRaw({ url: api, tls })).destroy();
  }

  test('passing TLS through: the whole default flow, and no address begins more connections than it may', async () => {
    const { served, haproxy, tpp } = await start('pass-through');
    try {
      await defaultFlow(tpp);
      await assertLimited(tpp);
    } finally {
      tpp.close();
      await haproxy.end();
      await served.end();
    }
  });

  describe('ending TLS', () => {
    let served: ServeProcess;
    let haproxy: Haproxy;
    let tpp: TestTpp;
    let other: TppIdentity;
    let proxied: number;
    let ownApi: string;
    let token: string;
    let path: string;

    before(async () => {
      ({ served, haproxy, tpp, proxied, ownApi } = await start('terminating'));
      other = await registerTpp(bank.files, bank.office.administration, 'other');
      token = await tpp.clientToken();
      path = `/payments/${(await tpp.created(token)).paymentId}`;
    });
    after(async () => {
      tpp?.close();
      await haproxy?.end();
      await served?.end();
    });

    test('the whole default flow', () => defaultFlow(tpp));
    test('no address begins more connections than it may', () => assertLimited(tpp));

    test('a caller’s own Client-Cert is not believed: it is who its TLS says', async () => {
      const stolen = { 'client-cert': headerOf(bank.tpp), 'Client-Cert': headerOf(bank.tpp) };
      for (const headers of [stolen, { 'client-cert': [headerOf(bank.tpp), headerOf(bank.tpp)] }, {}]) {
        const answer = await callHttps({
          url: `${tpp.bank.api}/payments-psd2/v1${path}`,
          method: 'GET',
          tls: other.tls,
          headers: { 'x-api-key': bank.tpp.apiKey, authorization: `Bearer ${token}`, ...headers },
        });
        assert.equal(answer.status, 401, answer.bytes.toString());
      }
      // Whoever it is, its own header does no harm on its own calls: HAProxy takes it away.
      const own = await tpp.call({
        path,
        token,
        headers: { 'client-cert': headerOf(other), 'client-cert-chain': 'x' },
      });
      assert.equal(own.status, 200, own.bytes.toString());
    });

    test('on the bank’s own mutual-TLS listener either header is a 400, and without it the call is answered', async () => {
      const direct = (headers: Record<string, string>) =>
        callHttps({
          url: `${ownApi}/payments-psd2/v1${path}`,
          method: 'GET',
          tls: bank.tpp.tls,
          headers: { 'x-api-key': bank.tpp.apiKey, authorization: `Bearer ${token}`, ...headers },
        });
      assert.equal((await direct({})).status, 200);
      for (const name of ['client-cert', 'client-cert-chain']) {
        const answer = await direct({ [name]: headerOf(bank.tpp) });
        assert.equal(answer.status, 400);
        assert.equal(jsonOf<ErrorBody>(answer).type, 'VALIDATION');
      }
      const token400 = await callHttps({
        url: `${ownApi}/oauth/token`,
        method: 'POST',
        tls: bank.tpp.tls,
        headers: { 'client-cert': headerOf(bank.tpp) },
        body: form(),
      });
      assert.equal(token400.status, 400);
      assert.equal(jsonOf<{ error: string }>(token400).error, 'invalid_request');
    });

    test('from the proxy’s address the header is the certificate; from any other address every call is a 400', async () => {
      const headers = { ...authorized(), 'client-cert': headerOf(bank.tpp) };
      assert.equal((await plain({ headers })).status, 200);
      assert.equal((await plain({ headers, localAddress: OTHER_MACHINE })).status, 400);
      for (const at of ['/oauth/token', '/nowhere', '/payments-psd2/v1/nowhere']) {
        const method = at === '/oauth/token' ? 'POST' : 'GET';
        assert.equal((await plain({ at, method, headers, localAddress: OTHER_MACHINE })).status, 400, at);
      }
      const granted = await plain({ at: '/oauth/token', method: 'POST', headers, body: form() });
      assert.equal(granted.status, 200, granted.bytes.toString());
    });

    const wrong: readonly [string, (header: string) => string | string[], number][] = [
      ['another TPP’s', () => headerOf(other), 401],
      ['twice, in two lines', (header) => [header, header], 400],
      ['a list', (header) => `${header}, ${header}`, 400],
      ['without its colons', (header) => header.slice(1, -1), 400],
      ['with a parameter', (header) => `${header};a`, 400],
      ['longer than any certificate', () => `:${Buffer.alloc(9_100).toString('base64')}:`, 400],
      ['no certificate, but a byte sequence', () => `:${Buffer.from('no certificate').toString('base64')}:`, 401],
      ['of an issuer nobody trusts', () => untrusted(), 401],
      ['expired', () => expired(), 401],
      ['for signatures, and not for TLS', () => seal(), 401],
    ];
    for (const [name, change, status] of wrong) {
      test(`what the proxy passes on is judged as if it had been shown to the bank: ${name}`, async () => {
        const header = headerOf(bank.tpp);
        assert.equal((await plain({ headers: { ...authorized(), 'client-cert': header } })).status, 200);
        const answer = await plain({ headers: { ...authorized(), 'client-cert': change(header) } });
        assert.equal(answer.status, status, answer.bytes.toString());
      });
    }

    test('no certificate is none: 401', async () => {
      assert.equal((await plain({ headers: authorized() })).status, 401);
    });

    test('the log says where a call comes from: as the proxy says, and as nobody else does', async () => {
      const from = '198.51.100.7';
      await plain({
        headers: { ...authorized(), 'client-cert': headerOf(bank.tpp), 'x-forwarded-for': `203.0.113.9, ${from}` },
      });
      await served.logged((line) => line.msg === 'answered' && line.from === from);
      await callHttps({
        url: `${ownApi}/payments-psd2/v1/log`,
        method: 'GET',
        tls: bank.tpp.tls,
        headers: { 'x-forwarded-for': '203.0.113.99' },
      });
      const line = await served.logged(({ path }) => path === '/payments-psd2/v1/log');
      assert.equal(line.from, '127.0.0.1');
    });

    const authorized = () => ({ 'x-api-key': bank.tpp.apiKey, authorization: `Bearer ${token}` });

    function form(): string {
      const { clientId, clientSecret } = bank.tpp;
      const fields = {
        grant_type: 'client_credentials',
        scope: 'payments',
        client_id: clientId,
        client_secret: clientSecret,
      };
      return new URLSearchParams(fields).toString();
    }

    /** A call of the proxy's listener, past HAProxy. */
    async function plain(call: {
      at?: string;
      method?: string;
      headers?: Record<string, string | string[]>;
      localAddress?: string;
      body?: string;
    }) {
      const { at = `/payments-psd2/v1${path}`, method = 'GET', headers = {}, localAddress = '127.0.0.1', body } = call;
      const sent = request({ host: '127.0.0.1', port: proxied, path: at, method, headers, localAddress, agent: false });
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
      sent.end(body);
      const [response] = await answered;
      return { status: response.statusCode, bytes: await buffer(response) };
    }

    const fileHeader = (name: string) => byteSequence(readFileSync(join(bank.files.directory, name), 'utf8'));
    const seal = () => fileHeader('tpp-seal.pem');

    function expired(): string {
      bank.files.certify('expired', { days: -1, extensions: ['extendedKeyUsage=clientAuth'] });
      return fileHeader('expired.pem');
    }

    function untrusted(): string {
      bank.files.certifyElsewhere('stranger');
      return fileHeader('stranger.pem');
    }
  });
});

function headerOf({ tls }: TppIdentity): string {
  return byteSequence(tls.cert);
}

/** RFC 8941 section 3.3.5 */
function byteSequence(pem: string): string {
  return `:${new X509Certificate(pem).raw.toString('base64')}:`;
}
