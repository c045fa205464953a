import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type ConnectionOptions, connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { callHttps } from '../support/https-call.ts';
import { createSelfSigned } from '../support/self-signed.ts';
import { startTestSandbox, type TestSandbox } from '../support/test-sandbox.ts';

const REQUEST = 'POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n';

/** What the server's refusal to go on without a certificate is called (RFC 5246 section 7.4.6, RFC 8446
 * section 4.4.2.4); the end of the connection may overtake it. */
const ALERT = {
  'TLSv1.2': /ALERT_HANDSHAKE_FAILURE$|^ECONNRESET$/,
  'TLSv1.3': /ALERT_CERTIFICATE_REQUIRED$|^ECONNRESET$/,
};

describe('connections to the API listener', () => {
  let bank: TestSandbox;
  before(async () => {
    bank = await startTestSandbox();
  });
  after(() => bank.close());

  /** What a connection of one's own brings: all that the server said, and why it ended. */
  async function speak(
    options: ConnectionOptions,
  ): Promise<{ said: string; failure: string; session: Buffer[]; resumed: boolean }> {
    const { hostname, port } = new URL(bank.sandbox.api);
    const { ca } = bank.tpp.identity.tls;
    const socket: TLSSocket = connect({ host: hostname, port: Number(port), servername: 'localhost', ca, ...options });
    const result = { said: '', failure: '', session: [] as Buffer[], resumed: false };
    socket.on('session', (session: Buffer) => result.session.push(session));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      result.failure = error.code ?? error.message;
    });
    socket.on('secureConnect', () => {
      result.resumed = socket.isSessionReused();
      const session = socket.getSession();
      if (session !== undefined) result.session.push(session);
      socket.write(REQUEST);
    });
    socket.setEncoding('utf8').on('data', (text: string) => {
      result.said += text;
      socket.end();
    });
    // Not by `once`, which would throw what ended the connection.
    await new Promise((resolve) => socket.on('close', resolve));
    return result;
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const satisfies readonly SecureVersion[]) {
    const protocol = { minVersion: version, maxVersion: version };

    test(`${version}: without a client certificate nothing is said`, async () => {
      const { said, failure } = await bank.store.unchangedBy(() => speak(protocol));
      assert.equal(said, '');
      assert.match(failure, ALERT[version]);
    });

    test(`${version}: with a self-signed certificate nothing is said`, async () => {
      const { said } = await bank.store.unchangedBy(async () => speak({ ...protocol, ...(await createSelfSigned()) }));
      assert.equal(said, '');
    });

    test(`${version}: a session begun with the certificate and resumed without it gets nothing`, async () => {
      const { cert, key } = bank.tpp.identity.tls;
      const honest = await speak({ ...protocol, cert, key });
      assert.match(honest.said, /^HTTP\/1\.1 4/);
      assert.ok(honest.session.length > 0, 'there is no session to try');
      for (const session of honest.session) {
        const { said, resumed } = await bank.store.unchangedBy(() => speak({ ...protocol, session }));
        assert.equal(said, '');
        assert.equal(resumed, false);
      }
    });

    test(`${version}: the same session with the certificate is a full handshake, and is served`, async () => {
      const { cert, key } = bank.tpp.identity.tls;
      const [session] = (await speak({ ...protocol, cert, key })).session;
      const { said, resumed } = await speak({ ...protocol, cert, key, ...(session === undefined ? {} : { session }) });
      assert.match(said, /^HTTP\/1\.1 4/);
      assert.equal(resumed, false);
    });
  }

  test('TLS 1.1 is refused even with the certificate', async () => {
    const { cert, key } = bank.tpp.identity.tls;
    const { said } = await speak({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0', cert, key });
    assert.equal(said, '');
  });

  test('a server certificate of the sandbox is no client certificate', async () => {
    const { dataDir } = bank.sandbox;
    const [cert, key] = await Promise.all([
      readFile(`${dataDir}/bank/api.crt`, 'utf8'),
      readFile(`${dataDir}/bank/api-key.pem`, 'utf8'),
    ]);
    const { said } = await bank.store.unchangedBy(() => speak({ cert, key }));
    assert.equal(said, '');
  });

  test('the token endpoint is not on the Authorize listener, whatever the method', async () => {
    const { authorize } = bank.sandbox;
    for (const path of ['/oauth/token', '/oauth/revoke', '/oauth/introspect']) {
      for (const method of ['GET', 'POST']) {
        const answer = await bank.store.unchangedBy(() => fetch(`${authorize}${path}`, { method }));
        assert.equal(answer.status, 404, `${method} ${path}`);
      }
    }
  });

  test('nothing of the payments API is on the Authorize listener', async () => {
    const { authorize } = bank.sandbox;
    const calls = [
      ['POST', '/payments-psd2/v1/sepa-payments'],
      ['GET', '/payments-psd2/v1/sepa-payments/934e82fc-fdc4-4378-8bcf-038075a259dd'],
      ['DELETE', '/payments-psd2/v1/authorizations/934e82fc-fdc4-4378-8bcf-038075a259dd'],
      ['PUT', '/payments-psd2/v1/sepa-payments/934e82fc-fdc4-4378-8bcf-038075a259dd/submissions/1'],
    ];
    for (const [method = '', path = ''] of calls) {
      const answer = await bank.store.unchangedBy(() => fetch(`${authorize}${path}`, { method }));
      assert.equal(answer.status, 404, `${method} ${path}`);
      assert.equal(answer.headers.get('x-jws-signature'), null);
    }
  });

  test('what browsers come to is not on the API listener', async () => {
    const paths = [
      '/oauth/authorize',
      '/sca/1',
      '/sandbox/key-card/aino',
      '/',
      '/oauth/jwks/PSD2_OIDC',
      '/.well-known/openid-configuration',
    ];
    for (const path of paths) {
      const answer = await callHttps({ url: `${bank.sandbox.api}${path}`, method: 'GET', tls: bank.tpp.identity.tls });
      assert.equal(answer.status, 404, path);
    }
  });
});
